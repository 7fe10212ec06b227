output "deployments" {
  description = "What the chart must know, by region."
  value       = { (local.region) = module.region.deployment }
}

output "statements" {
  description = "What each service may call; a test holds it against what the services do call."
  value       = module.region.statements
}

output "broker_settings" {
  description = "What a topic gets that names nothing itself; a test holds it against the suite's topics."
  value       = module.region.broker_settings
}

output "audit_window_days" {
  description = "Days for which votes and reports must stay; the policies hold log and archive to it."
  value       = local.audit_window_days
}

output "names" {
  description = "Where your hosts must point (CNAME or alias); null: there is none."
  value       = { api_gateways = { (local.region) = module.region.api_gateway_domain } }
}
