mock_provider "aws" {}

variables {
  name                     = "suffrage-test"
  account_id               = "111122223333"
  region                   = "eu-west-1"
  cluster_name             = "suffrage-test"
  kafka_cluster_name       = "suffrage-test"
  elections_key_arn        = "arn:aws:kms:eu-west-1:111122223333:key/elections"
  prometheus_workspace_arn = "arn:aws:aps:eu-west-1:111122223333:workspace/ws-1"
  secrets = {
    votes     = { secret_arns = ["arn:aws:secretsmanager:eu-west-1:111122223333:secret:suffrage/votes"], key_arns = ["arn:aws:kms:eu-west-1:111122223333:key/votes"] }
    registrar = { secret_arns = ["arn:aws:secretsmanager:eu-west-1:111122223333:secret:suffrage/registrar"], key_arns = ["arn:aws:kms:eu-west-1:111122223333:key/registrar"] }
  }
}

run "only_ingestion_appends_votes" {
  command = plan

  assert {
    condition = [
      for service, statements in local.statements : service
      if anytrue([for statement in statements : contains(statement.actions, "kafka-cluster:WriteData") && contains(statement.resources, "arn:aws:kafka:eu-west-1:111122223333:topic/suffrage-test/*/votes")])
    ] == ["ingestion"]
    error_message = "Nobody but ingestion writes topic votes."
  }
}

run "only_the_registrar_unwraps_keys_of_elections" {
  command = plan

  assert {
    condition     = [for service, statements in local.statements : service if anytrue([for statement in statements : contains(statement.resources, var.elections_key_arn)])] == ["registrar"]
    error_message = "Nobody but the registrar uses the key of elections."
  }
}

run "nobody_removes_a_topic_or_a_record" {
  command = plan

  assert {
    condition     = !anytrue([for policy in aws_iam_role_policy.service : strcontains(policy.policy, "kafka-cluster:DeleteTopic")])
    error_message = "No service deletes."
  }
}

run "who_knows_voters_reads_nothing_of_votes" {
  command = plan

  assert {
    condition     = !strcontains(aws_iam_role_policy.secrets["registrar"].policy, "/votes") && !strcontains(aws_iam_role_policy.secrets["votes"].policy, "/registrar")
    error_message = "Each side's role reads its own secrets with its own key."
  }
}

run "keda_sees_how_far_votes_are_counted_and_reads_none" {
  command = plan

  assert {
    condition = flatten([for statement in jsondecode(aws_iam_role_policy.keda.policy).Statement : statement.Action]) == [
      "kafka-cluster:Connect", "kafka-cluster:DescribeCluster", "kafka-cluster:DescribeTopic", "kafka-cluster:DescribeGroup",
    ]
    error_message = "Offsets, no records."
  }
  assert {
    condition     = "${aws_eks_pod_identity_association.keda.namespace}/${aws_eks_pod_identity_association.keda.service_account}" == "keda/keda-operator"
    error_message = "Where KEDA's own chart puts its operator."
  }
}

run "an_installation_reaches_its_own_topics_only" {
  command = plan
  variables { installation = "two" }

  assert {
    condition     = local.topic_arns["votes"] == "arn:aws:kafka:eu-west-1:111122223333:topic/suffrage-test/*/two.votes"
    error_message = "The prefix is part of the ARN."
  }
}

run "pipelines_push_images_and_nothing_else" {
  command = plan
  variables { delivery = { repository = "suffrage/suffrage", environment = "production", repository_arns = ["arn:aws:ecr:eu-west-1:111122223333:repository/suffrage/web"] } }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_role_policy.push_images[0].policy).Statement : alltrue([for action in flatten([statement.Action]) : startswith(action, "ecr:")])])
    error_message = "The release pipeline only reaches the registry."
  }
}
