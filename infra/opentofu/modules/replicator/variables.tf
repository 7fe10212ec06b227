variable "name" {
  description = "Name of the replicator, such as `suffrage-production`."
  type        = string
}

variable "source_cluster" {
  description = "The cluster whose log is copied: ARN, and subnets and security groups that reach it."
  type        = object({ arn = string, subnet_ids = list(string), security_group_ids = list(string) })
}

variable "target_cluster" {
  description = "The cluster of this region that gets the copy."
  type        = object({ arn = string, name = string, subnet_ids = list(string), security_group_ids = list(string) })
}

variable "source_name" {
  description = "Name of the cluster that is copied, part of the ARNs of its topics."
  type        = string
}

variable "account_id" {
  description = "The AWS account."
  type        = string
}

variable "regions" {
  description = "Regions of the two clusters."
  type        = object({ source = string, target = string })

  validation {
    condition     = var.regions.source != var.regions.target
    error_message = "A copy in the same region is lost with it."
  }
}

variable "topics" {
  description = "Topics that are copied, as regular expressions."
  type        = list(string)
  default     = ["votes", "elections", "votes\\.quarantine"]
}

variable "log_group_name" {
  description = "Log group of the replicator."
  type        = string
}
