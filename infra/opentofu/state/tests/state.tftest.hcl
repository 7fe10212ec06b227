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
}
