output "endpoint" {
  description = "Name of the primary, whichever node that is (TLS, port 6379)."
  value       = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "user" {
  description = "The user that services sign in as."
  value       = var.user
}

output "password_secret_arn" {
  description = "Secret with its password."
  value       = aws_secretsmanager_secret.password.arn
}

output "nodes" {
  description = "Names of the nodes in metrics and alarms, as ElastiCache counts them."
  value       = [for number in range(1, var.replicas + 2) : format("%s-%03d", var.name, number)]
}
