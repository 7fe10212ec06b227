locals {
  # What a topic gets that names nothing itself. The suite's own topics name all of it (services/ingestion/src/prepare), and
  # ingestion refuses to start in production where it is weaker; tests compare both.
  broker_settings = {
    "auto.create.topics.enable"        = "false"
    "default.replication.factor"       = "3"
    "min.insync.replicas"              = "2"
    "unclean.leader.election.enable"   = "false"
    "offsets.topic.replication.factor" = "3"
    "log.retention.hours"              = tostring(var.audit_window_days * 24)
    "log.retention.bytes"              = "-1"
    "log.message.timestamp.type"       = "CreateTime"
    # The largest definition of an election that the registrar takes, and room for its frame.
    "message.max.bytes"       = "8388608"
    "replica.fetch.max.bytes" = "8388608"
    # Leaders go back to where prepare-log has put them: each shard has leaders on several brokers.
    "auto.leader.rebalance.enable" = "true"
    # Kafka's lists decide for clients of mTLS and SCRAM alone, and MSK's default lets them do everything to a topic that no list
    # names: read and write votes, past IAM. Clients of IAM are asked by IAM, whatever stands here.
    "allow.everyone.if.no.acl.found" = "false"
  }
}

# With the version in its name, that of the next can stand beside it.
resource "aws_msk_configuration" "this" {
  name              = "${var.name}-${replace(var.kafka_version, ".", "-")}"
  kafka_versions    = [var.kafka_version]
  description       = "Nothing acknowledged is lost: three replicas, two in sync, no unclean election"
  server_properties = join("\n", [for name, value in local.broker_settings : "${name}=${value}"])

  lifecycle {
    # A cluster refers to it: the new one must be there before the old one goes.
    create_before_destroy = true
  }
}

resource "aws_msk_cluster" "this" {
  cluster_name           = var.name
  kafka_version          = var.kafka_version
  number_of_broker_nodes = var.brokers
  enhanced_monitoring    = "PER_TOPIC_PER_BROKER"

  broker_node_group_info {
    instance_type   = var.instance_type
    az_distribution = "DEFAULT"
    client_subnets  = var.subnet_ids
    security_groups = [aws_security_group.brokers.id]

    storage_info {
      ebs_storage_info {
        volume_size = var.storage_gib.initial
      }
    }

    connectivity_info {
      public_access {
        type = "DISABLED"
      }

      vpc_connectivity {
        client_authentication {
          sasl {
            iam = var.private_connectivity
          }
        }
      }
    }
  }

  configuration_info {
    arn      = aws_msk_configuration.this.arn
    revision = aws_msk_configuration.this.latest_revision
  }

  client_authentication {
    unauthenticated = false

    sasl {
      iam   = true
      scram = length(var.scram_secret_arns) > 0
    }

    dynamic "tls" {
      for_each = length(var.certificate_authority_arns) > 0 ? [var.certificate_authority_arns] : []

      content {
        certificate_authority_arns = tls.value
      }
    }
  }

  encryption_info {
    encryption_at_rest_kms_key_arn = var.key_arn

    encryption_in_transit {
      client_broker = "TLS"
      in_cluster    = true
    }
  }

  open_monitoring {
    prometheus {
      jmx_exporter {
        enabled_in_broker = true
      }
      node_exporter {
        enabled_in_broker = true
      }
    }
  }

  logging_info {
    broker_logs {
      cloudwatch_logs {
        enabled   = true
        log_group = aws_cloudwatch_log_group.brokers.name
      }
    }
  }

  lifecycle {
    prevent_destroy = var.keep_votes
    # It grows by itself, and can't shrink: the first size is only where it began.
    ignore_changes = [broker_node_group_info[0].storage_info[0].ebs_storage_info[0].volume_size]
  }
}

resource "aws_msk_scram_secret_association" "this" {
  count = length(var.scram_secret_arns) > 0 ? 1 : 0

  cluster_arn     = aws_msk_cluster.this.arn
  secret_arn_list = var.scram_secret_arns
}

resource "aws_cloudwatch_log_group" "brokers" {
  name              = "/suffrage/${var.name}/brokers"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_key_arn
}

resource "aws_appautoscaling_target" "storage" {
  service_namespace  = "kafka"
  scalable_dimension = "kafka:broker-storage:VolumeSize"
  resource_id        = aws_msk_cluster.this.arn
  min_capacity       = 1
  max_capacity       = var.storage_gib.maximum
}

resource "aws_appautoscaling_policy" "storage" {
  name               = "${var.name}-storage"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.storage.service_namespace
  scalable_dimension = aws_appautoscaling_target.storage.scalable_dimension
  resource_id        = aws_appautoscaling_target.storage.resource_id

  target_tracking_scaling_policy_configuration {
    # Room for as long as a volume takes to grow, and may not grow again (six hours).
    target_value     = 55
    disable_scale_in = true

    predefined_metric_specification {
      predefined_metric_type = "KafkaBrokerStorageUtilization"
    }
  }
}
