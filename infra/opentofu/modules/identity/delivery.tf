locals {
  github = "token.actions.githubusercontent.com"
}

# Pipelines sign in with GitHub's tokens: no key of ours is stored there.
resource "aws_iam_openid_connect_provider" "github" {
  count = var.delivery == null ? 0 : 1

  url            = "https://${local.github}"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "push_images" {
  count = var.delivery == null ? 0 : 1

  name        = "${var.name}-push-images"
  description = "The release pipeline"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.github[0].arn }
      Condition = {
        StringEquals = {
          "${local.github}:aud" = "sts.amazonaws.com"
          "${local.github}:sub" = "repo:${var.delivery.repository}:environment:${var.delivery.environment}"
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "push_images" {
  count = var.delivery == null ? 0 : 1

  name = "push"
  role = aws_iam_role.push_images[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      # The token is for the whole registry; AWS knows no narrower resource for it.
      { Sid = "WholeRegistry", Effect = "Allow", Action = "ecr:GetAuthorizationToken", Resource = "*" },
      {
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"]
        Resource = var.delivery.repository_arns
      },
    ]
  })
}
