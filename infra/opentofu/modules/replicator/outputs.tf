output "arn" {
  description = "The replicator."
  value       = aws_msk_replicator.this.arn
}

output "name" {
  description = "Its name, the dimension of its metrics (`ReplicationLatency`, `MessageLag`)."
  value       = var.name
}
