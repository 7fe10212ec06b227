variable "name" {
  description = "Prefix of the roles' names, such as `suffrage-production`."
  type        = string
}

variable "account_id" {
  description = "The AWS account."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An AWS account has twelve digits."
  }
}

variable "region" {
  description = "Region of what the roles reach."
  type        = string
}

variable "cluster_name" {
  description = "The EKS cluster whose pods get the roles."
  type        = string
}

variable "namespace" {
  description = "Namespace that the chart is installed in. Pods of any other get no role."
  type        = string
  default     = "apps"
}

variable "release" {
  description = "Name of the Helm release: the service accounts are called `<release>-<service>`."
  type        = string
  default     = "suffrage"
}

variable "kafka_cluster_name" {
  description = "The MSK cluster."
  type        = string
}

variable "installation" {
  description = "Prefix of topics and consumer groups: the chart's `installation`."
  type        = string
  default     = ""
}

variable "elections_key_arn" {
  description = "KMS key that wraps the keys of elections."
  type        = string
}

variable "secrets" {
  description = "For each side (`votes`, `registrar`) the secrets that its role reads, and the KMS keys that decrypt them."
  type        = map(object({ secret_arns = list(string), key_arns = list(string) }))

  validation {
    condition     = toset(keys(var.secrets)) == toset(["votes", "registrar"])
    error_message = "There are two sides: votes and registrar."
  }
}

variable "prometheus_workspace_arn" {
  description = "Workspace that metrics are written to."
  type        = string
}

variable "delivery" {
  description = "GitHub repository (`owner/name`) whose pipelines may sign in: from `environment` to install the chart and, where it `pushes`, from its environment `release` to push images to the repositories named. `role`: name of that which another region of the environment has made, to be let into this cluster too. Null: none."
  type        = object({ repository = string, environment = string, repository_arns = list(string), pushes = optional(bool, true), role = optional(string, "") })
  default     = null
}
