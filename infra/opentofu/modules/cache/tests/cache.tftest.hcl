mock_provider "aws" {}

variables {
  name                      = "suffrage-test-votes"
  user                      = "votes"
  access                    = "on ~* &* -@all +@read +@write +@pubsub +@connection +@scripting -@dangerous"
  password_secret           = { name = "suffrage/cache-votes", key_arn = "arn:aws:kms:eu-west-1:111122223333:key/secrets" }
  vpc_id                    = "vpc-1"
  subnet_ids                = ["subnet-1", "subnet-2", "subnet-3"]
  client_security_group_ids = { nodes = "sg-nodes" }
  key_arn                   = "arn:aws:kms:eu-west-1:111122223333:key/votes"
  log_key_arn               = "arn:aws:kms:eu-west-1:111122223333:key/logs"
}

run "another_zone_takes_over" {
  command = plan

  assert {
    condition     = aws_elasticache_replication_group.this.automatic_failover_enabled && aws_elasticache_replication_group.this.multi_az_enabled && aws_elasticache_replication_group.this.num_cache_clusters == 3
    error_message = "A primary, and two replicas in other zones that take over."
  }
}

run "one_server_holds_all_and_has_the_name_that_clients_get" {
  override_resource {
    target = aws_elasticache_replication_group.this
    values = { primary_endpoint_address = "primary.invalid", configuration_endpoint_address = "", reader_endpoint_address = "replicas.invalid" }
  }

  assert {
    condition     = aws_elasticache_replication_group.this.cluster_mode == "disabled" && alltrue([for parameter in aws_elasticache_parameter_group.this.parameter : parameter.name != "cluster-enabled"])
    error_message = "A cluster would refuse what names keys of several slots, and send a client elsewhere."
  }
  assert {
    condition     = output.endpoint == "primary.invalid"
    error_message = "Replicas take no writes."
  }
  assert {
    condition     = output.nodes == ["suffrage-test-votes-001", "suffrage-test-votes-002", "suffrage-test-votes-003"]
    error_message = "Named as ElastiCache does."
  }
}

run "nobody_reads_along_or_signs_in_unnamed" {
  command = plan

  assert {
    condition     = aws_elasticache_replication_group.this.transit_encryption_enabled && aws_elasticache_replication_group.this.transit_encryption_mode == "required" && aws_elasticache_replication_group.this.kms_key_id == var.key_arn
    error_message = "TLS is required, and what is on disk has our key."
  }
  assert {
    condition     = startswith(aws_elasticache_user.default.access_string, "off ")
    error_message = "The user that ElastiCache insists on is off."
  }
}

run "the_password_is_in_no_plan" {
  command = plan

  assert {
    condition     = aws_elasticache_user.this.passwords == null && aws_secretsmanager_secret_version.password.secret_string == null
    error_message = "It is handed over write-only."
  }
}

run "a_new_number_gives_a_new_password_on_both_sides" {
  command = plan
  variables { password_version = 2 }

  assert {
    condition     = aws_elasticache_user.this.passwords_wo_version == 2 && aws_secretsmanager_secret_version.password.secret_string_wo_version == 2
    error_message = "User and secret get it in the same apply."
  }
}

run "the_right_to_everything_is_refused" {
  command = plan
  variables { access = "on ~* +@all" }
  expect_failures = [var.access]
}
