mock_provider "aws" {
  mock_resource "aws_rds_cluster" {
    defaults = { master_user_secret = [{ kms_key_id = "key", secret_arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds", secret_status = "active" }] }
  }
}

variables {
  name                      = "suffrage-test-votes"
  vpc_id                    = "vpc-1"
  subnet_ids                = ["subnet-1", "subnet-2", "subnet-3"]
  client_security_group_ids = { nodes = "sg-nodes" }
  database_name             = "votes"
  key_arn                   = "arn:aws:kms:eu-west-1:111122223333:key/votes"
  secret_key_arn            = "arn:aws:kms:eu-west-1:111122223333:key/secrets"
  shards = [
    { name = "a", instances = { one = { class = "db.r7g.large", tier = 0 }, two = { class = "db.r7g.large" } } },
    { name = "b", instances = { one = { class = "db.r7g.large", tier = 0 }, two = { class = "db.r7g.large" } } },
  ]
}

run "each_shard_has_a_cluster_of_its_own" {
  command = plan

  assert {
    condition     = keys(aws_rds_cluster.this) == ["a", "b"] && length(aws_rds_cluster_instance.this) == 4
    error_message = "Two shards, two instances each."
  }
  assert {
    condition     = aws_rds_cluster_instance.this["b-two"].identifier == "suffrage-test-votes-b-two" && aws_rds_cluster_instance.this["a-one"].promotion_tier == 0
    error_message = "An instance belongs to its shard, with its tier."
  }
}

run "votes_are_kept" {
  command = plan

  assert {
    condition     = alltrue([for cluster in aws_rds_cluster.this : cluster.deletion_protection && !cluster.skip_final_snapshot && cluster.backup_retention_period == 35])
    error_message = "Deleting is refused, and a last snapshot is taken if it is not."
  }
}

run "nothing_is_public_or_unencrypted" {
  command = plan

  assert {
    condition     = alltrue([for cluster in aws_rds_cluster.this : cluster.storage_encrypted && cluster.kms_key_id == var.key_arn && cluster.iam_database_authentication_enabled])
    error_message = "Storage is encrypted with the votes' own key."
  }
  assert {
    condition     = alltrue([for instance in aws_rds_cluster_instance.this : !instance.publicly_accessible])
    error_message = "No database has a public address."
  }
  assert {
    condition     = contains([for parameter in aws_rds_cluster_parameter_group.this.parameter : "${parameter.name}=${parameter.value}"], "rds.force_ssl=1")
    error_message = "Connections without TLS are refused."
  }
}

run "passwords_of_administrators_are_in_no_plan" {
  command = plan

  assert {
    condition     = alltrue([for cluster in aws_rds_cluster.this : cluster.manage_master_user_password && cluster.master_password == null])
    error_message = "Aurora makes, keeps and rotates them."
  }
}

run "a_primary_begins_a_global_database" {
  command = plan
  variables { global = "primary" }

  assert {
    condition     = keys(aws_rds_global_cluster.this) == ["a", "b"] && alltrue([for global in aws_rds_global_cluster.this : global.storage_encrypted && global.deletion_protection])
    error_message = "One global database for each shard."
  }
}

run "a_secondary_follows" {
  command = plan
  variables {
    global             = "secondary"
    global_cluster_ids = { a = "suffrage-test-votes-a", b = "suffrage-test-votes-b" }
  }

  assert {
    condition     = aws_rds_cluster.this["b"].global_cluster_identifier == "suffrage-test-votes-b" && aws_rds_cluster.this["b"].manage_master_user_password == null
    error_message = "A follower has its primary's administrator and database."
  }
}

run "three_shards_are_refused" {
  command = plan
  variables {
    shards = [for name in ["a", "b", "c"] : { name = name, instances = { one = { class = "db.r7g.large" } } }]
  }
  expect_failures = [var.shards]
}

run "a_proxy_stands_before_each_shard" {
  command = plan
  variables { proxy = true }

  assert {
    condition     = keys(aws_db_proxy.this) == ["a", "b"] && alltrue([for proxy in aws_db_proxy.this : proxy.require_tls])
    error_message = "One for each, with TLS."
  }
}

run "a_proxy_before_a_follower_is_refused" {
  command = plan
  variables {
    proxy              = true
    global             = "secondary"
    global_cluster_ids = { a = "suffrage-test-votes-a", b = "suffrage-test-votes-b" }
  }
  expect_failures = [var.proxy]
}
