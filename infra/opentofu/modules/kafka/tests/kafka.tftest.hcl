mock_provider "aws" {}

variables {
  name                      = "suffrage-test"
  vpc_id                    = "vpc-1"
  subnet_ids                = ["subnet-1", "subnet-2", "subnet-3"]
  client_security_group_ids = { nodes = "sg-nodes" }
  key_arn                   = "arn:aws:kms:eu-west-1:111122223333:key/log"
  log_key_arn               = "arn:aws:kms:eu-west-1:111122223333:key/logs"
  keep_votes                = false
}

run "what_is_acknowledged_has_two_replicas_in_sync" {
  command = plan

  assert {
    condition = alltrue([
      for line in ["default.replication.factor=3", "min.insync.replicas=2", "unclean.leader.election.enable=false", "auto.create.topics.enable=false"] :
      contains(split("\n", aws_msk_configuration.this.server_properties), line)
    ])
    error_message = "The brokers' own settings must be as strict as the topics'."
  }
  assert {
    condition     = contains(split("\n", aws_msk_configuration.this.server_properties), "log.retention.hours=8760")
    error_message = "A year is kept where nothing else is said."
  }
}

run "nobody_connects_unencrypted_or_unnamed" {
  command = plan

  assert {
    condition     = aws_msk_cluster.this.encryption_info[0].encryption_in_transit[0].client_broker == "TLS" && aws_msk_cluster.this.encryption_info[0].encryption_in_transit[0].in_cluster
    error_message = "TLS to the brokers and between them."
  }
  assert {
    condition     = !aws_msk_cluster.this.client_authentication[0].unauthenticated && aws_msk_cluster.this.client_authentication[0].sasl[0].iam
    error_message = "Every client proves who it is."
  }
  assert {
    condition     = aws_msk_cluster.this.broker_node_group_info[0].connectivity_info[0].public_access[0].type == "DISABLED"
    error_message = "The log is not on the internet."
  }
  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.clients : rule.from_port]) == toset([9098, 11001, 11002])
    error_message = "Only IAM and metrics are open where neither mTLS nor SCRAM is asked for."
  }
}

run "mtls_and_scram_open_their_ports" {
  command = plan
  variables {
    certificate_authority_arns = ["arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/services"]
    scram_secret_arns          = ["arn:aws:secretsmanager:eu-west-1:111122223333:secret:AmazonMSK_processor"]
  }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.clients : rule.from_port]) == toset([9094, 9096, 9098, 11001, 11002])
    error_message = "Ports of mTLS and SCRAM are open beside those of IAM."
  }
  assert {
    condition     = length(aws_msk_scram_secret_association.this) == 1
    error_message = "The secrets are made known to the cluster."
  }
  assert {
    condition     = contains(split("\n", aws_msk_configuration.this.server_properties), "allow.everyone.if.no.acl.found=false")
    error_message = "Whom IAM does not ask may do what a list of Kafka's allows, and nothing where there is none."
  }
}

run "storage_grows_before_it_is_full" {
  command = plan

  assert {
    condition     = aws_appautoscaling_target.storage.max_capacity == 2000 && aws_appautoscaling_policy.storage.target_tracking_scaling_policy_configuration[0].disable_scale_in
    error_message = "Storage grows up to its maximum and never shrinks."
  }
}

run "brokers_are_alike_in_each_zone" {
  command = plan
  variables { brokers = 4 }
  expect_failures = [var.brokers]
}

run "burstable_brokers_are_refused" {
  command = plan
  variables { instance_type = "kafka.t3.small" }
  expect_failures = [var.instance_type]
}

run "a_log_that_forgets_before_the_audit_is_refused" {
  command = plan
  variables { audit_window_days = 7 }
  expect_failures = [var.audit_window_days]
}

run "a_secret_that_msk_would_not_take_is_refused" {
  command = plan
  variables { scram_secret_arns = ["arn:aws:secretsmanager:eu-west-1:111122223333:secret:suffrage/votes"] }
  expect_failures = [var.scram_secret_arns]
}
