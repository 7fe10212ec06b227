output "monthly_budget_dollars" {
  description = "What a month may cost."
  value       = var.monthly_budget_dollars
}
