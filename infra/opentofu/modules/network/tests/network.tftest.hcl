mock_provider "aws" {}

variables {
  name        = "suffrage-test"
  region      = "eu-west-1"
  zones       = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
  cidr        = "10.20.0.0/16"
  log_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/logs"
}

run "ranges_of_all_subnets_lie_apart_within_the_network" {
  command = plan

  assert {
    condition     = [for zone in var.zones : aws_subnet.private[zone].cidr_block] == ["10.20.64.0/18", "10.20.128.0/18", "10.20.192.0/18"]
    error_message = "Pods have one /18 in each zone."
  }
  assert {
    condition     = [for zone in var.zones : aws_subnet.data[zone].cidr_block] == ["10.20.0.0/22", "10.20.4.0/22", "10.20.8.0/22"]
    error_message = "Brokers and databases have one /22 in each zone."
  }
  assert {
    condition     = [for zone in var.zones : aws_subnet.public[zone].cidr_block] == ["10.20.16.0/22", "10.20.20.0/22", "10.20.24.0/22"]
    error_message = "Load balancers have one /22 in each zone."
  }
}

run "zones_do_not_depend_on_each_other_for_the_way_out" {
  command = plan

  assert {
    condition     = length(aws_nat_gateway.this) == 3
    error_message = "Each zone has a NAT gateway of its own."
  }
  assert {
    condition     = alltrue([for subnet in aws_subnet.public : !subnet.map_public_ip_on_launch])
    error_message = "Nothing gets a public address by being started."
  }
}

run "a_small_environment_has_one_way_out" {
  command = plan
  variables { nat_gateways = "single" }

  assert {
    condition     = length(aws_nat_gateway.this) == 1 && length(aws_route.through_nat) == 3
    error_message = "All zones share the one gateway."
  }
}

run "accepted_connections_are_never_logged" {
  command = plan

  assert {
    condition     = aws_flow_log.rejected.traffic_type == "REJECT"
    error_message = "A log of accepted connections ties voters' addresses to times."
  }
}

run "two_zones_are_too_few" {
  command = plan
  variables { zones = ["eu-west-1a", "eu-west-1b"] }
  expect_failures = [var.zones]
}

run "a_smaller_range_is_refused" {
  command = plan
  variables { cidr = "10.20.0.0/20" }
  expect_failures = [var.cidr]
}
