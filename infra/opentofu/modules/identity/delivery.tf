locals {
  github = "token.actions.githubusercontent.com"

  # GitHub's token names the environment of the job, and only a job that runs in this environment of this repository is let in.
  # Images are pushed before anybody decides about production, so from an environment of their own: "release", which branch main
  # alone may use. A test (delivery/workflows) holds the workflows to these two names.
  deliverers = var.delivery == null ? {} : {
    push-images = "release"
    deploy      = var.delivery.environment
  }
  # One region makes the roles, which belong to the whole account; another lets the same one in. Only where images are published do
  # pipelines push any: from there they are copied.
  makes_roles = var.delivery != null && try(var.delivery.role, "") == ""
  pushes      = local.makes_roles && try(var.delivery.pushes, false)
  deployers   = var.delivery == null ? [] : local.makes_roles ? aws_iam_role.deploy[*].name : [var.delivery.role]
  trust = {
    for role, environment in local.makes_roles ? local.deliverers : {} : role => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Action    = "sts:AssumeRoleWithWebIdentity"
        Principal = { Federated = aws_iam_openid_connect_provider.github[0].arn }
        Condition = {
          StringEquals = {
            "${local.github}:aud" = "sts.amazonaws.com"
            "${local.github}:sub" = "repo:${var.delivery.repository}:environment:${environment}"
          }
        }
      }]
    })
  }
}

# Pipelines sign in with GitHub's tokens: no key of ours is stored there.
resource "aws_iam_openid_connect_provider" "github" {
  count = local.makes_roles ? 1 : 0

  url            = "https://${local.github}"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "push_images" {
  count = local.pushes ? 1 : 0

  name               = "${var.name}-push-images"
  description        = "The release pipeline, before anything is installed"
  assume_role_policy = local.trust["push-images"]
}

resource "aws_iam_role_policy" "push_images" {
  count = local.pushes ? 1 : 0

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
      # make scan; cosign reads what it has signed.
      {
        Effect   = "Allow"
        Action   = ["ecr:DescribeImageScanFindings", "ecr:GetDownloadUrlForLayer"]
        Resource = var.delivery.repository_arns
      },
    ]
  })
}

# AWS lets it find the cluster and ask Prometheus, and nothing else; what it may do in the cluster is the cluster's to say.
resource "aws_iam_role" "deploy" {
  count = local.makes_roles ? 1 : 0

  name        = "${var.name}-deploy"
  description = "The release pipeline, where it installs, watches, audits and takes back"
  # As long as the watch over production, and what stands around it, takes.
  max_session_duration = 10800
  assume_role_policy   = local.trust["deploy"]
}

resource "aws_iam_role_policy" "deploy" {
  count = length(local.deployers)

  name = "find-and-watch-${var.region}"
  role = local.deployers[0]
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "eks:DescribeCluster", Resource = "arn:aws:eks:${var.region}:${var.account_id}:cluster/${var.cluster_name}" },
      { Effect = "Allow", Action = "aps:QueryMetrics", Resource = var.prometheus_workspace_arn },
    ]
  })
}

# The group gets what the chart needs beside the usual resources of a namespace (gitops/infra/deployers).
resource "aws_eks_access_entry" "deploy" {
  count = length(local.deployers)

  cluster_name      = var.cluster_name
  principal_arn     = "arn:aws:iam::${var.account_id}:role/${local.deployers[0]}"
  kubernetes_groups = ["suffrage-deployers"]
  type              = "STANDARD"
}

resource "aws_eks_access_policy_association" "deploy" {
  count = length(local.deployers)

  cluster_name  = var.cluster_name
  principal_arn = aws_eks_access_entry.deploy[0].principal_arn
  policy_arn    = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminPolicy"

  access_scope {
    type       = "namespace"
    namespaces = ["apps"]
  }
}
