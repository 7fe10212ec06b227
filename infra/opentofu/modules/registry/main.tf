resource "aws_ecr_repository" "this" {
  for_each = var.images

  name = "${var.prefix}/${each.value}"
  # A tag means the same bytes for ever: what was audited is what runs.
  image_tag_mutability = "IMMUTABLE"
  force_delete         = false

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = var.key_arn
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  for_each = var.images

  repository = aws_ecr_repository.this[each.value].name
  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "What no tag names is left over from a build"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 14 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "Released images, the newest ones"
        selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = var.kept_images }
        action       = { type = "expire" }
      },
    ]
  })
}

# ECR's own scan, of the packages of the base image. Inspector's (ENHANCED) would find no more: what we put on top is one file for
# each program, whose packages make pipeline-check holds against the advisories of their registry. It would also ask for a right
# over the findings of the whole account, and calls a scan ACTIVE before its findings are there (aws/aws-sdk#288, #289).
resource "aws_ecr_registry_scanning_configuration" "this" {
  scan_type = "BASIC"

  rule {
    scan_frequency = "SCAN_ON_PUSH"

    repository_filter {
      filter      = "${var.prefix}/*"
      filter_type = "WILDCARD"
    }
  }
}

resource "aws_ecr_replication_configuration" "this" {
  count = length(var.copies) > 0 ? 1 : 0

  replication_configuration {
    rule {
      dynamic "destination" {
        for_each = var.copies

        content {
          region      = destination.value.region
          registry_id = destination.value.account_id
        }
      }

      repository_filter {
        filter      = "${var.prefix}/"
        filter_type = "PREFIX_MATCH"
      }
    }
  }
}

# To bring images, and not to make repositories: those that are here are encrypted with our key and have tags that can't change.
resource "aws_ecr_registry_policy" "this" {
  count = var.copied_from == "" ? 0 : 1

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Copy"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${var.copied_from}:root" }
      Action    = ["ecr:ReplicateImage"]
      Resource  = ["arn:aws:ecr:${var.region}:${var.account_id}:repository/${var.prefix}/*"]
    }]
  })
}
