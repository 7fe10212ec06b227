output "arn" {
  description = "The cluster."
  value       = aws_msk_cluster.this.arn
}

output "name" {
  description = "Its name, part of the ARNs of its topics and groups."
  value       = aws_msk_cluster.this.cluster_name
}

output "bootstrap_brokers" {
  description = "Where clients begin, by way of proving who they are; empty where a way is closed."
  value = {
    iam   = aws_msk_cluster.this.bootstrap_brokers_sasl_iam
    scram = length(var.scram_secret_arns) > 0 ? aws_msk_cluster.this.bootstrap_brokers_sasl_scram : ""
    mtls  = length(var.certificate_authority_arns) > 0 ? aws_msk_cluster.this.bootstrap_brokers_tls : ""
  }
}

output "security_group_id" {
  description = "Security group of the brokers."
  value       = aws_security_group.brokers.id
}

output "brokers" {
  description = "Number of brokers."
  value       = var.brokers
}

output "broker_settings" {
  description = "What a topic gets that names nothing itself."
  value       = local.broker_settings
}
