output "shards" {
  description = "Each shard's cluster, in the order of the input: name, ARN, resource id (for IAM authentication), endpoints, the secret of its administrator and its proxy."
  value = [
    for shard in var.shards : {
      name            = shard.name
      arn             = aws_rds_cluster.this[shard.name].arn
      identifier      = aws_rds_cluster.this[shard.name].cluster_identifier
      resource_id     = aws_rds_cluster.this[shard.name].cluster_resource_id
      endpoint        = aws_rds_cluster.this[shard.name].endpoint
      reader_endpoint = aws_rds_cluster.this[shard.name].reader_endpoint
      admin_secret    = local.admin_secret_arns[shard.name]
      proxy_endpoint  = var.proxy ? aws_db_proxy.this[shard.name].endpoint : null
    }
  ]
}

output "global_cluster_ids" {
  description = "The global database of each shard, for a secondary region."
  value       = { for name, global in aws_rds_global_cluster.this : name => global.id }
}

output "security_group_id" {
  description = "Security group of the databases."
  value       = aws_security_group.this.id
}

output "database_name" {
  description = "Database that the clusters begin with."
  value       = var.database_name
}
