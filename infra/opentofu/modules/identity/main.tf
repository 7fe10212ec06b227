locals {
  # The cluster's id is part of the ARN and chosen by AWS: everything before it names this cluster alone.
  kafka      = "arn:aws:kafka:${var.region}:${var.account_id}"
  cluster    = "${local.kafka}:cluster/${var.kafka_cluster_name}/*"
  prefix     = var.installation == "" ? "" : "${var.installation}."
  topic_arns = { for topic in ["votes", "elections", "votes.quarantine"] : topic => "${local.kafka}:topic/${var.kafka_cluster_name}/*/${local.prefix}${topic}" }
  groups     = "${local.kafka}:group/${var.kafka_cluster_name}/*/${local.prefix}"
  connect    = { actions = ["kafka-cluster:Connect", "kafka-cluster:DescribeCluster"], resources = [local.cluster] }
  # An idempotent producer's right belongs to the cluster. The other producers are not idempotent: their repeats are harmless.
  idempotent = { actions = ["kafka-cluster:WriteDataIdempotently"], resources = [local.cluster] }
  reads      = ["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"]
  # Who follows topic elections also writes a beat to it, to know that it has read to the end.
  follows = concat(local.reads, ["kafka-cluster:WriteData"])
  writes  = ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"]

  taken_on_by_pods = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Principal = { Service = "pods.eks.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })

  # What each service calls, and nothing else: infra/plans/aws-calls.ts lists the calls with the code that makes them, and a test
  # holds the two against each other.
  statements = {
    ingestion = [
      local.connect,
      local.idempotent,
      { actions = local.writes, resources = [local.topic_arns["votes"]] },
      { actions = local.follows, resources = [local.topic_arns["elections"]] },
      # Start-up refuses weak settings.
      { actions = ["kafka-cluster:DescribeTopicDynamicConfiguration"], resources = [local.topic_arns["votes"], local.topic_arns["elections"]] },
    ]
    processor = [
      local.connect,
      { actions = local.reads, resources = [local.topic_arns["votes"]] },
      { actions = local.follows, resources = [local.topic_arns["elections"]] },
      { actions = local.writes, resources = [local.topic_arns["votes.quarantine"]] },
      { actions = ["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"], resources = ["${local.groups}votes*"] },
    ]
    aggregator = [
      local.connect,
      { actions = local.follows, resources = [local.topic_arns["elections"]] },
      { actions = ["kafka-cluster:DescribeTopic"], resources = [local.topic_arns["votes"]] },
    ]
    registrar = [
      local.connect,
      { actions = local.follows, resources = [local.topic_arns["elections"]] },
      { actions = ["kms:Decrypt", "kms:Encrypt"], resources = [var.elections_key_arn] },
    ]
    audit = [
      local.connect,
      { actions = local.reads, resources = [local.topic_arns["votes"], local.topic_arns["elections"]] },
    ]
    # The Job that makes and grows the topics before an installation and each upgrade.
    migrate-log = [
      local.connect,
      { actions = ["kafka-cluster:AlterTopic", "kafka-cluster:CreateTopic", "kafka-cluster:DescribeTopic"], resources = values(local.topic_arns) },
      { actions = ["kafka-cluster:AlterTopicDynamicConfiguration", "kafka-cluster:DescribeTopicDynamicConfiguration"], resources = [local.topic_arns["votes"], local.topic_arns["elections"]] },
      { actions = ["kafka-cluster:ReadData", "kafka-cluster:WriteData"], resources = [local.topic_arns["elections"]] },
    ]
  }
}

resource "aws_iam_role" "service" {
  for_each = local.statements

  name                 = "${var.name}-${each.key}"
  description          = "Pods of ${each.key}"
  max_session_duration = 3600
  assume_role_policy   = local.taken_on_by_pods
}

resource "aws_iam_role_policy" "service" {
  for_each = local.statements

  name = "calls"
  role = aws_iam_role.service[each.key].id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for statement in each.value : { Effect = "Allow", Action = statement.actions, Resource = statement.resources }]
  })
}

resource "aws_eks_pod_identity_association" "service" {
  for_each = local.statements

  cluster_name    = var.cluster_name
  namespace       = var.namespace
  service_account = "${var.release}-${each.key}"
  role_arn        = aws_iam_role.service[each.key].arn
}
