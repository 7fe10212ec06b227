# What only AWS sees, of the stores below the suite. What the suite sees itself is alerted on in observability/alerts.
locals {
  kafka_alarms = {
    offline-partitions = { metric = "OfflinePartitionsCount", above = 0, statistic = "Maximum", minutes = 1, means = "partitions without a leader: votes for them wait or go to others" }
    no-controller      = { metric = "ActiveControllerCount", below = 1, statistic = "Maximum", minutes = 3, means = "no broker leads the cluster: no partition changes its leader" }
  }
  broker_alarms = merge([
    for broker in range(1, var.kafka.brokers + 1) : {
      "under-min-isr-${broker}" = { broker = broker, metric = "UnderMinIsrPartitionCount", above = 0, minutes = 2, means = "partitions with one replica in sync: appends to them are refused" }
      "disk-${broker}"          = { broker = broker, metric = "KafkaDataLogsDiskUsed", above = 80, minutes = 5, means = "storage did not grow in time: see storage_gib.maximum" }
      "cpu-${broker}"           = { broker = broker, metric = "CpuUser", above = 60, minutes = 15, means = "no room left for a broker that fails: add three" }
    }
  ]...)
  database_alarms = merge([
    for name, cluster in var.database_clusters : {
      "${name}-cpu"         = { cluster = cluster, metric = "CPUUtilization", above = 80, minutes = 10, means = "counting falls behind: a larger class" }
      "${name}-replica-lag" = { cluster = cluster, metric = "AuroraReplicaLagMaximum", above = 2000, minutes = 5, means = "live views show old totals" }
      "${name}-deadlocks"   = { cluster = cluster, metric = "Deadlocks", above = 0, minutes = 5, means = "the order of keys rules them out: somebody else writes to this database" }
    }
  ]...)
  global_alarms = { for name, cluster in var.global_databases : "${name}-global-lag" => { cluster = cluster, metric = "AuroraGlobalDBReplicationLag", above = 5000, minutes = 5, means = "what a failover would lose of the registrar's" } }
  cache_alarms = merge([
    for node in var.cache_nodes : {
      "${node}-cpu"    = { node = node, metric = "EngineCPUUtilization", above = 75, minutes = 10, means = "results reach watchers late" }
      "${node}-memory" = { node = node, metric = "DatabaseMemoryUsagePercentage", above = 90, minutes = 10, means = "hints are dropped: more questions to the databases" }
    }
  ]...)
}

resource "aws_cloudwatch_metric_alarm" "kafka" {
  for_each = local.kafka_alarms

  alarm_name          = "${var.name}-kafka-${each.key}"
  alarm_description   = each.value.means
  namespace           = "AWS/Kafka"
  metric_name         = each.value.metric
  dimensions          = { "Cluster Name" = var.kafka.name }
  statistic           = each.value.statistic
  comparison_operator = try(each.value.above, null) != null ? "GreaterThanThreshold" : "LessThanThreshold"
  threshold           = try(each.value.above, each.value.below)
  period              = 60
  evaluation_periods  = each.value.minutes
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "broker" {
  for_each = local.broker_alarms

  alarm_name          = "${var.name}-broker-${each.key}"
  alarm_description   = each.value.means
  namespace           = "AWS/Kafka"
  metric_name         = each.value.metric
  dimensions          = { "Cluster Name" = var.kafka.name, "Broker ID" = tostring(each.value.broker) }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  period              = 60
  evaluation_periods  = each.value.minutes
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "database" {
  for_each = merge(local.database_alarms, local.global_alarms)

  alarm_name          = "${var.name}-database-${each.key}"
  alarm_description   = each.value.means
  namespace           = "AWS/RDS"
  metric_name         = each.value.metric
  dimensions          = { DBClusterIdentifier = each.value.cluster }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  period              = 60
  evaluation_periods  = each.value.minutes
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "cache" {
  for_each = local.cache_alarms

  alarm_name          = each.key
  alarm_description   = each.value.means
  namespace           = "AWS/ElastiCache"
  metric_name         = each.value.metric
  dimensions          = { CacheClusterId = each.value.node }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  period              = 60
  evaluation_periods  = each.value.minutes
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "replicator" {
  count = var.replicator == "" ? 0 : 1

  alarm_name          = "${var.name}-replication-latency"
  alarm_description   = "what a failover would leave behind, until clients send it again"
  namespace           = "AWS/Kafka"
  metric_name         = "ReplicationLatency"
  dimensions          = { ReplicatorName = var.replicator }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 60000
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}
