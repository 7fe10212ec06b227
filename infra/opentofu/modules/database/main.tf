locals {
  engine = "aurora-postgresql"
  major  = split(".", var.engine_version)[0]
  shards = { for shard in var.shards : shard.name => shard }
  global_cluster_ids = {
    for name in keys(local.shards) : name => {
      none      = null
      primary   = try(aws_rds_global_cluster.this[name].id, null)
      secondary = lookup(var.global_cluster_ids, name, null)
    }[var.global]
  }
  # RDS manages no administrator's password in a member of a global database: there it is made here.
  managed     = var.global == "none"
  own_secrets = var.global == "primary" ? local.shards : {}
  admin       = "suffrage_admin"
  instances = merge([
    for shard in var.shards : {
      for name, instance in shard.instances : "${shard.name}-${name}" => merge(instance, { shard = shard.name })
    }
  ]...)
}

resource "aws_db_subnet_group" "this" {
  name        = var.name
  description = "Zones of ${var.name}"
  subnet_ids  = var.subnet_ids
}

# With the version in its name, that of the next can stand beside it.
resource "aws_rds_cluster_parameter_group" "this" {
  name        = "${var.name}-${local.major}"
  family      = "aurora-postgresql${local.major}"
  description = "Only TLS; every schema change is logged"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
  # Never statements with their values: they would carry choices into the logs.
  parameter {
    name  = "log_statement"
    value = "ddl"
  }
  parameter {
    name  = "log_parameter_max_length"
    value = "0"
  }
  parameter {
    name  = "log_parameter_max_length_on_error"
    value = "0"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_rds_global_cluster" "this" {
  for_each = var.global == "primary" ? local.shards : {}

  global_cluster_identifier = "${var.name}-${each.key}"
  engine                    = local.engine
  engine_version            = var.engine_version
  database_name             = var.database_name
  storage_encrypted         = true
  deletion_protection       = var.keep_votes

  lifecycle {
    prevent_destroy = var.keep_votes
  }
}

resource "aws_rds_cluster" "this" {
  for_each = local.shards

  cluster_identifier              = "${var.name}-${each.key}"
  engine                          = local.engine
  engine_version                  = var.engine_version
  database_name                   = var.global == "secondary" ? null : var.database_name
  global_cluster_identifier       = local.global_cluster_ids[each.key]
  db_subnet_group_name            = aws_db_subnet_group.this.name
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this.name
  vpc_security_group_ids          = [aws_security_group.this.id]
  apply_immediately               = var.apply_immediately

  # A follower has its primary's administrator.
  master_username               = var.global == "secondary" ? null : local.admin
  manage_master_user_password   = local.managed ? true : null
  master_user_secret_kms_key_id = local.managed ? var.secret_key_arn : null
  master_password_wo            = var.global == "primary" ? ephemeral.aws_secretsmanager_random_password.admin[each.key].random_password : null
  master_password_wo_version    = var.global == "primary" ? var.password_version : null

  iam_database_authentication_enabled = true
  storage_encrypted                   = true
  storage_type                        = "aurora-iopt1"
  kms_key_id                          = var.key_arn

  backup_retention_period         = var.backup_retention_days
  preferred_backup_window         = "02:00-03:00"
  preferred_maintenance_window    = "tue:03:30-tue:04:30"
  copy_tags_to_snapshot           = true
  delete_automated_backups        = !var.keep_votes
  deletion_protection             = var.keep_votes
  skip_final_snapshot             = !var.keep_votes
  final_snapshot_identifier       = var.keep_votes ? "${var.name}-${each.key}-final" : null
  enabled_cloudwatch_logs_exports = ["postgresql"]

  lifecycle {
    prevent_destroy = var.keep_votes
    # A failover between regions changes which cluster leads; the plan afterwards must not undo it.
    ignore_changes = [replication_source_identifier, global_cluster_identifier]
  }
}

ephemeral "aws_secretsmanager_random_password" "admin" {
  for_each = local.own_secrets

  password_length     = 40
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "admin" {
  for_each = local.own_secrets

  name                    = "${var.name}-${each.key}-admin"
  description             = "Administrator of ${var.name}-${each.key}"
  kms_key_id              = var.secret_key_arn
  recovery_window_in_days = 30
}

# As RDS writes its own, which a proxy reads.
resource "aws_secretsmanager_secret_version" "admin" {
  for_each = local.own_secrets

  secret_id = aws_secretsmanager_secret.admin[each.key].id
  secret_string_wo = jsonencode({
    username = local.admin
    password = ephemeral.aws_secretsmanager_random_password.admin[each.key].random_password
  })
  secret_string_wo_version = var.password_version
}

locals {
  admin_secret_arns = {
    for name, cluster in aws_rds_cluster.this : name => {
      none      = try(cluster.master_user_secret[0].secret_arn, null)
      primary   = try(aws_secretsmanager_secret.admin[name].arn, null)
      secondary = null
    }[var.global]
  }
}

resource "aws_rds_cluster_instance" "this" {
  for_each = local.instances

  identifier                      = "${var.name}-${each.key}"
  cluster_identifier              = aws_rds_cluster.this[each.value.shard].id
  engine                          = local.engine
  instance_class                  = each.value.class
  promotion_tier                  = each.value.tier
  db_subnet_group_name            = aws_db_subnet_group.this.name
  publicly_accessible             = false
  auto_minor_version_upgrade      = false
  apply_immediately               = var.apply_immediately
  monitoring_interval             = 15
  monitoring_role_arn             = aws_iam_role.monitoring.arn
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.key_arn
}

resource "aws_iam_role" "monitoring" {
  name = "${var.name}-monitoring"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

resource "aws_security_group" "this" {
  name        = var.name
  description = "Databases of ${var.name}"
  vpc_id      = var.vpc_id
  tags        = { Name = var.name }
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = var.client_security_group_ids

  security_group_id            = aws_security_group.this.id
  referenced_security_group_id = each.value
  description                  = each.key
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}
