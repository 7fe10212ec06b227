output "prometheus" {
  description = "The managed Prometheus: ARN and address."
  value       = { arn = aws_prometheus_workspace.this.arn, endpoint = aws_prometheus_workspace.this.prometheus_endpoint }
}

output "alarm_topic_arn" {
  description = "Where alarms go."
  value       = aws_sns_topic.alarms.arn
}

output "pods_log_group" {
  description = "Log group of the pods."
  value       = aws_cloudwatch_log_group.pods.name
}
