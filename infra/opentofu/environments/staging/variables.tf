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

variable "delivery" {
  description = "GitHub repository and environment whose pipelines install the chart. They push no images here: those are copied from production's registry."
  type        = object({ repository = string, environment = string })
  default     = null
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

variable "key_rotation_days" {
  description = "Days after which KMS makes new material for our keys. What the old has encrypted stays readable."
  type        = number
  default     = 365
}

variable "images_from" {
  description = "Account whose registry copies each image to this one's (`image_copies` there); empty: images are brought by hand."
  type        = string
  default     = ""
}

# `any`: module region says the types, once for all environments.
variable "rate_limits" {
  description = "Requests of one address in five minutes (`all`, `tokens`, `sessions`), where they are to be others: see module edge."
  type        = any
  default     = {}
}

variable "versions" {
  description = "Other versions than the modules begin with: see module region."
  type        = any
  default     = {}
}

variable "options" {
  description = "What is off unless asked for: see module region."
  type        = any
  default     = {}
}
