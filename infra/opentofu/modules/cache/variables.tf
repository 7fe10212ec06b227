variable "name" {
  description = "Name of the cache, such as `suffrage-production-votes`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,39}$", var.name))
    error_message = "The name has 3 to 40 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "user" {
  description = "The one user that services sign in as."
  type        = string
}

variable "access" {
  description = "What that user may do, as an ACL of Redis. Never `@all`: `flushall`, `keys` and `config` have no business here."
  type        = string

  validation {
    condition     = !strcontains(var.access, "+@all") && startswith(var.access, "on ")
    error_message = "The access string begins with `on ` and does not hold +@all."
  }
}

variable "password_secret" {
  description = "Name of the secret that gets the password, and the KMS key that encrypts it."
  type        = object({ name = string, key_arn = string })
}

variable "password_version" {
  description = "A greater number has the password made anew: the user and the secret get it in the same apply, and no plan and no state holds it."
  type        = number
  default     = 1
}

variable "vpc_id" {
  description = "Network of the cache."
  type        = string
}

variable "subnet_ids" {
  description = "One subnet in each of three zones."
  type        = list(string)
}

variable "client_security_group_ids" {
  description = "Who may connect: the nodes of the cluster, by a name for each."
  type        = map(string)
}

variable "engine_version" {
  description = "Version of Valkey."
  type        = string
  default     = "8.1"
  nullable    = false
}

variable "node_type" {
  description = "Class of each node. One is the primary and holds everything: a cache that is too small gets a larger class."
  type        = string
  default     = "cache.r7g.large"
}

variable "replicas" {
  description = "Replicas of the primary, in other zones."
  type        = number
  default     = 2

  validation {
    condition     = var.replicas >= 1 && var.replicas <= 5
    error_message = "1 to 5 replicas: without one nothing takes over."
  }
}

variable "key_arn" {
  description = "KMS key of what is on disk."
  type        = string
}

variable "log_key_arn" {
  description = "KMS key of the log of slow commands."
  type        = string
}
