variable "name" {
  description = "Prefix of all names, such as `suffrage-production`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}$", var.name))
    error_message = "The name has 3 to 31 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "log_key_arn" {
  description = "KMS key of metrics, alarms and log groups."
  type        = string
}

variable "log_retention_days" {
  description = "Days for which the pods' logs are kept: the audit window."
  type        = number
  default     = 365

  validation {
    condition     = contains([30, 60, 90, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "log_retention_days is one of CloudWatch's: 30, 60, 90, 180, 365, 400, 545, 731."
  }
}

variable "rules" {
  description = "Rule files for the managed Prometheus by name: those of observability/alerts."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.rules) : can(regex("^[a-z0-9-]+$", name))])
    error_message = "Rule files are named in lower-case letters, digits and hyphens."
  }
}

variable "grafana" {
  description = "Makes a managed Grafana, which people enter through IAM Identity Center."
  type        = bool
  default     = false
}

variable "alarm_addresses" {
  description = "E-mail addresses that get AWS's own alarms. The suite's alerts go through Alertmanager."
  type        = set(string)

  validation {
    condition     = alltrue([for address in var.alarm_addresses : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "E-mail addresses."
  }
}

variable "kafka" {
  description = "The MSK cluster and its number of brokers."
  type        = object({ name = string, brokers = number })

  validation {
    condition     = var.kafka.brokers >= 3 && var.kafka.brokers % 3 == 0
    error_message = "Brokers come in threes."
  }
}

variable "database_clusters" {
  description = "Aurora clusters, by a name for each."
  type        = map(string)

  validation {
    condition     = length(var.database_clusters) > 0
    error_message = "At least one: a database that nobody watches is none."
  }
}

variable "global_databases" {
  description = "Aurora clusters that another region follows or that follow one, by a name for each."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for cluster in values(var.global_databases) : contains(values(var.database_clusters), cluster)])
    error_message = "Each of them is one of database_clusters."
  }
}

variable "cache_nodes" {
  description = "Nodes of the caches, each of which ElastiCache measures by itself."
  type        = list(string)
}

variable "replicator" {
  description = "The replicator of the log; empty: none."
  type        = string
  default     = ""
}
