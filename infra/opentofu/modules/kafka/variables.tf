variable "name" {
  description = "Name of the cluster, such as `suffrage-production`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}$", var.name))
    error_message = "The name has 3 to 31 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "vpc_id" {
  description = "Network of the brokers."
  type        = string
}

variable "subnet_ids" {
  description = "One subnet in each of three zones."
  type        = list(string)

  validation {
    condition     = length(distinct(var.subnet_ids)) == 3
    error_message = "Brokers stand in three zones: each partition has one replica in each."
  }
}

variable "client_security_group_ids" {
  description = "Who may connect: the nodes of the cluster, by a name for each."
  type        = map(string)
}

variable "kafka_version" {
  description = "Version of Kafka, as MSK names it."
  type        = string
  default     = "4.1.x.kraft"
  nullable    = false
}

variable "brokers" {
  description = "Number of brokers, a multiple of the three zones."
  type        = number
  default     = 3

  validation {
    condition     = var.brokers >= 3 && var.brokers % 3 == 0
    error_message = "Brokers come in threes, alike in each zone."
  }
}

variable "instance_type" {
  description = "Broker type. Not burstable: a broker out of credits stops acknowledging."
  type        = string
  default     = "kafka.m7g.large"

  validation {
    condition     = can(regex("^kafka\\.(m5|m7g)\\.", var.instance_type))
    error_message = "The broker type is one of the kafka.m5 and kafka.m7g families."
  }
}

variable "storage_gib" {
  description = "Storage of each broker in GiB, and the most that it may grow to by itself. It never shrinks."
  type        = object({ initial = number, maximum = number })
  default     = { initial = 200, maximum = 2000 }

  validation {
    condition     = var.storage_gib.initial >= 50 && var.storage_gib.maximum >= var.storage_gib.initial && var.storage_gib.maximum <= 16384
    error_message = "Storage begins with 50 GiB or more and grows to 16,384 GiB at most."
  }
}

variable "audit_window_days" {
  description = "Days for which votes must stay on the log, election and audit together. The topics themselves keep for ever until an operator sets a time; this is the least for any topic without settings of its own."
  type        = number
  default     = 365

  validation {
    condition     = var.audit_window_days >= 30
    error_message = "The log keeps 30 days or more: an audit needs it whole."
  }
}

variable "certificate_authority_arns" {
  description = "AWS Private CAs whose client certificates are accepted (mTLS), beside IAM. Empty: IAM alone."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.certificate_authority_arns : can(regex("^arn:aws:acm-pca:", arn))])
    error_message = "ARNs of private CAs."
  }
}

variable "scram_secret_arns" {
  description = "Secrets with user and password (SASL/SCRAM) of services, named `AmazonMSK_…`. Empty: no SCRAM."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.scram_secret_arns : strcontains(arn, ":secret:AmazonMSK_")])
    error_message = "MSK takes secrets named AmazonMSK_… only."
  }
}

variable "private_connectivity" {
  description = "Whether the replicator of another region reaches this cluster (multi-VPC connectivity, with IAM). MSK refuses it while a cluster is being created: turn it on in a second apply."
  type        = bool
  default     = false
}

variable "key_arn" {
  description = "KMS key of the brokers' disks."
  type        = string
}

variable "log_key_arn" {
  description = "KMS key of the broker logs."
  type        = string
}

variable "log_retention_days" {
  description = "Days for which broker logs are kept."
  type        = number
  default     = 90
}

variable "keep_votes" {
  description = "Refuses every plan that would destroy the log. Only environments without real elections turn it off."
  type        = bool
  default     = true
}
