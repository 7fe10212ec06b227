mock_provider "aws" {}

variables {
  account_id = "111122223333"
}

run "states_have_versions_and_our_key" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled" && aws_kms_key.state.enable_key_rotation
    error_message = "A broken state is taken back from its last version."
  }
  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.state.rule[0].noncurrent_version_expiration[0].newer_noncurrent_versions == 20
    error_message = "The newest versions stay, however old they are."
  }
}
