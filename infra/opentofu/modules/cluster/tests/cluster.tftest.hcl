mock_provider "aws" {
  mock_resource "aws_eks_cluster" {
    defaults = { vpc_config = { cluster_security_group_id = "sg-cluster" } }
  }
}

variables {
  name        = "suffrage-test"
  vpc_id      = "vpc-1"
  subnet_ids  = ["subnet-1", "subnet-2", "subnet-3"]
  operators   = ["arn:aws:iam::111122223333:role/operators"]
  key_arn     = "arn:aws:kms:eu-west-1:111122223333:key/cluster"
  log_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/logs"
}

run "votes_run_on_nodes_that_nobody_takes_away" {
  command = plan

  assert {
    condition     = aws_eks_node_group.this["votes"].capacity_type == "ON_DEMAND" && aws_eks_node_group.this["readers"].capacity_type == "SPOT"
    error_message = "Spot is for readers."
  }
  assert {
    condition     = aws_eks_node_group.this["votes"].labels["suffrage.io/pool"] == "votes" && one(aws_eks_node_group.this["votes"].taint).key == "suffrage.io/votes"
    error_message = "Label and taint are those of the chart's placement."
  }
}

run "the_api_server_is_inside" {
  command = plan

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_private_access && !aws_eks_cluster.this.vpc_config[0].endpoint_public_access
    error_message = "Without addresses it is reached from the network only."
  }
  assert {
    condition     = aws_eks_cluster.this.encryption_config[0].provider[0].key_arn == var.key_arn && contains(aws_eks_cluster.this.enabled_cluster_log_types, "audit")
    error_message = "Secrets are encrypted with our key, and who did what is logged."
  }
}

run "pods_do_not_get_the_rights_of_nodes" {
  command = plan

  assert {
    condition     = alltrue([for template in aws_launch_template.nodes : template.metadata_options[0].http_tokens == "required" && template.metadata_options[0].http_put_response_hop_limit == 1])
    error_message = "The metadata service answers nodes, not pods."
  }
}

run "what_containers_write_is_encrypted" {
  command = plan

  assert {
    condition     = alltrue([for template in aws_launch_template.nodes : toset([for disk in template.block_device_mappings : disk.device_name if disk.ebs[0].encrypted && disk.ebs[0].kms_key_id == var.key_arn]) == toset(["/dev/xvda", "/dev/xvdb"])])
    error_message = "Both disks of Bottlerocket have our key: the system's, and that of the containers."
  }
}

run "auto_mode_brings_nodes_and_addons_of_its_own" {
  command = plan
  variables { compute = "auto" }

  assert {
    condition     = length(aws_eks_node_group.this) == 0 && length(aws_eks_addon.this) == 0 && aws_eks_cluster.this.compute_config[0].enabled && aws_eks_cluster.this.storage_config[0].block_storage[0].enabled && aws_eks_cluster.this.kubernetes_network_config[0].elastic_load_balancing[0].enabled
    error_message = "Compute, disks and load balancers are on together."
  }
}

run "the_whole_internet_is_refused" {
  command = plan
  variables { public_access_cidrs = ["0.0.0.0/0"] }
  expect_failures = [var.public_access_cidrs]
}

run "one_spot_type_is_too_few" {
  command = plan
  variables { readers_nodes = { instance_types = ["c7g.xlarge"], min = 2, max = 4, spot = true } }
  expect_failures = [var.readers_nodes]
}
