output "web_acl_arn" {
  description = "Web ACL of the region's ALB: the chart's `edge.rateLimit.wafAcl`. Null: none."
  value       = try(aws_wafv2_web_acl.this["load-balancer"].arn, null)
}

output "accelerator" {
  description = "The accelerator: its DNS name, and the endpoint group of each region, whose dial a failover moves. Null: none."
  value = var.accelerator ? {
    dns_name        = aws_globalaccelerator_accelerator.this[0].dns_name
    endpoint_groups = { for region, group in aws_globalaccelerator_endpoint_group.region : region => group.arn }
  } : null
}

output "page_domain" {
  description = "Where the page's hosts must point (CNAME or alias); null without CloudFront."
  value       = one([for distribution in aws_cloudfront_distribution.page : distribution.domain_name])
}

output "api_gateway_domain" {
  description = "Where the API Gateway's host must point (CNAME or alias); null without one."
  value       = one([for name in aws_apigatewayv2_domain_name.this : name.domain_name_configuration[0].target_domain_name])
}
