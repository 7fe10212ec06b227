mock_provider "aws" {}

variables {
  name           = "suffrage-test"
  source_name    = "suffrage-test-ireland"
  account_id     = "111122223333"
  regions        = { source = "eu-west-1", target = "eu-central-1" }
  log_group_name = "/suffrage/suffrage-test/replicator"
  source_cluster = { arn = "arn:aws:kafka:eu-west-1:111122223333:cluster/suffrage-test-ireland/1", subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = ["sg-1"] }
  target_cluster = { arn = "arn:aws:kafka:eu-central-1:111122223333:cluster/suffrage-test-frankfurt/2", name = "suffrage-test-frankfurt", subnet_ids = ["subnet-3", "subnet-4"], security_group_ids = ["sg-2"] }
}

run "the_copy_has_the_same_names_and_begins_at_the_beginning" {
  command = plan

  assert {
    condition     = aws_msk_replicator.this.replication_info_list[0].topic_replication[0].topic_name_configuration[0].type == "IDENTICAL" && aws_msk_replicator.this.replication_info_list[0].topic_replication[0].starting_position[0].type == "EARLIEST"
    error_message = "Services of either region read the same topics, whole."
  }
  assert {
    condition     = contains(aws_msk_replicator.this.replication_info_list[0].topic_replication[0].topics_to_replicate, "elections")
    error_message = "Without the definitions no vote counts."
  }
}

run "the_source_is_only_read" {
  command = plan

  assert {
    condition = !anytrue([
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement :
      contains(flatten([statement.Action]), "kafka-cluster:WriteData") && anytrue([for resource in flatten([statement.Resource]) : strcontains(resource, "eu-west-1")])
    ])
    error_message = "The replicator writes to its target alone."
  }
}

run "a_copy_beside_the_original_is_refused" {
  command = plan
  variables { regions = { source = "eu-west-1", target = "eu-west-1" } }
  expect_failures = [var.regions]
}
