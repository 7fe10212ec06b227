# Copies records with their order within each partition, their keys, headers and times, but not their offsets. The second
# region therefore counts what arrived there anew, into databases of its own (docs/operate-aws.md): a count depends on the
# log alone.
resource "aws_msk_replicator" "this" {
  replicator_name            = var.name
  description                = "The log of ${var.regions.source} in ${var.regions.target}"
  service_execution_role_arn = aws_iam_role.this.arn

  kafka_cluster {
    amazon_msk_cluster {
      msk_cluster_arn = var.source_cluster.arn
    }
    vpc_config {
      subnet_ids          = var.source_cluster.subnet_ids
      security_groups_ids = var.source_cluster.security_group_ids
    }
  }
  kafka_cluster {
    amazon_msk_cluster {
      msk_cluster_arn = var.target_cluster.arn
    }
    vpc_config {
      subnet_ids          = var.target_cluster.subnet_ids
      security_groups_ids = var.target_cluster.security_group_ids
    }
  }

  replication_info_list {
    source_kafka_cluster_arn = var.source_cluster.arn
    target_kafka_cluster_arn = var.target_cluster.arn
    target_compression_type  = "NONE"

    topic_replication {
      topics_to_replicate = var.topics
      # The target's topics are made by prepare-log with the same settings and with leaders spread; the replicator's own
      # would have neither.
      copy_topic_configurations            = false
      copy_access_control_lists_for_topics = false
      detect_and_copy_new_topics           = true

      # Under the same names: services of either region read the same topics.
      topic_name_configuration {
        type = "IDENTICAL"
      }
      starting_position {
        type = "EARLIEST"
      }
    }

    # Where to go on stands in PostgreSQL, not in consumer groups.
    consumer_group_replication {
      consumer_groups_to_replicate        = ["none"]
      detect_and_copy_new_consumer_groups = false
      synchronise_consumer_group_offsets  = false
    }
  }

  log_delivery {
    replicator_log_delivery {
      cloudwatch_logs {
        enabled   = true
        log_group = var.log_group_name
      }
    }
  }
}

resource "aws_iam_role" "this" {
  name = "${var.name}-replicator"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "kafka.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

locals {
  source = "arn:aws:kafka:${var.regions.source}:${var.account_id}"
  target = "arn:aws:kafka:${var.regions.target}:${var.account_id}"
}

resource "aws_iam_role_policy" "this" {
  name = "copy"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["kafka-cluster:Connect", "kafka-cluster:DescribeCluster", "kafka-cluster:DescribeClusterDynamicConfiguration"]
        Resource = ["${local.source}:cluster/${var.source_name}/*", "${local.target}:cluster/${var.target_cluster.name}/*"]
      },
      {
        Effect   = "Allow"
        Action   = ["kafka-cluster:DescribeTopic", "kafka-cluster:DescribeTopicDynamicConfiguration", "kafka-cluster:ReadData"]
        Resource = "${local.source}:topic/${var.source_name}/*"
      },
      {
        Effect = "Allow"
        Action = [
          "kafka-cluster:AlterTopic", "kafka-cluster:CreateTopic", "kafka-cluster:DescribeTopic", "kafka-cluster:DescribeTopicDynamicConfiguration",
          "kafka-cluster:ReadData", "kafka-cluster:WriteData",
        ]
        Resource = "${local.target}:topic/${var.target_cluster.name}/*"
      },
      {
        Effect   = "Allow"
        Action   = ["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"]
        Resource = ["${local.source}:group/${var.source_name}/*", "${local.target}:group/${var.target_cluster.name}/*"]
      },
      {
        Effect   = "Allow"
        Action   = ["kafka-cluster:WriteDataIdempotently"]
        Resource = "${local.target}:cluster/${var.target_cluster.name}/*"
      },
    ]
  })
}
