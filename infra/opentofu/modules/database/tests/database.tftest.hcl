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

  # RDS refuses to manage the password of a member.
  assert {
    condition     = alltrue([for cluster in aws_rds_cluster.this : cluster.manage_master_user_password == null && cluster.master_password == null])
    error_message = "A member's password is made here, and in no plan."
  }
  assert {
    condition     = alltrue([for name in ["a", "b"] : aws_rds_cluster.this[name].master_password_wo_version == 1 && aws_secretsmanager_secret_version.admin[name].secret_string_wo_version == 1 && aws_secretsmanager_secret.admin[name].kms_key_id == var.secret_key_arn])
    error_message = "Database and secret get the same password at once."
  }
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
  assert {
    condition     = aws_rds_cluster.this["b"].master_password_wo_version == null && length(aws_secretsmanager_secret.admin) == 0
    error_message = "And its password."
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

run "a_proxy_is_reached_by_clients_and_reaches_databases_alone" {
  override_resource {
    target = aws_security_group.proxy
    values = { id = "sg-proxy" }
  }
  variables {
    proxy      = true
    keep_votes = false
  }

  assert {
    condition     = alltrue([for proxy in aws_db_proxy.this : tolist(proxy.vpc_security_group_ids) == tolist([aws_security_group.proxy[0].id])])
    error_message = "The databases' own group lets nothing out, and not itself in."
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.proxy_clients["nodes"].security_group_id == aws_security_group.proxy[0].id && aws_vpc_security_group_ingress_rule.proxy_clients["nodes"].referenced_security_group_id == "sg-nodes"
    error_message = "Clients reach the proxy."
  }
  assert {
    condition = alltrue([
      aws_vpc_security_group_egress_rule.proxy_databases[0].security_group_id == aws_security_group.proxy[0].id,
      aws_vpc_security_group_egress_rule.proxy_databases[0].referenced_security_group_id == aws_security_group.this.id,
      aws_vpc_security_group_ingress_rule.proxy[0].security_group_id == aws_security_group.this.id,
      aws_vpc_security_group_ingress_rule.proxy[0].referenced_security_group_id == aws_security_group.proxy[0].id,
    ])
    error_message = "The proxy may leave for the databases, and they let it in."
  }
}

run "a_proxy_of_a_global_database_reads_the_password_made_here" {
  override_resource {
    target = aws_secretsmanager_secret.admin
    values = { arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:made-here" }
  }
  variables {
    proxy      = true
    keep_votes = false
    global     = "primary"
  }

  assert {
    condition     = alltrue([for name in ["a", "b"] : one(aws_db_proxy.this[name].auth).secret_arn == "arn:aws:secretsmanager:eu-west-1:111122223333:secret:made-here"])
    error_message = "RDS keeps none for a member."
  }
}

run "a_server_that_cant_let_the_registrar_vacuum_is_refused" {
  command = plan
  variables { engine_version = "16.9" }
  expect_failures = [var.engine_version]
}
