variable "name" {
  description = "Name of the cluster, such as `suffrage-production`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}$", var.name))
    error_message = "The name has 3 to 31 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "kubernetes_version" {
  description = "Version of Kubernetes. One minor version at a time."
  type        = string
  default     = "1.35"
  nullable    = false

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "A version such as 1.35."
  }
}

variable "subnet_ids" {
  description = "Private subnets of nodes and pods, one in each of three zones."
  type        = list(string)
}

variable "vpc_id" {
  description = "Network of the cluster."
  type        = string
}

variable "operators" {
  description = "IAM roles of people and pipelines that administer the cluster. Whoever creates it gets nothing by that."
  type        = set(string)

  validation {
    condition     = length(var.operators) > 0
    error_message = "Name at least one role, or nobody can enter the cluster."
  }
}

variable "public_access_cidrs" {
  description = "Addresses from which the API server is reached from outside; empty: from the network only."
  type        = list(string)
  default     = []

  validation {
    condition     = !contains(var.public_access_cidrs, "0.0.0.0/0")
    error_message = "The API server is not for the whole internet: name your own addresses, or none."
  }
}

variable "compute" {
  description = "`auto`: EKS Auto Mode makes, patches and replaces nodes. `node-groups`: the groups below."
  type        = string
  default     = "node-groups"

  validation {
    condition     = contains(["auto", "node-groups"], var.compute)
    error_message = "compute is auto or node-groups."
  }
}

variable "votes_nodes" {
  description = "Nodes of ingestion, processor and registrar (label and taint as the chart's placement has them): on demand, because votes in flight don't survive a node that is taken away."
  type        = object({ instance_types = list(string), min = number, max = number })
  default     = { instance_types = ["c7g.2xlarge"], min = 3, max = 60 }

  validation {
    condition     = var.votes_nodes.min >= 3 && var.votes_nodes.max >= var.votes_nodes.min
    error_message = "At least one node in each zone."
  }
}

variable "readers_nodes" {
  description = "Nodes of aggregator, page and tools. `spot`: at a third of the price, several types so that one that runs out is no outage; results pause for seconds when a node goes, votes don't."
  type        = object({ instance_types = list(string), min = number, max = number, spot = bool })
  default     = { instance_types = ["c7g.xlarge", "m7g.xlarge", "c6g.xlarge", "m6g.xlarge"], min = 2, max = 20, spot = true }

  validation {
    condition     = !var.readers_nodes.spot || length(var.readers_nodes.instance_types) >= 3
    error_message = "Spot needs three types or more to choose from."
  }
}

variable "key_arn" {
  description = "KMS key of Kubernetes secrets and the nodes' disks."
  type        = string
}

variable "log_key_arn" {
  description = "KMS key of the control plane's logs."
  type        = string
}

variable "log_retention_days" {
  description = "Days for which the control plane's logs (the audit log among them) are kept."
  type        = number
  default     = 365
}

variable "deletion_protection" {
  description = "Has AWS refuse the deletion of the cluster."
  type        = bool
  default     = true
}
