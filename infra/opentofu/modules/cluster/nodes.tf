locals {
  groups = local.auto ? {} : {
    votes = {
      instance_types = var.votes_nodes.instance_types
      min            = var.votes_nodes.min
      max            = var.votes_nodes.max
      spot           = false
      taints         = [{ key = "suffrage.io/votes", effect = "NO_SCHEDULE" }]
    }
    readers = {
      instance_types = var.readers_nodes.instance_types
      min            = var.readers_nodes.min
      max            = var.readers_nodes.max
      spot           = var.readers_nodes.spot
      taints         = []
    }
  }
  # Auto Mode brings its own.
  addons = local.auto ? [] : ["vpc-cni", "kube-proxy", "coredns", "eks-pod-identity-agent", "aws-ebs-csi-driver", "metrics-server"]
}

resource "aws_launch_template" "nodes" {
  for_each = local.groups

  name                   = "${var.name}-${each.key}"
  vpc_security_group_ids = [aws_security_group.nodes.id, aws_eks_cluster.this.vpc_config[0].cluster_security_group_id]

  # Pods get their roles from the pod identity agent: from the node's own they are kept away.
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
  # Bottlerocket has two: the system, and what containers write, with their images. One that is not named here is not encrypted.
  dynamic "block_device_mappings" {
    for_each = { "/dev/xvda" = 10, "/dev/xvdb" = 50 }

    content {
      device_name = block_device_mappings.key

      ebs {
        volume_size = block_device_mappings.value
        volume_type = "gp3"
        encrypted   = true
        kms_key_id  = var.key_arn
      }
    }
  }
  tag_specifications {
    resource_type = "instance"
    tags          = { Name = "${var.name}-${each.key}" }
  }
}

resource "aws_eks_node_group" "this" {
  for_each = local.groups

  cluster_name    = aws_eks_cluster.this.name
  node_group_name = each.key
  node_role_arn   = aws_iam_role.nodes.arn
  subnet_ids      = var.subnet_ids
  ami_type        = "BOTTLEROCKET_ARM_64"
  instance_types  = each.value.instance_types
  capacity_type   = each.value.spot ? "SPOT" : "ON_DEMAND"
  labels          = { "suffrage.io/pool" = each.key }

  launch_template {
    id      = aws_launch_template.nodes[each.key].id
    version = tostring(aws_launch_template.nodes[each.key].latest_version)
  }
  scaling_config {
    min_size     = each.value.min
    max_size     = each.value.max
    desired_size = each.value.min
  }
  update_config {
    max_unavailable = 1
  }
  node_repair_config {
    enabled = true
  }

  dynamic "taint" {
    for_each = each.value.taints

    content {
      key    = taint.value.key
      effect = taint.value.effect
    }
  }

  lifecycle {
    # The cluster's autoscaler decides.
    ignore_changes = [scaling_config[0].desired_size]
  }
  depends_on = [aws_iam_role_policy_attachment.nodes]
}

resource "aws_eks_addon" "this" {
  for_each = toset(local.addons)

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.value
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "PRESERVE"
  # The network policies of the chart are only words without this.
  configuration_values = each.value == "vpc-cni" ? jsonencode({ enableNetworkPolicy = "true" }) : null

  dynamic "pod_identity_association" {
    for_each = each.value == "aws-ebs-csi-driver" ? [aws_iam_role.disks[0].arn] : []

    content {
      service_account = "ebs-csi-controller-sa"
      role_arn        = pod_identity_association.value
    }
  }
}
