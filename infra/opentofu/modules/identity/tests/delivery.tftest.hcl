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
  delivery = { repository = "suffrage/suffrage", environment = "production", repository_arns = ["arn:aws:ecr:eu-west-1:111122223333:repository/suffrage/web"] }
}

# What a role trusts is known once GitHub is a provider of the account: these need an apply.
run "images_are_pushed_from_the_environment_release_alone" {
  command = apply

  assert {
    condition     = jsondecode(aws_iam_role.push_images[0].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == "repo:suffrage/suffrage:environment:release"
    error_message = "Job publish runs in environment release; GitHub's token says so."
  }
  assert {
    condition     = anytrue([for statement in jsondecode(aws_iam_role_policy.push_images[0].policy).Statement : contains(flatten([statement.Action]), "ecr:DescribeImageScanFindings") && statement.Resource != "*"])
    error_message = "make scan reads what the registry has found in our images."
  }
}

run "only_an_approved_job_reaches_the_cluster_and_there_its_namespace" {
  command = apply

  assert {
    condition     = jsondecode(aws_iam_role.deploy[0].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == "repo:suffrage/suffrage:environment:production"
    error_message = "What may install is what the reviewers of the environment have let through."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.deploy[0].policy).Statement == [
      { Effect = "Allow", Action = "eks:DescribeCluster", Resource = "arn:aws:eks:eu-west-1:111122223333:cluster/suffrage-test" },
      { Effect = "Allow", Action = "aps:QueryMetrics", Resource = "arn:aws:aps:eu-west-1:111122223333:workspace/ws-1" },
    ]
    error_message = "AWS lets it find its cluster and ask its Prometheus, and nothing else."
  }
  assert {
    condition     = one(aws_eks_access_policy_association.deploy[0].access_scope).type == "namespace" && tolist(one(aws_eks_access_policy_association.deploy[0].access_scope).namespaces) == tolist(["apps"])
    error_message = "It administers the suite's namespace, not the cluster."
  }
}

run "where_nobody_pushes_only_who_installs_is_trusted" {
  command = plan
  variables {
    delivery = { repository = "suffrage/suffrage", environment = "dev", repository_arns = [], pushes = false }
  }

  assert {
    condition     = length(aws_iam_role.push_images) + length(aws_iam_role_policy.push_images) == 0 && length(aws_iam_role.deploy) == 1
    error_message = "Images come from another account: nobody needs the right to push them here."
  }
}

run "a_second_region_lets_in_the_role_of_the_first" {
  command = apply
  variables {
    region       = "eu-central-1"
    cluster_name = "suffrage-test-2"
    delivery     = { repository = "suffrage/suffrage", environment = "production", repository_arns = [], role = "suffrage-test-deploy" }
  }

  assert {
    condition     = length(aws_iam_role.push_images) + length(aws_iam_role.deploy) + length(aws_iam_openid_connect_provider.github) == 0
    error_message = "Roles and GitHub's provider belong to the account, which has them already."
  }
  assert {
    condition     = aws_eks_access_entry.deploy[0].principal_arn == "arn:aws:iam::111122223333:role/suffrage-test-deploy" && one(aws_eks_access_policy_association.deploy[0].access_scope).type == "namespace"
    error_message = "The same role installs in both clusters, in the suite's namespace."
  }
  assert {
    condition     = aws_iam_role_policy.deploy[0].role == "suffrage-test-deploy" && jsondecode(aws_iam_role_policy.deploy[0].policy).Statement[0].Resource == "arn:aws:eks:eu-central-1:111122223333:cluster/suffrage-test-2"
    error_message = "It may find this cluster, too."
  }
}

run "without_a_repository_nobody_signs_in" {
  command = plan
  variables { delivery = null }

  assert {
    condition     = length(aws_iam_role.push_images) + length(aws_iam_role.deploy) + length(aws_eks_access_entry.deploy) + length(aws_iam_openid_connect_provider.github) == 0
    error_message = "No role is left for nobody."
  }
}
