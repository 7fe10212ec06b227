locals {
  proxied = var.proxy ? local.shards : {}
}

resource "aws_iam_role" "proxy" {
  count = var.proxy ? 1 : 0

  name = "${var.name}-proxy"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "rds.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "proxy" {
  count = var.proxy ? 1 : 0

  name = "read-passwords"
  role = aws_iam_role.proxy[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = [for cluster in aws_rds_cluster.this : cluster.master_user_secret[0].secret_arn]
      },
      {
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = var.secret_key_arn
      },
    ]
  })
}

resource "aws_db_proxy" "this" {
  for_each = local.proxied

  name                   = "${var.name}-${each.key}"
  engine_family          = "POSTGRESQL"
  require_tls            = true
  role_arn               = aws_iam_role.proxy[0].arn
  vpc_subnet_ids         = var.subnet_ids
  vpc_security_group_ids = [aws_security_group.this.id]
  idle_client_timeout    = 1800

  auth {
    auth_scheme = "SECRETS"
    iam_auth    = "REQUIRED"
    secret_arn  = aws_rds_cluster.this[each.key].master_user_secret[0].secret_arn
  }
}

resource "aws_db_proxy_default_target_group" "this" {
  for_each = local.proxied

  db_proxy_name = aws_db_proxy.this[each.key].name

  connection_pool_config {
    max_connections_percent   = 80
    connection_borrow_timeout = 5
  }
}

resource "aws_db_proxy_target" "this" {
  for_each = local.proxied

  db_proxy_name         = aws_db_proxy.this[each.key].name
  target_group_name     = aws_db_proxy_default_target_group.this[each.key].name
  db_cluster_identifier = aws_rds_cluster.this[each.key].cluster_identifier
}
