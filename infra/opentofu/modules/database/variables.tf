variable "name" {
  description = "Prefix of all names, such as `suffrage-production-votes`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,40}$", var.name))
    error_message = "The name has 3 to 41 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "vpc_id" {
  description = "Network of the databases."
  type        = string
}

variable "subnet_ids" {
  description = "One subnet in each of three zones, without a way to the internet."
  type        = list(string)
}

variable "client_security_group_ids" {
  description = "Who may connect: the nodes of the cluster, by a name for each."
  type        = map(string)
}

variable "engine_version" {
  description = "Version of Aurora PostgreSQL."
  type        = string
  default     = "17.5"
  nullable    = false

  validation {
    condition     = tonumber(split(".", var.engine_version)[0]) >= 17
    error_message = "Aurora PostgreSQL 17 or newer: older ones can't give the registrar the right to vacuum."
  }
}

variable "shards" {
  description = "One Aurora cluster for each, in this order: shard `s` of topic votes lives in database `s mod databases`. `instances`: class of each by a name of its own; the one with the lowest tier takes over first. Add at the end; never remove one with votes."
  type = list(object({
    name = string
    instances = map(object({
      class = string
      tier  = optional(number, 1)
    }))
  }))

  validation {
    condition     = length(var.shards) > 0 && length(distinct(var.shards[*].name)) == length(var.shards)
    error_message = "At least one shard, each with a name of its own."
  }
  validation {
    condition     = contains([1, 2, 4, 8, 16], length(var.shards))
    error_message = "A power of two, as the shards of topic votes: each database then holds the same number of them."
  }
  validation {
    condition     = alltrue([for shard in var.shards : length(shard.instances) > 0])
    error_message = "Each shard has at least one instance."
  }
}

variable "database_name" {
  description = "Database that each cluster begins with."
  type        = string
}

variable "global" {
  description = "`primary`: a global database begins here. `secondary`: these clusters follow those in `global_cluster_ids`. `none`: one region."
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "primary", "secondary"], var.global)
    error_message = "global is none, primary or secondary."
  }
}

variable "global_cluster_ids" {
  description = "For a secondary region: the global database of each shard, by its name."
  type        = map(string)
  default     = {}
}

variable "backup_retention_days" {
  description = "Days of point-in-time recovery."
  type        = number
  default     = 35

  validation {
    condition     = var.backup_retention_days >= 7 && var.backup_retention_days <= 35
    error_message = "Aurora keeps 1 to 35 days; less than 7 is too short for an election."
  }
}

variable "apply_immediately" {
  description = "Whether changes wait for the maintenance window. A change of the class restarts an instance."
  type        = bool
  default     = false
}

variable "key_arn" {
  description = "KMS key of storage, backups and Performance Insights, in this region."
  type        = string
}

variable "secret_key_arn" {
  description = "KMS key of the administrator's password in Secrets Manager. Aurora makes and rotates it; in a global database, where Aurora can't, `password_version` does."
  type        = string
}

variable "password_version" {
  description = "For `primary`: a greater number turns the administrator's password. Only while this region leads: a follower's can't be changed."
  type        = number
  default     = 1
}

variable "proxy" {
  description = "Puts RDS Proxy before each cluster. Only for clients without session state: the elected aggregator holds a session's advisory lock and must reach the server itself."
  type        = bool
  default     = false

  validation {
    condition     = !(var.proxy && var.global == "secondary")
    error_message = "A follower has no password of an administrator that a proxy could read."
  }
}

variable "keep_votes" {
  description = "Refuses every plan that would destroy a cluster, and has AWS refuse it too. Only environments without real elections turn it off."
  type        = bool
  default     = true
}
