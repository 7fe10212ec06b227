output "deployments" {
  description = "What the chart must know, by region."
  value       = { (local.regions.first) = module.first.deployment, (local.regions.second) = module.second.deployment }
}

output "failover" {
  description = "What a failover needs: regions, clusters, brokers, the registrar's global database, the accelerator's endpoint groups."
  value = {
    regions          = local.regions
    clusters         = { first = module.first.deployment.cluster, second = module.second.deployment.cluster }
    kafka            = { first = module.first.kafka.name, second = module.second.kafka.name }
    global_registrar = module.first.global_cluster_ids["main"]
    registrar_arns   = { first = module.first.registrar_cluster_arn, second = module.second.registrar_cluster_arn }
    endpoint_groups  = try(module.edge.accelerator.endpoint_groups, {})
    replicator       = local.name
  }
}

output "statements" {
  description = "What each service may call; a test holds it against what the services do call."
  value       = module.first.statements
}

output "broker_settings" {
  description = "What a topic gets that names nothing itself; a test holds it against the suite's topics."
  value       = module.first.broker_settings
}

output "audit_window_days" {
  description = "Days for which votes and reports must stay; the policies hold log and archive to it."
  value       = local.audit_window_days
}

output "names" {
  description = "Where your hosts must point (CNAME or alias); null: there is none."
  value = {
    accelerator  = try(module.edge.accelerator.dns_name, null)
    page         = module.edge.page_domain
    api_gateways = { (local.regions.first) = module.first.api_gateway_domain, (local.regions.second) = module.second.api_gateway_domain }
  }
}
