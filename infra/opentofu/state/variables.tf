variable "account_id" {
  description = "The AWS account. The provider refuses to work in any other."
  type        = string
}

variable "region" {
  description = "Region of the state."
  type        = string
  default     = "eu-west-1"
}
