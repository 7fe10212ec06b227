mock_provider "aws" {
  mock_resource "aws_eks_cluster" {
    defaults = { vpc_config = { cluster_security_group_id = "sg-cluster" } }
  }
}

# A mocked subnet has the ID of every other; the module's own tests hold its ranges.
override_module {
  target = module.network
  outputs = {
    vpc_id             = "vpc-1"
    cidr               = "10.20.0.0/16"
    data_subnet_ids    = ["subnet-data-a", "subnet-data-b", "subnet-data-c"]
    private_subnet_ids = ["subnet-a", "subnet-b", "subnet-c"]
    public_subnet_ids  = ["subnet-public-a", "subnet-public-b", "subnet-public-c"]
    data_cidrs         = ["10.20.0.0/22", "10.20.4.0/22", "10.20.8.0/22"]
    public_cidrs       = ["10.20.16.0/22", "10.20.20.0/22", "10.20.24.0/22"]
  }
}

variables {
  name               = "suffrage-test"
  account_id         = "111122223333"
  region             = "eu-west-1"
  cidr               = "10.20.0.0/16"
  operators          = ["arn:aws:iam::111122223333:role/operators"]
  alarm_addresses    = ["operators@example.org"]
  registrar_database = { one = { class = "db.r7g.large" } }
  votes_databases    = [{ name = "a", instances = { one = { class = "db.r7g.large" } } }]
  cache              = { node_type = "cache.r7g.large", replicas = 2 }
  kafka              = { brokers = 3, instance_type = "kafka.m7g.large", storage_gib = { initial = 100, maximum = 200 }, partitions = 8, shards = 4 }
  nodes = {
    votes   = { instance_types = ["c7g.xlarge"], min = 3, max = 6 }
    readers = { instance_types = ["c7g.large", "m7g.large", "c6g.large"], min = 2, max = 4, spot = true }
  }
}

run "the_chart_is_told_topic_and_ranges" {
  command = plan

  assert {
    condition     = output.deployment.partitions == 8 && output.deployment.shards == 4 && output.deployment.data_cidrs == ["10.20.0.0/22", "10.20.4.0/22", "10.20.8.0/22"]
    error_message = "Partitions, shards and ranges reach the chart as they were planned."
  }
}

run "partitions_that_no_shard_divides_are_refused" {
  command = plan
  variables { kafka = { brokers = 3, instance_type = "kafka.m7g.large", storage_gib = { initial = 100, maximum = 200 }, partitions = 10, shards = 4 } }
  expect_failures = [var.kafka]
}

run "a_proxy_before_anything_else_is_refused" {
  command = plan
  variables { options = { database_proxies = ["cache"] } }
  expect_failures = [var.options]
}

run "a_region_that_is_none_is_refused" {
  command = plan
  variables { region = "Ireland" }
  expect_failures = [var.region]
}

run "an_open_api_server_is_refused" {
  command = plan
  variables { public_access_cidrs = ["0.0.0.0/0"] }
  expect_failures = [var.public_access_cidrs]
}

run "databases_that_share_no_shards_alike_are_refused" {
  command = plan
  variables { votes_databases = [for name in ["a", "b", "c"] : { name = name, instances = { one = { class = "db.r7g.large" } } }] }
  expect_failures = [var.votes_databases]
}
