variable "name" {
  description = "Prefix of all names, such as `suffrage-production`."
  type        = string
}

variable "account_id" {
  description = "The AWS account, which administers the keys."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An AWS account has twelve digits."
  }
}

variable "region" {
  description = "Region of the keys."
  type        = string
}

variable "prefix" {
  description = "First part of the names of the secrets, as the chart's `secrets.*.remoteKey` have it."
  type        = string
  default     = "suffrage"
}

variable "rotation_period_days" {
  description = "Days after which KMS makes new key material. What the old has encrypted stays readable."
  type        = number
  default     = 365

  validation {
    condition     = var.rotation_period_days >= 90 && var.rotation_period_days <= 2560
    error_message = "KMS rotates every 90 to 2,560 days."
  }
}

variable "deletion_window_days" {
  description = "Days between asking for the deletion of a key and its end; until then it can be taken back."
  type        = number
  default     = 30

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30
    error_message = "KMS waits 7 to 30 days."
  }
}

variable "elections_primary_key" {
  description = "For a second region: the first region's key of elections (a multi-Region key), of which a replica is made. What one has wrapped the other unwraps, or no token could be given after a failover. Null: this is the first."
  type        = object({ arn = string })
  default     = null
}

variable "rotation_function_arns" {
  description = "For secrets that an own function rotates: its ARN by the secret's name. Keys that sign or encrypt elections are not among them: they live as long as the election."
  type        = map(string)
  default     = {}
}

variable "keep_votes" {
  description = "Refuses every plan that would destroy a key: what it has encrypted would be lost with it."
  type        = bool
  default     = true
}
