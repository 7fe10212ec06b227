mock_provider "aws" {}

variables {
  name        = "suffrage-test"
  log_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/logs"
}

run "each_address_has_its_rate_and_is_told_when_to_come_back" {
  command = plan

  assert {
    condition     = toset([for rule in aws_wafv2_web_acl.this["load-balancer"].rule : rule.name]) == toset(["known-bad-addresses", "rate-tokens", "rate-sessions", "rate-all"])
    error_message = "Three rates, and addresses that are known to be bad."
  }
  assert {
    condition     = alltrue([for rule in aws_wafv2_web_acl.this["load-balancer"].rule : rule.action[0].block[0].custom_response[0].response_code == 429 if startswith(rule.name, "rate-")])
    error_message = "429 as the services answer it."
  }
}

run "a_limit_that_is_set_leaves_the_others_as_they_are" {
  command = plan
  variables { rate_limits = { tokens = 500, sessions = null } }

  assert {
    condition     = { for rule in aws_wafv2_web_acl.this["load-balancer"].rule : rule.name => rule.statement[0].rate_based_statement[0].limit if startswith(rule.name, "rate-") } == { rate-tokens = 500, rate-sessions = 1000, rate-all = 20000 }
    error_message = "500 tokens, and the rest as they were."
  }
}

run "a_limit_below_what_WAF_counts_is_refused" {
  command = plan
  variables { rate_limits = { all = 9 } }
  expect_failures = [var.rate_limits]
}

run "nothing_is_sampled_or_logged_that_tells_who_voted" {
  command = plan

  assert {
    condition     = alltrue([for rule in aws_wafv2_web_acl.this["load-balancer"].rule : !rule.visibility_config[0].sampled_requests_enabled])
    error_message = "Samples would show what voters sent."
  }
  assert {
    condition     = aws_wafv2_web_acl_logging_configuration.this[0].logging_filter[0].default_behavior == "DROP"
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

run "shield_protects_all_that_stands_before_the_suite" {
  command = plan
  variables {
    shield_advanced = true
    load_balancer   = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/a/1"
    accelerator     = true
    endpoints       = { "eu-west-1" = { load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/a/1", dial = 100 } }
    page            = { hosts = ["vote.example.org"], certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/1", origin_host = "origin.example.org" }
  }

  assert {
    condition     = aws_shield_protection.load_balancer[0].resource_arn == var.load_balancer && length(aws_shield_protection.accelerator) == 1 && length(aws_shield_protection.page) == 1
    error_message = "Load balancer, accelerator and page."
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
    condition     = aws_cloudfront_distribution.page["this"].default_cache_behavior[0].cache_policy_id == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    error_message = "What is not named is never kept."
  }
  assert {
    condition     = alltrue([for behaviour in aws_cloudfront_distribution.page["this"].ordered_cache_behavior : startswith(behaviour.path_pattern, "/assets/") || startswith(behaviour.path_pattern, "/api/results/") && !contains(["/results", "/results*", "/votes*"], regex("/[^/]*$", behaviour.path_pattern))])
    error_message = "Only the page's files and what was stated officially are kept, as long as the origin says."
  }
  assert {
    condition     = length([for behaviour in aws_cloudfront_distribution.page["this"].ordered_cache_behavior : behaviour if strcontains(behaviour.path_pattern, "/results/document") && behaviour.cache_policy_id == "83da9c7e-98b4-4e11-a168-04f0df8e2c65"]) == 1
    error_message = "The official results are kept."
  }
  assert {
    condition     = aws_cloudfront_distribution.page["this"].viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021"
    error_message = "TLS 1.2 or newer."
  }
}

run "limits_by_address_stand_where_addresses_are_still_the_voters" {
  command = plan
  variables {
    page = { hosts = ["vote.example.org"], certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/1", origin_host = "origin.example.org" }
  }

  assert {
    condition     = aws_wafv2_web_acl.this["page"].scope == "CLOUDFRONT" && aws_wafv2_web_acl.this["page"].region == "us-east-1"
    error_message = "CloudFront's web ACLs are in us-east-1."
  }
  assert {
    condition     = toset([for rule in aws_wafv2_web_acl.this["page"].rule : rule.name]) == toset([for rule in aws_wafv2_web_acl.this["load-balancer"].rule : rule.name])
    error_message = "The same rules as before the load balancer."
  }
}

run "a_certificate_of_another_region_is_refused" {
  command = plan
  variables {
    page = { hosts = ["vote.example.org"], certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1", origin_host = "origin.example.org" }
  }
  expect_failures = [var.page]
}

run "an_accelerator_that_leads_nowhere_is_refused" {
  command = plan
  variables { accelerator = true }
  expect_failures = [var.endpoints]
}

run "the_gateway_waits_longer_than_the_services_deadline" {
  command = plan
  variables {
    api_gateway = { host = "api.example.org", certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1", listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/a/1/2", server_name = "votes.example.org", subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
  }

  assert {
    condition     = aws_apigatewayv2_integration.this["this"].timeout_milliseconds > 10000
    error_message = "A gateway that gives up first turns an accepted vote into an unknown one."
  }
  assert {
    condition     = aws_cloudwatch_log_group.gateway["this"].kms_key_id == var.log_key_arn && !strcontains(aws_apigatewayv2_stage.this["this"].access_log_settings[0].format, "sourceIp")
    error_message = "Its log is encrypted, and holds no address."
  }
}

run "the_gateway_is_reached_by_its_own_name_and_speaks_tls_on_both_sides" {
  command = plan
  variables {
    api_gateway = { host = "api.example.org", certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1", listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/a/1/2", server_name = "votes.example.org", subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
  }

  assert {
    condition     = aws_apigatewayv2_domain_name.this["this"].domain_name == "api.example.org" && aws_apigatewayv2_domain_name.this["this"].domain_name_configuration[0].security_policy == "TLS_1_2" && aws_apigatewayv2_api.this["this"].disable_execute_api_endpoint
    error_message = "Its host, by TLS 1.2 or newer, is the only way in."
  }
  assert {
    condition     = aws_apigatewayv2_api_mapping.this["this"].domain_name == "api.example.org"
    error_message = "The host leads to the API."
  }
  assert {
    condition     = aws_apigatewayv2_integration.this["this"].tls_config[0].server_name_to_verify == "votes.example.org" && aws_apigatewayv2_integration.this["this"].request_parameters["overwrite:header.Host"] == "votes.example.org"
    error_message = "The ALB's certificate is looked at, and the chart's ingress knows the host."
  }
  assert {
    condition     = length(aws_apigatewayv2_domain_name.this["this"].mutual_tls_authentication) == 0
    error_message = "Certificates of clients are asked for only with a truststore."
  }
}

run "with_a_truststore_only_who_shows_a_certificate_comes_in" {
  command = plan
  variables {
    api_gateway = { host = "api.example.org", certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1", listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/a/1/2", server_name = "votes.example.org", subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"], truststore = "s3://suffrage-clients/authorities.pem" }
  }

  assert {
    condition     = aws_apigatewayv2_domain_name.this["this"].mutual_tls_authentication[0].truststore_uri == "s3://suffrage-clients/authorities.pem"
    error_message = "The authorities that are trusted."
  }
}

run "a_gateway_with_a_certificate_of_another_region_is_refused" {
  command = plan
  variables {
    api_gateway = { host = "api.example.org", certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/1", listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/a/1/2", server_name = "votes.example.org", subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
  }
  expect_failures = [var.api_gateway]
}

run "before_all_regions_there_is_no_web_acl_that_nothing_stands_behind" {
  command = plan
  variables {
    regional    = false
    log_key_arn = null
    page        = { hosts = ["vote.example.org"], certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/1", origin_host = "origin.example.org" }
  }

  assert {
    condition     = keys(aws_wafv2_web_acl.this) == ["page"] && length(aws_cloudwatch_log_group.refused) == 0 && output.web_acl_arn == null
    error_message = "CloudFront's alone."
  }
}

run "a_log_without_a_key_is_refused" {
  command = plan
  variables { log_key_arn = null }
  expect_failures = [var.log_key_arn]
}
