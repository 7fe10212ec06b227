# Not applied, and no module: make infra-check shows by it that what it reads infra/opentofu with refuses something.
resource "aws_s3_bucket" "votes" {
  bucket = "suffrage-votes-for-all-to-read"
}

resource "aws_s3_bucket_acl" "votes" {
  bucket = aws_s3_bucket.votes.id
  acl    = "public-read"
}

variable "nobody_asks" {
  type        = string
  description = "Used nowhere."
}
