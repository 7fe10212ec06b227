mock_provider "aws" {}

variables {
  name       = "suffrage-test"
  account_id = "111122223333"
  region     = "eu-west-1"
}

run "each_purpose_has_a_key_that_turns" {
  command = plan

  assert {
    condition     = alltrue([for key in aws_kms_key.this : key.enable_key_rotation && key.rotation_period_in_days == 365 && key.deletion_window_in_days == 30])
    error_message = "Every key rotates once a year, and a deletion can be taken back for 30 days."
  }
  assert {
    condition     = length(aws_kms_key.this) == 10 && length(aws_kms_alias.this) == 10
    error_message = "One key and one alias for each purpose."
  }
}

run "no_aws_service_may_unwrap_the_keys_of_elections" {
  command = plan

  assert {
    condition     = length(jsondecode(aws_kms_key.this["elections"].policy).Statement) == 1
    error_message = "Only roles of this account use the key of the elections' keys."
  }
}

run "secrets_have_the_names_that_the_chart_reads" {
  command = plan

  assert {
    condition     = toset([for secret in aws_secretsmanager_secret.this : secret.name]) == toset(["suffrage/ingestion", "suffrage/aggregator", "suffrage/votes", "suffrage/votes-owner", "suffrage/audit", "suffrage/registrar", "suffrage/registrar-owner"])
    error_message = "Names of the chart's values: secrets.*.remoteKey."
  }
}

run "a_second_region_unwraps_what_the_first_has_wrapped" {
  command = plan
  variables { elections_primary_key = { arn = "arn:aws:kms:eu-west-1:111122223333:key/mrk-1" } }

  assert {
    condition     = aws_kms_replica_key.this["elections"].primary_key_arn == "arn:aws:kms:eu-west-1:111122223333:key/mrk-1" && !contains(keys(aws_kms_key.this), "elections")
    error_message = "Its key of elections is a replica of the first region's."
  }
}

run "turning_keys_too_often_is_refused" {
  command = plan
  variables { rotation_period_days = 30 }
  expect_failures = [var.rotation_period_days]
}
