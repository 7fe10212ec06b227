variable "name" {
  description = "Name of the installation, such as `suffrage-production`."
  type        = string
}

variable "monthly_budget_dollars" {
  description = "What a month may cost. `make cost ENVIRONMENT=…` prints what it costs before a vote is cast, and `make infra-check` refuses less."
  type        = number

  validation {
    condition     = var.monthly_budget_dollars > 0
    error_message = "A budget of nothing alarms always."
  }
}

variable "anomaly_dollars" {
  description = "Unexpected costs of a service in a day that are worth a message."
  type        = number
  default     = 100
}

variable "subscribers" {
  description = "E-mail addresses that are told."
  type        = list(string)

  validation {
    condition     = length(var.subscribers) > 0 && alltrue([for address in var.subscribers : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "At least one e-mail address."
  }
}

variable "tag" {
  description = "Tag that the costs of this installation are found by; the provider's default tags set it everywhere."
  type        = object({ key = string, value = string })
}
