output "service_role_arns" {
  description = "Roles of the services' pods, by service."
  value       = { for service, role in aws_iam_role.service : service => role.arn }
}

output "secrets_role_arns" {
  description = "Roles that External Secrets takes on, by side."
  value       = { for side, role in aws_iam_role.secrets : side => role.arn }
}

output "statements" {
  description = "What each service may call: actions and resources."
  value       = local.statements
}

output "deployer" {
  description = "Name of the pipelines' role that installs here, for another region of the environment; null: none."
  value       = one(local.deployers)
}
