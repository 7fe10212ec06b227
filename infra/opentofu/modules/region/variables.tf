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
}

variable "region" {
  description = "The region."
  type        = string
}

variable "cidr" {
  description = "Address range, /16, apart from every other region's."
  type        = string
}

variable "nat_gateways" {
  description = "`zonal`, `single` or `none`: see module network."
  type        = string
  default     = "zonal"
}

variable "operators" {
  description = "IAM roles that administer the cluster."
  type        = set(string)
}

variable "public_access_cidrs" {
  description = "Addresses from which the API server is reached from outside."
  type        = list(string)
  default     = []
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
}

variable "registrar_database" {
  description = "Instances of the registrar's database."
  type        = map(object({ class = string, tier = optional(number, 1) }))
}

variable "global_registrar" {
  description = "Part of this region in the registrar's global database: `none`, `primary`, or `secondary` of the one in `global_cluster_ids`. Votes databases are never global: the second region counts its own copy of the log."
  type        = string
  default     = "none"
}

variable "global_cluster_ids" {
  description = "The registrar's global database, for a secondary region."
  type        = map(string)
  default     = {}
}

variable "elections_primary_key" {
  description = "For a second region: the first region's key of elections. See module secrets."
  type        = object({ arn = string })
  default     = null
}

variable "cache" {
  description = "Node type, node groups and replicas of the votes' cache. The registrar's limits have one of their own, of one node group."
  type        = object({ node_type = string, shards = number, replicas = number })
}

variable "audit_window_days" {
  description = "Days for which log, reports and images stay."
  type        = number
  default     = 365
}

variable "password_version" {
  description = "A greater number turns the passwords of both caches."
  type        = number
  default     = 1
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
}

variable "replica_region" {
  description = "Region that images are copied to; empty: none."
  type        = string
  default     = ""
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
}

variable "replicator" {
  description = "Replicator whose delay is watched here; empty: none."
  type        = string
  default     = ""
}

variable "delivery" {
  description = "GitHub repository and environment whose pipelines push images; null: none."
  type        = object({ repository = string, environment = string })
  default     = null
}

variable "load_balancer" {
  description = "The chart's ALB, once it exists."
  type        = object({ arn = string, dns_name = string })
  default     = null
}

variable "shield_advanced" {
  description = "See module edge."
  type        = bool
  default     = false
}

variable "keep_votes" {
  description = "Refuses every plan that would destroy log, databases or keys."
  type        = bool
  default     = true
}
