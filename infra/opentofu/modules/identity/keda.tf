# KEDA's operator asks the log how far the processors are, to have as many of them as there is to do.
resource "aws_iam_role" "keda" {
  name               = "${var.name}-keda"
  description        = "Sees the lag of the processors"
  assume_role_policy = local.taken_on_by_pods
}

resource "aws_iam_role_policy" "keda" {
  name = "lag"
  role = aws_iam_role.keda.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = local.connect.actions, Resource = local.connect.resources },
      { Effect = "Allow", Action = "kafka-cluster:DescribeTopic", Resource = local.topic_arns["votes"] },
      { Effect = "Allow", Action = "kafka-cluster:DescribeGroup", Resource = "${local.groups}votes*" },
    ]
  })
}

resource "aws_eks_pod_identity_association" "keda" {
  cluster_name    = var.cluster_name
  namespace       = "keda"
  service_account = "keda-operator"
  role_arn        = aws_iam_role.keda.arn
}
