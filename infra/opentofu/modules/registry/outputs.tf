output "repository_arns" {
  description = "Repositories by image."
  value       = { for image, repository in aws_ecr_repository.this : image => repository.arn }
}

output "registry" {
  description = "What comes before an image's name: the chart's `image.registry`."
  value       = replace(aws_ecr_repository.this["ingestion"].repository_url, "//ingestion$/", "")
}
