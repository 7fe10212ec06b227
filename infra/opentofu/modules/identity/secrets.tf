# External Secrets reads for the pods. Its own pod may only take on these two roles, one for each side: who reads the
# registrar's secrets can't read those of the votes, nor the other way round.
resource "aws_iam_role" "secrets" {
  for_each = var.secrets

  name        = "${var.name}-secrets-${each.key}"
  description = "Reads the secrets of the ${each.key} side"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Principal = { AWS = "arn:aws:iam::${var.account_id}:role/${aws_iam_role.external_secrets.name}" }
    }]
  })
}

resource "aws_iam_role_policy" "secrets" {
  for_each = var.secrets

  name = "read"
  role = aws_iam_role.secrets[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], Resource = each.value.secret_arns },
      { Effect = "Allow", Action = "kms:Decrypt", Resource = each.value.key_arns },
    ]
  })
}

resource "aws_iam_role" "external_secrets" {
  name               = "${var.name}-external-secrets"
  description        = "The operator that fetches secrets"
  assume_role_policy = local.taken_on_by_pods
}

resource "aws_iam_role_policy" "external_secrets" {
  name = "take-on"
  role = aws_iam_role.external_secrets.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["sts:AssumeRole", "sts:TagSession"]
      Resource = [for side in keys(var.secrets) : "arn:aws:iam::${var.account_id}:role/${var.name}-secrets-${side}"]
    }]
  })
}

resource "aws_eks_pod_identity_association" "external_secrets" {
  cluster_name    = var.cluster_name
  namespace       = "external-secrets"
  service_account = "external-secrets"
  role_arn        = aws_iam_role.external_secrets.arn
}

# The collector of metrics.
resource "aws_iam_role" "metrics" {
  name               = "${var.name}-metrics"
  description        = "Writes metrics to the managed Prometheus"
  assume_role_policy = local.taken_on_by_pods
}

resource "aws_iam_role_policy" "metrics" {
  name = "write"
  role = aws_iam_role.metrics.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "aps:RemoteWrite", Resource = var.prometheus_workspace_arn }]
  })
}

resource "aws_eks_pod_identity_association" "metrics" {
  cluster_name    = var.cluster_name
  namespace       = "monitoring"
  service_account = "collector"
  role_arn        = aws_iam_role.metrics.arn
}
