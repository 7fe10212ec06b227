mock_provider "aws" {}

variables {
  account_id = "111122223333"
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

run "images_reach_the_second_region" {
  command = plan
  variables { replica_region = "eu-central-1" }

  assert {
    condition     = aws_ecr_replication_configuration.this[0].replication_configuration[0].rule[0].destination[0].region == "eu-central-1"
    error_message = "A region that has to take over pulls from its own registry."
  }
}

run "throwing_audited_images_away_is_refused" {
  command = plan
  variables { kept_images = 5 }
  expect_failures = [var.kept_images]
}
