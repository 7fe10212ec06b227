output "bucket" {
  description = "The bucket."
  value       = aws_s3_bucket.this.bucket
}

output "bucket_arn" {
  description = "Its ARN, built from its name: the same before it exists."
  value       = "arn:aws:s3:::${var.name}"
}
