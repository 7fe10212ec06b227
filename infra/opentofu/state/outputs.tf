output "backend" {
  description = "What `tofu init -backend-config` of each environment takes."
  value       = { bucket = aws_s3_bucket.state.bucket, region = var.region, kms_key_id = aws_kms_key.state.arn }
}
