mock_provider "aws" {}

variables {
  name    = "suffrage-test-archive"
  key_arn = "arn:aws:kms:eu-west-1:111122223333:key/archive"
}

run "what_is_archived_stays" {
  command = plan

  assert {
    condition     = aws_s3_bucket.this.object_lock_enabled && !aws_s3_bucket.this.force_destroy && aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "Object lock needs versions; emptying the bucket by force is off."
  }
  assert {
    condition     = aws_s3_bucket_object_lock_configuration.this.rule[0].default_retention[0].mode == "COMPLIANCE" && aws_s3_bucket_object_lock_configuration.this.rule[0].default_retention[0].days == 365
    error_message = "Nobody deletes anything for a year."
  }
}

run "nothing_is_public_or_unencrypted" {
  command = plan

  assert {
    condition     = aws_s3_bucket_public_access_block.this.block_public_acls && aws_s3_bucket_public_access_block.this.block_public_policy && aws_s3_bucket_public_access_block.this.ignore_public_acls && aws_s3_bucket_public_access_block.this.restrict_public_buckets
    error_message = "All four ways to make it public are closed."
  }
  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == var.key_arn
    error_message = "Objects are encrypted with the archive's key."
  }
  assert {
    condition     = jsondecode(aws_s3_bucket_policy.this.policy).Statement[0].Effect == "Deny"
    error_message = "Requests without TLS are refused."
  }
}

run "a_second_region_gets_a_copy" {
  command = plan
  variables { replica = { bucket_arn = "arn:aws:s3:::suffrage-test-copy", key_arn = "arn:aws:kms:eu-central-1:111122223333:key/archive" } }

  assert {
    condition     = aws_s3_bucket_replication_configuration.this["this"].rule[0].destination[0].bucket == "arn:aws:s3:::suffrage-test-copy"
    error_message = "Everything is copied."
  }
}

run "a_week_is_too_short" {
  command = plan
  variables { retention_days = 7 }
  expect_failures = [var.retention_days]
}
