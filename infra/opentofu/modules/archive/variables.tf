variable "name" {
  description = "Name of the bucket, unique in all of AWS."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{2,62}$", var.name))
    error_message = "A bucket's name has 3 to 63 lower-case letters, digits and hyphens."
  }
}

variable "retention_days" {
  description = "Days for which nothing in the bucket can be deleted or overwritten, by anybody (compliance mode) or without a special right (governance mode)."
  type        = number
  default     = 365

  validation {
    condition     = var.retention_days >= 30
    error_message = "Audit reports and exported votes stay for 30 days or more."
  }
}

variable "mode" {
  description = "`COMPLIANCE`: not even the account's root shortens the retention. `GOVERNANCE`: a role with s3:BypassGovernanceRetention does."
  type        = string
  default     = "COMPLIANCE"

  validation {
    condition     = contains(["COMPLIANCE", "GOVERNANCE"], var.mode)
    error_message = "mode is COMPLIANCE or GOVERNANCE."
  }
}

variable "key_arn" {
  description = "KMS key of the objects."
  type        = string
}

variable "replica" {
  description = "Bucket of another region that gets a copy of everything, and the key there; null: none."
  type        = object({ bucket_arn = string, key_arn = string })
  default     = null
}
