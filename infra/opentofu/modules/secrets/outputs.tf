output "key_arns" {
  description = "KMS keys by their purpose: log, votes, registrar, elections, secrets-votes, secrets-registrar, archive, cluster, logs, images."
  value       = local.key_arns
}

output "elections_key_alias_arn" {
  description = "The registrar's `SUFFRAGE_KMS_KEY_ID`."
  value       = aws_kms_alias.this["elections"].arn
}

output "secret_arns" {
  description = "Secrets that the chart reads, by side (`votes`, `registrar`) and name."
  value = {
    for side in ["votes", "registrar"] : side => { for name, of in local.secrets : name => aws_secretsmanager_secret.this[name].arn if of == side }
  }
}
