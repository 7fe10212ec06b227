# Two regions. The first takes and counts votes; the second has the log's copy, the registrar's database and everything
# that counting needs, and takes over step by step (docs/operate-aws.md).
locals {
  name      = "suffrage-production"
  name_back = "${local.name}-back"
  regions   = { first = "eu-west-1", second = "eu-central-1" }
  # An audit must find everything for as long.
  audit_window_days = 365
  tags              = { suffrage = "production", managed-by = "opentofu" }
  rules             = { for file in fileset("${path.root}/../../../../observability/alerts", "*.yaml") : lower(trimsuffix(file, ".yaml")) => file("${path.root}/../../../../observability/alerts/${file}") }

  kafka = {
    brokers       = var.brokers
    instance_type = "kafka.m7g.4xlarge"
    storage_gib   = { initial = 500, maximum = 8000 }
    partitions    = var.partitions
    shards        = var.shards
  }
  registrar_database = { one = { class = "db.r7g.2xlarge", tier = 0 }, two = { class = "db.r7g.2xlarge" } }
  cache              = { node_type = "cache.r7g.xlarge", replicas = 2 }
}

provider "aws" {
  region              = local.regions.first
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = local.tags
  }
}

provider "aws" {
  alias               = "second"
  region              = local.regions.second
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = local.tags
  }
}

module "first" {
  source = "../../modules/region"

  name                 = local.name
  account_id           = var.account_id
  region               = local.regions.first
  cidr                 = "10.20.0.0/16"
  operators            = var.operators
  public_access_cidrs  = var.public_access_cidrs
  alarm_addresses      = var.alarm_addresses
  keep_votes           = var.keep_votes
  password_version     = var.password_version
  audit_window_days    = local.audit_window_days
  key_rotation_days    = var.key_rotation_days
  versions             = var.versions
  rate_limits          = var.rate_limits
  options              = try(var.options[local.regions.first], {})
  rules                = local.rules
  grafana              = true
  nodes                = local.nodes.first
  kafka                = local.kafka
  votes_databases      = var.votes_databases
  registrar_database   = local.registrar_database
  global_registrar     = "primary"
  cache                = local.cache
  private_connectivity = var.replicate
  replicator           = var.replicate_back ? local.name_back : ""
  archive              = { replica = module.second.archive }
  image_copies         = concat([{ account_id = var.account_id, region = local.regions.second }], var.image_copies)
  delivery             = var.delivery
  load_balancer        = try(var.load_balancers[local.regions.first].arn, null)
  shield_advanced      = var.shield_advanced
}

module "second" {
  source    = "../../modules/region"
  providers = { aws = aws.second }

  # Roles and buckets belong to the whole account: names differ.
  name                  = "${local.name}-2"
  account_id            = var.account_id
  region                = local.regions.second
  cidr                  = "10.21.0.0/16"
  operators             = var.operators
  public_access_cidrs   = var.public_access_cidrs
  alarm_addresses       = var.alarm_addresses
  keep_votes            = var.keep_votes
  password_version      = var.password_version
  audit_window_days     = local.audit_window_days
  key_rotation_days     = var.key_rotation_days
  versions              = var.versions
  rate_limits           = var.rate_limits
  options               = try(var.options[local.regions.second], {})
  rules                 = local.rules
  nodes                 = local.nodes.second
  kafka                 = local.kafka
  votes_databases       = var.votes_databases
  registrar_database    = local.registrar_database
  global_registrar      = "secondary"
  global_cluster_ids    = module.first.global_cluster_ids
  elections_primary_key = { arn = module.first.elections_key_arn }
  delivery              = var.delivery == null ? null : { repository = var.delivery.repository, environment = var.delivery.environment, role = module.first.deployer }
  cache                 = local.cache
  private_connectivity  = var.replicate_back
  replicator            = var.replicate ? local.name : ""
  load_balancer         = try(var.load_balancers[local.regions.second].arn, null)
  shield_advanced       = var.shield_advanced
}

locals {
  # The second region stands ready with its least, and grows when it takes over.
  nodes = {
    first = {
      votes   = { instance_types = ["c7g.4xlarge"], min = 6, max = 60 }
      readers = { instance_types = ["c7g.2xlarge", "m7g.2xlarge", "c6g.2xlarge", "m6g.2xlarge"], min = 3, max = 20, spot = true }
    }
    second = {
      votes   = { instance_types = ["c7g.4xlarge"], min = 3, max = 60 }
      readers = { instance_types = ["c7g.2xlarge", "m7g.2xlarge", "c6g.2xlarge", "m6g.2xlarge"], min = 2, max = 20, spot = true }
    }
  }
}

module "replicator" {
  count     = var.replicate ? 1 : 0
  source    = "../../modules/replicator"
  providers = { aws = aws.second }

  name           = local.name
  account_id     = var.account_id
  regions        = { source = local.regions.first, target = local.regions.second }
  source_name    = module.first.kafka.name
  source_cluster = { arn = module.first.kafka.arn, subnet_ids = module.first.kafka.subnet_ids, security_group_ids = module.first.kafka.security_group_ids }
  target_cluster = module.second.kafka
  log_group_name = module.second.replicator_log_group
}

# After a loss: what the second region took while it led.
module "replicator_back" {
  count  = var.replicate_back ? 1 : 0
  source = "../../modules/replicator"

  name           = local.name_back
  account_id     = var.account_id
  regions        = { source = local.regions.second, target = local.regions.first }
  source_name    = module.second.kafka.name
  source_cluster = { arn = module.second.kafka.arn, subnet_ids = module.second.kafka.subnet_ids, security_group_ids = module.second.kafka.security_group_ids }
  target_cluster = module.first.kafka
  log_group_name = module.first.replicator_log_group
}

# One for both regions: its two addresses stay when a region is lost. It leads to balancers that the chart makes, so until one is
# there it is left out, CloudFront too.
module "edge" {
  source = "../../modules/edge"

  name            = "${local.name}-global"
  regional        = false
  accelerator     = length(var.load_balancers) > 0
  endpoints       = { for region, one in var.load_balancers : region => { load_balancer_arn = one.arn, dial = one.dial } }
  page            = length(var.load_balancers) > 0 ? var.page : null
  shield_advanced = var.shield_advanced
  # It stands before both regions: whoever one of them refuses must not come in by it.
  blocked_countries = distinct(flatten([for region in values(var.options) : try(region.blocked_countries, [])]))
  rate_limits       = var.rate_limits
}

module "cost" {
  source = "../../modules/cost"

  name                   = local.name
  monthly_budget_dollars = 90000
  anomaly_dollars        = 500
  subscribers            = var.alarm_addresses
  tag                    = { key = "suffrage", value = local.tags.suffrage }
}
