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

variable "shards" {
  description = "Shards of topic votes, a power of two, for its whole life: no more databases than these can ever share the votes."
  type        = number
  default     = 4
}

variable "partitions" {
  description = "Partitions of topic votes, a multiple of its shards. May grow, never shrinks."
  type        = number
  default     = 256

  validation {
    condition     = var.partitions % var.shards == 0
    error_message = "A multiple of the shards."
  }
}

variable "brokers" {
  description = "Brokers in either region, a multiple of three."
  type        = number
  default     = 6

  validation {
    condition     = var.brokers >= 3 && var.brokers % 3 == 0
    error_message = "Brokers come in threes."
  }
}

variable "replicate" {
  description = "Copies the log to the second region. MSK turns multi-VPC connectivity on only for a cluster that exists: false in the first apply, true from the second on."
  type        = bool
  default     = false
}

variable "replicate_back" {
  description = "Copies the log of the second region, which led while the first was lost, to the first (docs/operate-aws.md)."
  type        = bool
  default     = false

  validation {
    condition     = !(var.replicate && var.replicate_back)
    error_message = "A log is copied one way: records would go round."
  }
}

variable "load_balancers" {
  description = "The chart's ALB of each region, once it exists, and its share of the traffic in percent. A failover moves the shares (docs/operate-aws.md)."
  type        = map(object({ arn = string, dial = number }))
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.load_balancers), values(local.regions))) == 0 && alltrue([for one in values(var.load_balancers) : one.dial >= 0 && one.dial <= 100])
    error_message = "Balancers of the two regions, with dials between 0 and 100."
  }
}

variable "page" {
  description = "CloudFront before the page: see module edge. Left out until `load_balancers` names what it leads to."
  type        = object({ hosts = list(string), certificate_arn = string, origin_host = string })
  default     = null
}

variable "shield_advanced" {
  description = "See module edge."
  type        = bool
  default     = false
}

variable "image_copies" {
  description = "Registries of the other environments' accounts, which get each image that is pushed to this one. Each must say `images_from` first."
  type        = list(object({ account_id = string, region = string }))
  default     = []
}

variable "delivery" {
  description = "GitHub repository and environment whose pipelines push images and install the chart in both regions."
  type        = object({ repository = string, environment = string })
  default     = null
}

variable "key_rotation_days" {
  description = "Days after which KMS makes new material for our keys. What the old has encrypted stays readable."
  type        = number
  default     = 365
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
  description = "By region, what is off unless asked for: see module region."
  type        = any
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.options), values(local.regions))) == 0
    error_message = "Options of a region that this environment does not have."
  }
}

variable "keep_votes" {
  description = "Refuses every plan that would destroy log, databases or keys. False only on the way back to an empty account (docs/operate-aws.md)."
  type        = bool
  default     = true
}
