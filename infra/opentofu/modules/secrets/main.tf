locals {
  # One key for each purpose, so that the right to use one opens nothing else. `services`: who uses it on our behalf.
  keys = {
    log               = { about = "disks of the Kafka brokers", services = ["kafka.amazonaws.com"] }
    votes             = { about = "votes databases, their backups and insights, the cache", services = ["rds.amazonaws.com", "elasticache.amazonaws.com"] }
    registrar         = { about = "the registrar's database, its backups and insights", services = ["rds.amazonaws.com"] }
    elections         = { about = "keys of elections, wrapped by the registrar", services = [] }
    secrets-votes     = { about = "secrets of the services that see votes", services = ["secretsmanager.amazonaws.com"] }
    secrets-registrar = { about = "secrets of the registrar, which sees voters", services = ["secretsmanager.amazonaws.com"] }
    archive           = { about = "exported votes, log segments and audit reports", services = ["s3.amazonaws.com"] }
    cluster           = { about = "secrets inside Kubernetes, and the nodes' disks", services = ["eks.amazonaws.com", "autoscaling.amazonaws.com"] }
    logs              = { about = "log groups, metrics, alarms", services = ["logs.${var.region}.amazonaws.com", "cloudwatch.amazonaws.com", "aps.amazonaws.com", "sns.amazonaws.com"] }
    images            = { about = "container images", services = ["ecr.amazonaws.com"] }
  }

  own_keys = { for purpose, key in local.keys : purpose => key if purpose != "elections" || var.elections_primary_key == null }
  key_arns = merge(
    { for purpose, key in aws_kms_key.this : purpose => key.arn },
    { for purpose, key in aws_kms_replica_key.this : purpose => key.arn },
  )

  # Names as the chart expects them. What the two sides of the suite hold is encrypted with different keys and read by
  # different roles: who knows voters never reads what belongs to votes.
  secrets = {
    ingestion       = "votes"
    aggregator      = "votes"
    votes           = "votes"
    votes-owner     = "votes"
    audit           = "votes"
    registrar       = "registrar"
    registrar-owner = "registrar"
  }
}

resource "aws_kms_key" "this" {
  for_each = local.own_keys

  description             = "${var.name}: ${each.value.about}"
  multi_region            = each.key == "elections"
  enable_key_rotation     = true
  rotation_period_in_days = var.rotation_period_days
  deletion_window_in_days = var.deletion_window_days
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        # Rights are given by the roles' own policies; without this statement nobody could ever change the key.
        Sid       = "Administer"
        Effect    = "Allow"
        Action    = "kms:*"
        Resource  = "*"
        Principal = { AWS = "arn:aws:iam::${var.account_id}:root" }
      }],
      length(each.value.services) == 0 ? [] : [{
        Sid       = "UseByServices"
        Effect    = "Allow"
        Action    = ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
        Resource  = "*"
        Principal = { Service = each.value.services }
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      }],
    )
  })

  lifecycle {
    prevent_destroy = var.keep_votes
  }
}

resource "aws_kms_replica_key" "this" {
  for_each = var.elections_primary_key == null ? {} : { elections = var.elections_primary_key.arn }

  description             = "${var.name}: ${local.keys[each.key].about}"
  primary_key_arn         = each.value
  deletion_window_in_days = var.deletion_window_days

  lifecycle {
    prevent_destroy = var.keep_votes
  }
}

resource "aws_kms_alias" "this" {
  for_each = local.keys

  name          = "alias/${var.name}-${each.key}"
  target_key_id = local.key_arns[each.key]
}

resource "aws_secretsmanager_secret" "this" {
  for_each = local.secrets

  name                    = "${var.prefix}/${each.key}"
  description             = "${var.name}: read through the chart's External Secrets"
  kms_key_id              = local.key_arns["secrets-${each.value}"]
  recovery_window_in_days = 30
}

resource "aws_secretsmanager_secret_rotation" "this" {
  for_each = var.rotation_function_arns

  secret_id           = aws_secretsmanager_secret.this[each.key].id
  rotation_lambda_arn = each.value
  rotate_immediately  = false

  rotation_rules {
    automatically_after_days = 30
  }
}
