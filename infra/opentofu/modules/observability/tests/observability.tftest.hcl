mock_provider "aws" {}

variables {
  name              = "suffrage-test"
  log_key_arn       = "arn:aws:kms:eu-west-1:111122223333:key/logs"
  alarm_addresses   = ["operators@example.org"]
  kafka             = { name = "suffrage-test", brokers = 3 }
  database_clusters = { a = "suffrage-test-votes-a", registrar = "suffrage-test-registrar" }
  cache_nodes       = ["suffrage-test-votes-001", "suffrage-test-votes-002"]
}

run "logs_are_encrypted_and_stay_for_the_audit" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_group.pods.retention_in_days == 365 && aws_cloudwatch_log_group.pods.kms_key_id == var.log_key_arn && aws_prometheus_workspace.this.kms_key_arn == var.log_key_arn
    error_message = "A year, with the key of logs."
  }
}

run "every_broker_is_watched_and_silence_is_an_alarm" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.broker) == 9 && alltrue([for alarm in aws_cloudwatch_metric_alarm.broker : alarm.treat_missing_data == "breaching"])
    error_message = "Three alarms for each broker; a broker that reports nothing is one that is gone."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.kafka["no-controller"].comparison_operator == "LessThanThreshold" && aws_cloudwatch_metric_alarm.kafka["no-controller"].threshold == 1
    error_message = "No controller is less than one."
  }
}

run "every_node_of_a_cache_is_watched" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.cache) == 4 && aws_cloudwatch_metric_alarm.cache["suffrage-test-votes-002-memory"].dimensions == tomap({ CacheClusterId = "suffrage-test-votes-002" })
    error_message = "Two alarms for each node: whichever is the primary, it is among them."
  }
}

run "the_suites_own_rules_go_along" {
  command = plan
  variables { rules = { suffrage = "groups: []" } }

  assert {
    condition     = aws_prometheus_rule_group_namespace.this["suffrage"].data == "groups: []"
    error_message = "The files of observability/alerts as they are."
  }
}

run "a_copy_that_falls_behind_is_seen" {
  command = plan
  variables { replicator = "suffrage-test" }

  assert {
    condition     = aws_cloudwatch_metric_alarm.replicator[0].threshold == 60000
    error_message = "A minute behind."
  }
}

run "a_global_database_that_nobody_watches_is_refused" {
  command = plan
  variables { global_databases = { registrar = "suffrage-test-other" } }
  expect_failures = [var.global_databases]
}
