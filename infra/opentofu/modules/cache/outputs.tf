output "endpoint" {
  description = "Where clients begin (TLS, port 6379)."
  value       = aws_elasticache_replication_group.this.configuration_endpoint_address
}

output "user" {
  description = "The user that services sign in as."
  value       = var.user
}

output "password_secret_arn" {
  description = "Secret with its password."
  value       = aws_secretsmanager_secret.password.arn
}

output "replication_group_id" {
  description = "Name in metrics and alarms."
  value       = var.name
}
