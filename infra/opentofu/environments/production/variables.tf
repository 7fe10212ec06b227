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

variable "votes_databases" {
  description = "Databases of the votes in either region: see `shards` of module database."
  type        = list(object({ name = string, instances = map(object({ class = string, tier = optional(number, 1) })) }))
  default = [
    { name = "a", instances = { one = { class = "db.r7g.4xlarge", tier = 0 }, two = { class = "db.r7g.4xlarge" } } },
    { name = "b", instances = { one = { class = "db.r7g.4xlarge", tier = 0 }, two = { class = "db.r7g.4xlarge" } } },
    { name = "c", instances = { one = { class = "db.r7g.4xlarge", tier = 0 }, two = { class = "db.r7g.4xlarge" } } },
    { name = "d", instances = { one = { class = "db.r7g.4xlarge", tier = 0 }, two = { class = "db.r7g.4xlarge" } } },
  ]
}

variable "partitions" {
  description = "Partitions of topic votes, a multiple of its four shards. May grow, never shrinks."
  type        = number
  default     = 256
}

variable "brokers" {
  description = "Brokers in either region, a multiple of three."
  type        = number
  default     = 6
}

variable "replicate" {
  description = "Copies the log to the second region. MSK turns multi-VPC connectivity on only for a cluster that exists: false in the first apply, true from the second on."
  type        = bool
  default     = false
}

variable "load_balancers" {
  description = "The chart's ALB of each region, once it exists, and its share of the traffic in percent. A failover moves the shares (docs/operate-aws.md)."
  type        = map(object({ arn = string, dns_name = string, dial = number }))
  default     = {}
}

variable "page" {
  description = "CloudFront before the page: see module edge."
  type        = object({ hosts = list(string), certificate_arn = string, origin_host = string, web_acl_arn = optional(string) })
  default     = null
}

variable "shield_advanced" {
  description = "See module edge."
  type        = bool
  default     = false
}

variable "delivery" {
  description = "GitHub repository and environment whose pipelines push images."
  type        = object({ repository = string, environment = string })
  default     = null
}

variable "keep_votes" {
  description = "Refuses every plan that would destroy log, databases or keys. False only on the way back to an empty account (docs/operate-aws.md)."
  type        = bool
  default     = true
}
