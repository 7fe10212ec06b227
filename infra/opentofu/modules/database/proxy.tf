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
        Resource = values(local.admin_secret_arns)
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
  vpc_security_group_ids = [aws_security_group.proxy[0].id]
  idle_client_timeout    = 1800

  auth {
    auth_scheme = "SECRETS"
    iam_auth    = "REQUIRED"
    secret_arn  = local.admin_secret_arns[each.key]
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

# Of its own: clients reach it, it reaches the databases, and nothing else.
resource "aws_security_group" "proxy" {
  count = var.proxy ? 1 : 0

  name        = "${var.name}-proxy"
  description = "Proxies before ${var.name}"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-proxy" }
}

resource "aws_vpc_security_group_ingress_rule" "proxy_clients" {
  for_each = var.proxy ? var.client_security_group_ids : {}

  security_group_id            = aws_security_group.proxy[0].id
  referenced_security_group_id = each.value
  description                  = each.key
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_vpc_security_group_egress_rule" "proxy_databases" {
  count = var.proxy ? 1 : 0

  security_group_id            = aws_security_group.proxy[0].id
  referenced_security_group_id = aws_security_group.this.id
  description                  = "The databases behind it"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_vpc_security_group_ingress_rule" "proxy" {
  count = var.proxy ? 1 : 0

  security_group_id            = aws_security_group.this.id
  referenced_security_group_id = aws_security_group.proxy[0].id
  description                  = "The proxies"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}
