variable "account_id" {
  description = "The AWS account. The provider refuses to work in any other."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An AWS account has twelve digits."
  }
}

variable "operators" {
  description = "IAM roles that administer the cluster."
  type        = set(string)
}

variable "alarm_addresses" {
  description = "E-mail addresses that get AWS's alarms and messages about costs."
  type        = set(string)
}

variable "public_access_cidrs" {
  description = "Addresses from which the API server is reached from outside; empty: from the network only."
  type        = list(string)
  default     = []
}

variable "password_version" {
  description = "A greater number turns the passwords of the caches."
  type        = number
  default     = 1
}
