variable "name" {
  description = "Prefix of all names, such as `suffrage-production`."
  type        = string
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
}

variable "grafana" {
  description = "Makes a managed Grafana, which people enter through IAM Identity Center."
  type        = bool
  default     = false
}

variable "alarm_addresses" {
  description = "E-mail addresses that get AWS's own alarms. The suite's alerts go through Alertmanager."
  type        = set(string)
}

variable "kafka" {
  description = "The MSK cluster and its number of brokers."
  type        = object({ name = string, brokers = number })
}

variable "database_clusters" {
  description = "Aurora clusters, by a name for each."
  type        = map(string)
}

variable "global_databases" {
  description = "Aurora clusters that another region follows or that follow one, by a name for each."
  type        = map(string)
  default     = {}
}

variable "caches" {
  description = "Replication groups of ElastiCache, by a name for each."
  type        = map(string)
}

variable "replicator" {
  description = "The replicator of the log; empty: none."
  type        = string
  default     = ""
}
