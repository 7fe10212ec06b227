output "deployment" {
  description = "What the values of the chart in this region are made of. No secret is in it."
  value = {
    region             = var.region
    cluster            = module.cluster.name
    registry           = module.registry.registry
    brokers            = module.kafka.bootstrap_brokers.iam
    partitions         = var.kafka.partitions
    shards             = var.kafka.shards
    elections_key      = module.secrets.elections_key_alias_arn
    secrets_roles      = module.identity.secrets_role_arns
    web_acl            = module.edge.web_acl_arn
    data_cidrs         = module.network.data_cidrs
    public_cidrs       = module.network.public_cidrs
    cidr               = module.network.cidr
    votes_databases    = [for shard in module.votes_database.shards : { endpoint = shard.endpoint, reader_endpoint = shard.reader_endpoint, database = "votes", admin_secret = shard.admin_secret }]
    registrar_database = one([for shard in module.registrar_database.shards : { endpoint = shard.endpoint, reader_endpoint = shard.reader_endpoint, database = "registrar", admin_secret = shard.admin_secret }])
    votes_cache        = { endpoint = module.votes_cache.endpoint, user = module.votes_cache.user, password_secret = module.votes_cache.password_secret_arn }
    limits_cache       = { endpoint = module.limits_cache.endpoint, user = module.limits_cache.user, password_secret = module.limits_cache.password_secret_arn }
    prometheus         = module.observability.prometheus.endpoint
    archive            = module.archive.bucket
  }
}

output "kafka" {
  description = "The log, for a replicator: ARN, name, subnets and security groups that reach it."
  value = {
    arn                = module.kafka.arn
    name               = module.kafka.name
    subnet_ids         = module.network.data_subnet_ids
    security_group_ids = [module.kafka.security_group_id]
  }
}

output "global_cluster_ids" {
  description = "The registrar's global database, for a secondary region."
  value       = module.registrar_database.global_cluster_ids
}

output "archive" {
  description = "The archive, for a region that copies to it: bucket and key."
  value       = { bucket_arn = module.archive.bucket_arn, key_arn = module.secrets.key_arns["archive"] }
}

output "replicator_log_group" {
  description = "Log group for a replicator of this region."
  value       = module.observability.pods_log_group
}

output "registrar_cluster_arn" {
  description = "The registrar's cluster, for a failover of the global database."
  value       = one(module.registrar_database.shards[*].arn)
}

output "elections_key_arn" {
  description = "KMS key that wraps the keys of elections."
  value       = module.secrets.key_arns["elections"]
}

output "statements" {
  description = "What each service may call."
  value       = module.identity.statements
}

output "broker_settings" {
  description = "What a topic gets that names nothing itself."
  value       = module.kafka.broker_settings
}

output "api_gateway_domain" {
  description = "Where the API Gateway's host must point; null without one."
  value       = module.edge.api_gateway_domain
}

output "deployer" {
  description = "Name of the pipelines' role that installs here; null: none."
  value       = module.identity.deployer
}
