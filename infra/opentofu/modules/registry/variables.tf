variable "prefix" {
  description = "First part of the names of the repositories."
  type        = string
  default     = "suffrage"
}

variable "account_id" {
  description = "The AWS account."
  type        = string
}

variable "region" {
  description = "The region."
  type        = string
}

variable "images" {
  description = "Images of the suite, as the chart names them."
  type        = set(string)
  default     = ["ingestion", "processor", "aggregator", "registrar", "web", "tools"]
}

variable "key_arn" {
  description = "KMS key of the images."
  type        = string
}

variable "kept_images" {
  description = "Released images kept of each repository; the oldest go first. What an election ran on must stay for its audit window."
  type        = number
  default     = 200

  validation {
    condition     = var.kept_images >= 50
    error_message = "Keep 50 images or more: what an election ran on must be there for its audit."
  }
}

variable "copies" {
  description = "Registries that every image pushed from now on is copied to: another region's, another account's. The other account says so by `copied_from`."
  type        = list(object({ account_id = string, region = string }))
  default     = []

  validation {
    condition     = alltrue([for copy in var.copies : can(regex("^[0-9]{12}$", copy.account_id)) && can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", copy.region))])
    error_message = "A registry is told by the twelve digits of its account and a region such as eu-west-1."
  }
  validation {
    condition     = !contains(var.copies, { account_id = var.account_id, region = var.region }) && length(var.copies) <= 25
    error_message = "At most 25 registries, and not this one."
  }
}

variable "copied_from" {
  description = "Account whose registry may copy its images to this one; empty: none."
  type        = string
  default     = ""

  validation {
    condition     = var.copied_from == "" || can(regex("^[0-9]{12}$", var.copied_from)) && var.copied_from != var.account_id
    error_message = "Another AWS account, of twelve digits. The own one needs no leave."
  }
}
