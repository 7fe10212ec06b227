variable "name" {
  description = "Prefix of every name, such as `suffrage-production`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}$", var.name))
    error_message = "The name has 3 to 31 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "region" {
  description = "Region of the network, part of the names of its endpoints."
  type        = string
}

variable "zones" {
  description = "Three availability zones: brokers and databases keep one replica in each."
  type        = list(string)

  validation {
    condition     = length(distinct(var.zones)) == 3
    error_message = "Three different zones: the log has three replicas, and one of them may be lost with its zone."
  }
}

variable "cidr" {
  description = "Address range, /16. Ranges of two regions must not overlap."
  type        = string

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && endswith(var.cidr, "/16")
    error_message = "The range must be a /16 such as 10.20.0.0/16."
  }
}

variable "nat_gateways" {
  description = "`zonal`: one in each zone, none of which depends on another. `single`: one for all, where an outage may cost a while. `none`: nothing leaves but through endpoints."
  type        = string
  default     = "zonal"

  validation {
    condition     = contains(["zonal", "single", "none"], var.nat_gateways)
    error_message = "nat_gateways is zonal, single or none."
  }
}

variable "interface_endpoints" {
  description = "AWS services that are reached without leaving the network."
  type        = set(string)
  default     = ["ecr.api", "ecr.dkr", "eks-auth", "kms", "logs", "monitoring", "secretsmanager", "sts", "aps-workspaces"]
}

variable "flow_log_retention_days" {
  description = "Days for which rejected connections are kept. Accepted ones are never logged: they would tie voters' addresses to times."
  type        = number
  default     = 90

  validation {
    condition     = contains([30, 60, 90, 180, 365], var.flow_log_retention_days)
    error_message = "flow_log_retention_days is 30, 60, 90, 180 or 365."
  }
}

variable "log_key_arn" {
  description = "KMS key that encrypts the log groups."
  type        = string
}
