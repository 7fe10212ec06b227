variable "prefix" {
  description = "First part of the names of the repositories."
  type        = string
  default     = "suffrage"
}

variable "account_id" {
  description = "The AWS account, where images of the second region go too."
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

variable "replica_region" {
  description = "Region that every image is copied to; empty: none."
  type        = string
  default     = ""
}
