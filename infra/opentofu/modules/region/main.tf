locals {
  clients = { nodes = module.cluster.node_security_group_id }
  # `info` tells the client that the server has loaded; it counts as dangerous, so it comes last.
  cache_access = "on ~* &* -@all +@read +@write +@pubsub +@scripting +@connection -@dangerous +info"
  stores = {
    vpc_id                    = module.network.vpc_id
    subnet_ids                = module.network.data_subnet_ids
    client_security_group_ids = local.clients
  }
}

module "secrets" {
  source = "../secrets"

  name                   = var.name
  account_id             = var.account_id
  region                 = var.region
  elections_primary_key  = var.elections_primary_key
  rotation_period_days   = var.key_rotation_days
  rotation_function_arns = var.options.rotation_function_arns
  keep_votes             = var.keep_votes
}

module "network" {
  source = "../network"

  name         = var.name
  region       = var.region
  zones        = [for letter in ["a", "b", "c"] : "${var.region}${letter}"]
  cidr         = var.cidr
  nat_gateways = var.nat_gateways
  log_key_arn  = module.secrets.key_arns["logs"]
}

module "cluster" {
  source = "../cluster"

  name                = var.name
  vpc_id              = module.network.vpc_id
  subnet_ids          = module.network.private_subnet_ids
  operators           = var.operators
  public_access_cidrs = var.public_access_cidrs
  compute             = var.nodes.compute
  votes_nodes         = var.nodes.votes
  readers_nodes       = var.nodes.readers
  key_arn             = module.secrets.key_arns["cluster"]
  log_key_arn         = module.secrets.key_arns["logs"]
  deletion_protection = var.keep_votes
  kubernetes_version  = var.versions.kubernetes
}

module "kafka" {
  source = "../kafka"

  name                       = var.name
  vpc_id                     = local.stores.vpc_id
  subnet_ids                 = local.stores.subnet_ids
  client_security_group_ids  = local.stores.client_security_group_ids
  brokers                    = var.kafka.brokers
  instance_type              = var.kafka.instance_type
  storage_gib                = var.kafka.storage_gib
  audit_window_days          = var.audit_window_days
  private_connectivity       = var.private_connectivity
  kafka_version              = var.versions.kafka
  certificate_authority_arns = var.options.certificate_authority_arns
  scram_secret_arns          = var.options.scram_secret_arns
  key_arn                    = module.secrets.key_arns["log"]
  log_key_arn                = module.secrets.key_arns["logs"]
  keep_votes                 = var.keep_votes
}

module "votes_database" {
  source = "../database"

  name                      = "${var.name}-votes"
  vpc_id                    = local.stores.vpc_id
  subnet_ids                = local.stores.subnet_ids
  client_security_group_ids = local.stores.client_security_group_ids
  shards                    = var.votes_databases
  database_name             = "votes"
  engine_version            = var.versions.aurora
  key_arn                   = module.secrets.key_arns["votes"]
  secret_key_arn            = module.secrets.key_arns["secrets-votes"]
  proxy                     = contains(var.options.database_proxies, "votes")
  keep_votes                = var.keep_votes
}

# A cluster of its own, with keys and an administrator of its own: roll and votes never meet.
module "registrar_database" {
  source = "../database"

  name                      = "${var.name}-registrar"
  vpc_id                    = local.stores.vpc_id
  subnet_ids                = local.stores.subnet_ids
  client_security_group_ids = local.stores.client_security_group_ids
  shards                    = [{ name = "main", instances = var.registrar_database }]
  database_name             = "registrar"
  engine_version            = var.versions.aurora
  global                    = var.global_registrar
  global_cluster_ids        = var.global_cluster_ids
  password_version          = var.password_version
  key_arn                   = module.secrets.key_arns["registrar"]
  secret_key_arn            = module.secrets.key_arns["secrets-registrar"]
  proxy                     = contains(var.options.database_proxies, "registrar")
  keep_votes                = var.keep_votes
}

module "votes_cache" {
  source = "../cache"

  name                      = "${var.name}-votes"
  user                      = "votes"
  access                    = local.cache_access
  password_secret           = { name = "suffrage/cache-votes", key_arn = module.secrets.key_arns["secrets-votes"] }
  password_version          = var.password_version
  engine_version            = var.versions.valkey
  vpc_id                    = local.stores.vpc_id
  subnet_ids                = local.stores.subnet_ids
  client_security_group_ids = local.stores.client_security_group_ids
  node_type                 = var.cache.node_type
  replicas                  = var.cache.replicas
  key_arn                   = module.secrets.key_arns["votes"]
  log_key_arn               = module.secrets.key_arns["logs"]
}

module "limits_cache" {
  source = "../cache"

  name                      = "${var.name}-limits"
  user                      = "limits"
  access                    = local.cache_access
  password_secret           = { name = "suffrage/cache-limits", key_arn = module.secrets.key_arns["secrets-registrar"] }
  password_version          = var.password_version
  engine_version            = var.versions.valkey
  vpc_id                    = local.stores.vpc_id
  subnet_ids                = local.stores.subnet_ids
  client_security_group_ids = local.stores.client_security_group_ids
  node_type                 = var.cache.node_type
  replicas                  = 1
  key_arn                   = module.secrets.key_arns["registrar"]
  log_key_arn               = module.secrets.key_arns["logs"]
}

module "registry" {
  source = "../registry"

  account_id  = var.account_id
  region      = var.region
  key_arn     = module.secrets.key_arns["images"]
  copies      = var.image_copies
  copied_from = var.images_from
}

module "archive" {
  source = "../archive"

  name           = "${var.name}-archive-${var.account_id}-${var.region}"
  retention_days = var.audit_window_days
  mode           = var.archive.mode
  key_arn        = module.secrets.key_arns["archive"]
  replica        = var.archive.replica
}

module "observability" {
  source = "../observability"

  name               = var.name
  log_key_arn        = module.secrets.key_arns["logs"]
  log_retention_days = var.audit_window_days
  rules              = var.rules
  grafana            = var.grafana
  alarm_addresses    = var.alarm_addresses
  kafka              = { name = var.name, brokers = var.kafka.brokers }
  database_clusters = merge(
    { for shard in var.votes_databases : "votes-${shard.name}" => "${var.name}-votes-${shard.name}" },
    { registrar = "${var.name}-registrar-main" },
  )
  global_databases = var.global_registrar == "none" ? {} : { registrar = "${var.name}-registrar-main" }
  cache_nodes      = concat(module.votes_cache.nodes, module.limits_cache.nodes)
  replicator       = var.replicator
}

module "identity" {
  source = "../identity"

  name               = var.name
  account_id         = var.account_id
  region             = var.region
  cluster_name       = module.cluster.name
  kafka_cluster_name = var.name
  elections_key_arn  = module.secrets.key_arns["elections"]
  secrets = {
    votes     = { secret_arns = concat(values(module.secrets.secret_arns["votes"]), [module.votes_cache.password_secret_arn]), key_arns = [module.secrets.key_arns["secrets-votes"]] }
    registrar = { secret_arns = concat(values(module.secrets.secret_arns["registrar"]), [module.limits_cache.password_secret_arn]), key_arns = [module.secrets.key_arns["secrets-registrar"]] }
  }
  prometheus_workspace_arn = module.observability.prometheus.arn
  delivery = var.delivery == null ? null : {
    repository      = var.delivery.repository
    environment     = var.delivery.environment
    repository_arns = values(module.registry.repository_arns)
    pushes          = var.delivery.pushes
    role            = var.delivery.role
  }
}

module "edge" {
  source = "../edge"

  name              = var.name
  load_balancer     = var.load_balancer
  shield_advanced   = var.shield_advanced
  log_key_arn       = module.secrets.key_arns["logs"]
  rate_limits       = var.rate_limits
  blocked_countries = var.options.blocked_countries
  api_gateway = var.options.api_gateway == null ? null : {
    host                = var.options.api_gateway.host
    certificate_arn     = var.options.api_gateway.certificate_arn
    truststore          = var.options.api_gateway.truststore
    listener_arn        = var.options.api_gateway.listener_arn
    server_name         = var.options.api_gateway.server_name
    requests_per_second = var.options.api_gateway.requests_per_second
    subnet_ids          = module.network.private_subnet_ids
    security_group_ids  = [module.cluster.node_security_group_id]
  }
}
