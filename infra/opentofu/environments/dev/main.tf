# Small, one region: for trying changes. Everything here may be destroyed.
locals {
  name   = "suffrage-dev"
  region = "eu-west-1"
  # An audit must find everything for as long.
  audit_window_days = 30
  tags              = { suffrage = "dev", managed-by = "opentofu" }
}

provider "aws" {
  region              = local.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = local.tags
  }
}

module "region" {
  source = "../../modules/region"

  name                = local.name
  account_id          = var.account_id
  region              = local.region
  cidr                = "10.10.0.0/16"
  nat_gateways        = "single"
  operators           = var.operators
  public_access_cidrs = var.public_access_cidrs
  alarm_addresses     = var.alarm_addresses
  delivery            = var.delivery == null ? null : { repository = var.delivery.repository, environment = var.delivery.environment, pushes = false }
  audit_window_days   = local.audit_window_days
  password_version    = var.password_version
  key_rotation_days   = var.key_rotation_days
  versions            = var.versions
  rate_limits         = var.rate_limits
  options             = var.options
  images_from         = var.images_from
  grafana             = false
  archive             = { mode = "GOVERNANCE" }
  keep_votes          = false
  rules               = { for file in fileset("${path.root}/../../../../observability/alerts", "*.yaml") : lower(trimsuffix(file, ".yaml")) => file("${path.root}/../../../../observability/alerts/${file}") }

  nodes = {
    votes   = { instance_types = ["c7g.large"], min = 3, max = 6 }
    readers = { instance_types = ["c7g.large", "m7g.large", "c6g.large", "m6g.large"], min = 2, max = 4, spot = true }
  }
  kafka = {
    brokers       = 3
    instance_type = "kafka.m7g.large"
    storage_gib   = { initial = 100, maximum = 500 }
    partitions    = 8
    shards        = 4
  }
  votes_databases = [
    { name = "a", instances = { one = { class = "db.r7g.large", tier = 0 } } },
  ]
  registrar_database = { one = { class = "db.r7g.large", tier = 0 } }
  cache              = { node_type = "cache.t4g.small", replicas = 1 }
}

module "cost" {
  source = "../../modules/cost"

  name                   = local.name
  monthly_budget_dollars = 2500
  subscribers            = var.alarm_addresses
  tag                    = { key = "suffrage", value = local.tags.suffrage }
}
