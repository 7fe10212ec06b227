variable "name" {
  description = "Name of the installation in this region, such as `suffrage-production`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,23}$", var.name))
    error_message = "The name has 3 to 24 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "account_id" {
  description = "The AWS account."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An AWS account has twelve digits."
  }
}

variable "region" {
  description = "The region."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region is named like eu-west-1."
  }
}

variable "cidr" {
  description = "Address range, /16, apart from every other region's."
  type        = string

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && endswith(var.cidr, "/16")
    error_message = "The range is a /16 such as 10.20.0.0/16."
  }
}

variable "nat_gateways" {
  description = "`zonal`, `single` or `none`: see module network."
  type        = string
  default     = "zonal"

  validation {
    condition     = contains(["zonal", "single", "none"], var.nat_gateways)
    error_message = "nat_gateways is zonal, single or none."
  }
}

variable "operators" {
  description = "IAM roles that administer the cluster."
  type        = set(string)

  validation {
    condition     = length(var.operators) > 0 && alltrue([for role in var.operators : can(regex("^arn:aws:iam::[0-9]{12}:(role|user)/", role))])
    error_message = "At least one ARN of a role: nobody else administers the cluster."
  }
}

variable "public_access_cidrs" {
  description = "Addresses from which the API server is reached from outside."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for range in var.public_access_cidrs : can(cidrhost(range, 0))]) && !contains(var.public_access_cidrs, "0.0.0.0/0")
    error_message = "Ranges such as 192.0.2.0/24, and never the whole internet."
  }
}

variable "nodes" {
  description = "Nodes: see module cluster."
  type = object({
    compute = optional(string, "node-groups")
    votes   = object({ instance_types = list(string), min = number, max = number })
    readers = object({ instance_types = list(string), min = number, max = number, spot = bool })
  })
}

variable "kafka" {
  description = "The log: see module kafka. `partitions` and `shards` are topic votes': the chart's migration makes them."
  type = object({
    brokers       = number
    instance_type = string
    storage_gib   = object({ initial = number, maximum = number })
    partitions    = number
    shards        = number
  })

  validation {
    condition     = contains([1, 2, 4, 8, 16, 32, 64, 128, 256], var.kafka.shards) && var.kafka.partitions % var.kafka.shards == 0
    error_message = "Shards are a power of two, and partitions a multiple of them."
  }
}

variable "votes_databases" {
  description = "Databases of the votes: see `shards` of module database."
  type        = list(object({ name = string, instances = map(object({ class = string, tier = optional(number, 1) })) }))

  validation {
    condition     = var.kafka.shards % length(var.votes_databases) == 0
    error_message = "Each database holds as many of the topic's shards as every other: no more databases than shards."
  }
}

variable "registrar_database" {
  description = "Instances of the registrar's database."
  type        = map(object({ class = string, tier = optional(number, 1) }))

  validation {
    condition     = length(var.registrar_database) > 0
    error_message = "At least one instance."
  }
}

variable "global_registrar" {
  description = "Part of this region in the registrar's global database: `none`, `primary`, or `secondary` of the one in `global_cluster_ids`. Votes databases are never global: the second region counts its own copy of the log."
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "primary", "secondary"], var.global_registrar)
    error_message = "global_registrar is none, primary or secondary."
  }
}

variable "global_cluster_ids" {
  description = "The registrar's global database, for a secondary region."
  type        = map(string)
  default     = {}

  validation {
    condition     = var.global_registrar != "secondary" || contains(keys(var.global_cluster_ids), "main")
    error_message = "A secondary region follows global database `main` of the first."
  }
}

variable "elections_primary_key" {
  description = "For a second region: the first region's key of elections. See module secrets."
  type        = object({ arn = string })
  default     = null
}

variable "cache" {
  description = "Node type and replicas of the votes' cache. The registrar's limits have one of their own, with one replica."
  type        = object({ node_type = string, replicas = number })
}

variable "audit_window_days" {
  description = "Days for which log, reports and images stay."
  type        = number
  default     = 365

  validation {
    condition     = contains([30, 60, 90, 180, 365, 400, 545, 731], var.audit_window_days)
    error_message = "As long as a log group can keep: 30, 60, 90, 180, 365, 400, 545 or 731 days."
  }
}

variable "password_version" {
  description = "A greater number turns the passwords of both caches, and of the administrator of a global registrar that leads here."
  type        = number
  default     = 1

  validation {
    condition     = var.password_version >= 1 && floor(var.password_version) == var.password_version
    error_message = "Versions are 1, 2, 3 and so on."
  }
}

variable "private_connectivity" {
  description = "See module kafka: the replicator of another region reads this log."
  type        = bool
  default     = false
}

variable "archive" {
  description = "Mode of the object lock, and the bucket of another region that gets a copy: see module archive."
  type        = object({ mode = optional(string, "COMPLIANCE"), replica = optional(object({ bucket_arn = string, key_arn = string })) })
  default     = {}

  validation {
    condition     = contains(["COMPLIANCE", "GOVERNANCE"], var.archive.mode)
    error_message = "archive.mode is COMPLIANCE or GOVERNANCE."
  }
}

variable "image_copies" {
  description = "Registries that images are copied to: see `copies` of module registry."
  type        = list(object({ account_id = string, region = string }))
  default     = []

  validation {
    condition     = !contains(var.image_copies, { account_id = var.account_id, region = var.region })
    error_message = "Other registries than this region's own."
  }
}

variable "images_from" {
  description = "Account whose registry copies images to this one; empty: none, or another region of this account."
  type        = string
  default     = ""

  validation {
    condition     = var.images_from == "" || can(regex("^[0-9]{12}$", var.images_from))
    error_message = "An AWS account has twelve digits."
  }
}

variable "rules" {
  description = "Alert rules: see module observability."
  type        = map(string)
  default     = {}
}

variable "grafana" {
  description = "Makes a managed Grafana."
  type        = bool
  default     = false
}

variable "alarm_addresses" {
  description = "E-mail addresses that get AWS's own alarms."
  type        = set(string)

  validation {
    condition     = alltrue([for address in var.alarm_addresses : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "E-mail addresses."
  }
}

variable "replicator" {
  description = "Replicator whose delay is watched here; empty: none."
  type        = string
  default     = ""
}

variable "delivery" {
  description = "GitHub repository and environment whose pipelines install the chart and, where it `pushes`, push images; `role`: name of that which another region has made for them. Null: none."
  type        = object({ repository = string, environment = string, pushes = optional(bool, true), role = optional(string, "") })
  default     = null

  validation {
    condition     = var.delivery == null || can(regex("^[^/]+/[^/]+$", var.delivery.repository))
    error_message = "A repository is named owner/name."
  }
}

variable "load_balancer" {
  description = "ARN of the chart's ALB, once it exists."
  type        = string
  default     = null

  validation {
    condition     = var.load_balancer == null || can(regex("^arn:aws:elasticloadbalancing:[^:]+:[0-9]{12}:loadbalancer/app/", var.load_balancer))
    error_message = "The ARN of an ALB."
  }
}

variable "rate_limits" {
  description = "Requests of one address in five minutes, where they are to be others than module edge begins with."
  type        = object({ all = optional(number), tokens = optional(number), sessions = optional(number) })
  default     = {}

  validation {
    condition     = alltrue([for limit in values(var.rate_limits) : try(limit >= 10, limit == null)])
    error_message = "WAF counts from 10 requests."
  }
}

variable "shield_advanced" {
  description = "See module edge."
  type        = bool
  default     = false
}

variable "key_rotation_days" {
  description = "See module secrets: days after which KMS makes new material for our keys."
  type        = number
  default     = 365

  validation {
    condition     = var.key_rotation_days >= 90 && var.key_rotation_days <= 2560
    error_message = "KMS rotates every 90 to 2,560 days."
  }
}

variable "versions" {
  description = "Other versions than those that modules cluster, kafka, database and cache begin with."
  type        = object({ kubernetes = optional(string), kafka = optional(string), aurora = optional(string), valkey = optional(string) })
  default     = {}
}

variable "options" {
  description = "Off unless asked for: private CAs (mTLS) and `AmazonMSK_…` secrets (SCRAM) that let clients in to the brokers beside IAM, RDS Proxy before `votes` or `registrar`, functions that rotate secrets by the secret's name, an API Gateway before an internal ALB (see module edge), countries that are refused."
  type = object({
    certificate_authority_arns = optional(list(string), [])
    scram_secret_arns          = optional(list(string), [])
    database_proxies           = optional(set(string), [])
    rotation_function_arns     = optional(map(string), {})
    api_gateway = optional(object({
      host                = string
      certificate_arn     = string
      truststore          = optional(string)
      listener_arn        = string
      server_name         = string
      requests_per_second = optional(number)
    }))
    blocked_countries = optional(list(string), [])
  })
  default = {}

  validation {
    condition     = length(setsubtract(var.options.database_proxies, ["votes", "registrar"])) == 0
    error_message = "A proxy stands before votes or registrar."
  }
}

variable "keep_votes" {
  description = "Refuses every plan that would destroy log, databases or keys."
  type        = bool
  default     = true
}
