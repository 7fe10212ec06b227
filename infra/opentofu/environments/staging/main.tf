# Production in small, in one region: rehearsals with as many zones, shards and kinds of nodes.
locals {
  name   = "suffrage-staging"
  region = "eu-west-1"
  # An audit must find everything for as long.
  audit_window_days = 90
  tags              = { suffrage = "staging", managed-by = "opentofu" }
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
  cidr                = "10.11.0.0/16"
  nat_gateways        = "zonal"
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
  grafana             = true
  archive             = { mode = "GOVERNANCE" }
  keep_votes          = true
  rules               = { for file in fileset("${path.root}/../../../../observability/alerts", "*.yaml") : lower(trimsuffix(file, ".yaml")) => file("${path.root}/../../../../observability/alerts/${file}") }

  nodes = {
    votes   = { instance_types = ["c7g.2xlarge"], min = 3, max = 20 }
    readers = { instance_types = ["c7g.xlarge", "m7g.xlarge", "c6g.xlarge", "m6g.xlarge"], min = 2, max = 10, spot = true }
  }
  kafka = {
    brokers       = 3
    instance_type = "kafka.m7g.xlarge"
    storage_gib   = { initial = 200, maximum = 2000 }
    partitions    = 64
    shards        = 4
  }
  votes_databases = [
    { name = "a", instances = { one = { class = "db.r7g.xlarge", tier = 0 }, two = { class = "db.r7g.xlarge", tier = 1 } } },
    { name = "b", instances = { one = { class = "db.r7g.xlarge", tier = 0 }, two = { class = "db.r7g.xlarge", tier = 1 } } },
  ]
  registrar_database = { one = { class = "db.r7g.xlarge", tier = 0 }, two = { class = "db.r7g.xlarge", tier = 1 } }
  cache              = { node_type = "cache.r7g.large", replicas = 1 }
}

module "cost" {
  source = "../../modules/cost"

  name                   = local.name
  monthly_budget_dollars = 9000
  subscribers            = var.alarm_addresses
  tag                    = { key = "suffrage", value = local.tags.suffrage }
}
