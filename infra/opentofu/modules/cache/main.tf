# Redis only hints and relays: emptied or lost, no count changes. So it has no backups, and nothing that would keep it.
resource "aws_elasticache_replication_group" "this" {
  replication_group_id = var.name
  description          = "Hints and relay of ${var.name}"
  engine               = "valkey"
  engine_version       = var.engine_version
  node_type            = var.node_type
  port                 = 6379

  # The suite's client knows one server, and its scripts name keys that a cluster would keep apart.
  cluster_mode               = "disabled"
  num_cache_clusters         = 1 + var.replicas
  automatic_failover_enabled = true
  multi_az_enabled           = true

  at_rest_encryption_enabled = true
  kms_key_id                 = var.key_arn
  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  user_group_ids             = [aws_elasticache_user_group.this.user_group_id]

  parameter_group_name       = aws_elasticache_parameter_group.this.name
  subnet_group_name          = aws_elasticache_subnet_group.this.name
  security_group_ids         = [aws_security_group.this.id]
  auto_minor_version_upgrade = false
  maintenance_window         = "tue:04:30-tue:05:30"
  snapshot_retention_limit   = 0
  apply_immediately          = false

  log_delivery_configuration {
    destination      = aws_cloudwatch_log_group.slow.name
    destination_type = "cloudwatch-logs"
    log_format       = "json"
    log_type         = "slow-log"
  }
}

locals {
  major = split(".", var.engine_version)[0]
}

# With the version in its name, that of the next can stand beside it.
resource "aws_elasticache_parameter_group" "this" {
  name        = "${var.name}-${local.major}"
  family      = "valkey${local.major}"
  description = "Full means that the oldest hints go, never that writes are refused"

  parameter {
    name  = "maxmemory-policy"
    value = "allkeys-lru"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_elasticache_subnet_group" "this" {
  name        = var.name
  description = "Zones of ${var.name}"
  subnet_ids  = var.subnet_ids
}

# ElastiCache insists on a user called `default`, whom anybody could be: this one may do nothing.
resource "aws_elasticache_user" "default" {
  user_id       = "${var.name}-default"
  user_name     = "default"
  engine        = "valkey"
  access_string = "off ~keys* -@all"

  authentication_mode {
    type = "no-password-required"
  }
}

ephemeral "aws_secretsmanager_random_password" "this" {
  password_length     = 40
  exclude_punctuation = true
}

resource "aws_elasticache_user" "this" {
  user_id              = "${var.name}-${var.user}"
  user_name            = var.user
  engine               = "valkey"
  access_string        = var.access
  passwords_wo         = ephemeral.aws_secretsmanager_random_password.this.random_password
  passwords_wo_version = var.password_version
}

resource "aws_elasticache_user_group" "this" {
  user_group_id = var.name
  engine        = "valkey"
  user_ids      = [aws_elasticache_user.default.user_id, aws_elasticache_user.this.user_id]
}

resource "aws_secretsmanager_secret" "password" {
  name                    = var.password_secret.name
  description             = "Password of ${var.user} at ${var.name}"
  kms_key_id              = var.password_secret.key_arn
  recovery_window_in_days = 30
}

resource "aws_secretsmanager_secret_version" "password" {
  secret_id                = aws_secretsmanager_secret.password.id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.this.random_password
  secret_string_wo_version = var.password_version
}

resource "aws_cloudwatch_log_group" "slow" {
  name              = "/suffrage/${var.name}/slow-commands"
  retention_in_days = 30
  kms_key_id        = var.log_key_arn
}

resource "aws_security_group" "this" {
  name        = "${var.name}-cache"
  description = "Cache ${var.name}"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-cache" }
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = var.client_security_group_ids

  security_group_id            = aws_security_group.this.id
  referenced_security_group_id = each.value
  description                  = each.key
  ip_protocol                  = "tcp"
  from_port                    = 6379
  to_port                      = 6379
}
