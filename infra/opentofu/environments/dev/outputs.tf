output "deployments" {
  description = "What the chart must know, by region."
  value       = { (local.region) = module.region.deployment }
}
