mock_provider "aws" {}

variables {
  name        = "suffrage-test"
  log_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/logs"
}

run "each_address_has_its_rate_and_is_told_when_to_come_back" {
  command = plan

  assert {
    condition     = toset([for rule in aws_wafv2_web_acl.this.rule : rule.name]) == toset(["known-bad-addresses", "rate-tokens", "rate-sessions", "rate-all"])
    error_message = "Three rates, and addresses that are known to be bad."
  }
  assert {
    condition     = alltrue([for rule in aws_wafv2_web_acl.this.rule : rule.action[0].block[0].custom_response[0].response_code == 429 if startswith(rule.name, "rate-")])
    error_message = "429 as the services answer it."
  }
}

run "nothing_is_sampled_or_logged_that_tells_who_voted" {
  command = plan

  assert {
    condition     = alltrue([for rule in aws_wafv2_web_acl.this.rule : !rule.visibility_config[0].sampled_requests_enabled])
    error_message = "Samples would show what voters sent."
  }
  assert {
    condition     = aws_wafv2_web_acl_logging_configuration.this.logging_filter[0].default_behavior == "DROP"
    error_message = "Only what was refused is logged."
  }
}

run "before_there_is_a_load_balancer_the_rest_can_be_made" {
  command = plan
  variables { shield_advanced = true }

  assert {
    condition     = length(aws_shield_protection.load_balancer) == 0 && length(aws_globalaccelerator_accelerator.this) == 0 && length(aws_cloudfront_distribution.page) == 0
    error_message = "What stands before the load balancer comes with a second apply."
  }
}

run "a_failover_moves_the_dials" {
  command = plan
  variables {
    accelerator = true
    endpoints = {
      "eu-west-1"    = { load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/a/1", dial = 0 }
      "eu-central-1" = { load_balancer_arn = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/b/2", dial = 100 }
    }
  }

  assert {
    condition     = aws_globalaccelerator_endpoint_group.region["eu-west-1"].traffic_dial_percentage == 0 && aws_globalaccelerator_endpoint_group.region["eu-central-1"].traffic_dial_percentage == 100
    error_message = "Traffic goes to the second region."
  }
  assert {
    condition     = alltrue([for group in aws_globalaccelerator_endpoint_group.region : one(group.endpoint_configuration).client_ip_preservation_enabled])
    error_message = "Limits by address need the address."
  }
}

run "votes_are_never_cached" {
  command = plan
  variables {
    page = { hosts = ["vote.example.org"], certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/1", origin_host = "origin.example.org" }
  }

  assert {
    condition     = aws_cloudfront_distribution.page["this"].default_cache_behavior[0].cache_policy_id == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" && [for behaviour in aws_cloudfront_distribution.page["this"].ordered_cache_behavior : behaviour.path_pattern] == ["/assets/*"]
    error_message = "Only the page's files are kept."
  }
  assert {
    condition     = aws_cloudfront_distribution.page["this"].viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021"
    error_message = "TLS 1.2 or newer."
  }
}

run "the_gateway_waits_longer_than_the_services_deadline" {
  command = plan
  variables {
    api_gateway = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/a/1/2", subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"], log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:a" }
  }

  assert {
    condition     = aws_apigatewayv2_integration.this["this"].timeout_milliseconds > 10000
    error_message = "A gateway that gives up first turns an accepted vote into an unknown one."
  }
}
