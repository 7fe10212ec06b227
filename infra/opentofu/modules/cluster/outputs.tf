output "name" {
  description = "The cluster."
  value       = aws_eks_cluster.this.name
}

output "arn" {
  description = "Its ARN."
  value       = aws_eks_cluster.this.arn
}

output "endpoint" {
  description = "Its API server."
  value       = aws_eks_cluster.this.endpoint
}

output "node_security_group_id" {
  description = "Security group of nodes and pods: what stores let in. Auto Mode's nodes have the cluster's own."
  value       = local.auto ? aws_eks_cluster.this.vpc_config[0].cluster_security_group_id : aws_security_group.nodes.id
}
