mock_provider "aws" {}

variables {
  account_id = "111122223333"
  region     = "eu-west-1"
  key_arn    = "arn:aws:kms:eu-west-1:111122223333:key/images"
}

run "a_tag_means_the_same_bytes_for_ever" {
  command = plan

  assert {
    condition     = length(aws_ecr_repository.this) == 6 && alltrue([for repository in aws_ecr_repository.this : repository.image_tag_mutability == "IMMUTABLE"])
    error_message = "Tags of all six images are immutable."
  }
  assert {
    condition     = alltrue([for repository in aws_ecr_repository.this : repository.image_scanning_configuration[0].scan_on_push && repository.encryption_configuration[0].kms_key == var.key_arn])
    error_message = "Each image is scanned when it arrives, and encrypted with our key."
  }
  assert {
    condition     = aws_ecr_registry_scanning_configuration.this.scan_type == "BASIC" && one(aws_ecr_registry_scanning_configuration.this.rule).scan_frequency == "SCAN_ON_PUSH"
    error_message = "make scan waits for the end of a scan: one that goes on for ever has none."
  }
}

run "images_reach_the_second_region_and_the_other_accounts" {
  command = plan
  variables { copies = [{ account_id = "111122223333", region = "eu-central-1" }, { account_id = "444455556666", region = "eu-west-1" }] }

  assert {
    condition     = [for destination in aws_ecr_replication_configuration.this[0].replication_configuration[0].rule[0].destination : "${destination.registry_id} ${destination.region}"] == ["111122223333 eu-central-1", "444455556666 eu-west-1"]
    error_message = "Each region and each environment pulls from its own registry."
  }
  assert {
    condition     = length(aws_ecr_registry_policy.this) == 0
    error_message = "Nobody else brings images here."
  }
}

run "another_account_may_bring_images_and_nothing_else" {
  command = plan
  variables { copied_from = "444455556666" }

  assert {
    condition = jsondecode(aws_ecr_registry_policy.this[0].policy).Statement == [{
      Sid       = "Copy"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::444455556666:root" }
      Action    = ["ecr:ReplicateImage"]
      Resource  = ["arn:aws:ecr:eu-west-1:111122223333:repository/suffrage/*"]
    }]
    error_message = "It fills the suite's repositories, and makes none: theirs would have tags that can change."
  }
  assert {
    condition     = length(aws_ecr_replication_configuration.this) == 0
    error_message = "What was brought is not passed on."
  }
}

run "a_registry_that_copies_to_itself_is_refused" {
  command = plan
  variables { copies = [{ account_id = "111122223333", region = "eu-west-1" }] }
  expect_failures = [var.copies]
}

run "leave_for_the_own_account_is_refused" {
  command = plan
  variables { copied_from = "111122223333" }
  expect_failures = [var.copied_from]
}

run "throwing_audited_images_away_is_refused" {
  command = plan
  variables { kept_images = 5 }
  expect_failures = [var.kept_images]
}
