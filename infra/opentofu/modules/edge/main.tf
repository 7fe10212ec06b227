locals {
  # Before the ALB of the chart's ingress, whose annotation names this ACL (the chart's edge.rateLimit.wafAcl). Behind CloudFront
  # all voters come from CloudFront's addresses: there the same rules stand before it, where addresses are still the voters'.
  web_acls = merge(
    var.regional ? { load-balancer = { name = var.name, scope = "REGIONAL", region = null } } : {},
    { for key in keys(local.pages) : "page" => { name = "${var.name}-page", scope = "CLOUDFRONT", region = "us-east-1" } },
  )
}

moved {
  from = aws_wafv2_web_acl.this
  to   = aws_wafv2_web_acl.this["load-balancer"]
}

resource "aws_wafv2_web_acl" "this" {
  for_each = local.web_acls

  name        = each.value.name
  description = "What reaches the suite"
  scope       = each.value.scope
  region      = each.value.region

  default_action {
    allow {}
  }

  dynamic "rule" {
    for_each = length(var.blocked_countries) > 0 ? [var.blocked_countries] : []

    content {
      name     = "countries"
      priority = 0

      action {
        block {}
      }
      statement {
        geo_match_statement {
          country_codes = rule.value
        }
      }
      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "countries"
        sampled_requests_enabled   = false
      }
    }
  }

  rule {
    name     = "known-bad-addresses"
    priority = 10

    override_action {
      none {}
    }
    statement {
      managed_rule_group_statement {
        vendor_name = "AWS"
        name        = "AWSManagedRulesAmazonIpReputationList"
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "known-bad-addresses"
      sampled_requests_enabled   = false
    }
  }

  dynamic "rule" {
    for_each = local.rates

    content {
      name     = "rate-${rule.key}"
      priority = rule.value.priority

      action {
        block {
          # As the services answer it: 429 is for a client's own rate.
          custom_response {
            response_code = 429

            response_header {
              name  = "Retry-After"
              value = "60"
            }
          }
        }
      }
      statement {
        rate_based_statement {
          limit                 = rule.value.limit
          aggregate_key_type    = "IP"
          evaluation_window_sec = 300

          dynamic "scope_down_statement" {
            for_each = rule.value.path == null ? [] : [rule.value.path]

            content {
              regex_match_statement {
                regex_string = scope_down_statement.value

                field_to_match {
                  uri_path {}
                }
                text_transformation {
                  priority = 0
                  type     = "NORMALIZE_PATH"
                }
              }
            }
          }
        }
      }
      # Sampled requests would show what voters sent.
      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "rate-${rule.key}"
        sampled_requests_enabled   = false
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = each.value.name
    sampled_requests_enabled   = false
  }
}

locals {
  # Priorities: the narrow before the wide, so that metrics tell which limit was met.
  rates = {
    tokens   = { priority = 20, limit = var.rate_limits.tokens, path = "/v1/elections/[^/]+/tokens$" }
    sessions = { priority = 21, limit = var.rate_limits.sessions, path = "/v1/elections/[^/]+/sessions$" }
    all      = { priority = 22, limit = var.rate_limits.all, path = null }
  }
}

# The name must begin with aws-waf-logs-. Only what was refused, without what could tell who voted. The page's ACL counts and logs
# nothing: its log would stand in us-east-1, outside of the regions that voters' addresses stay in.
resource "aws_cloudwatch_log_group" "refused" {
  count = var.regional ? 1 : 0

  name              = "aws-waf-logs-${var.name}"
  retention_in_days = 30
  kms_key_id        = var.log_key_arn
}

resource "aws_wafv2_web_acl_logging_configuration" "this" {
  count = var.regional ? 1 : 0

  resource_arn            = aws_wafv2_web_acl.this["load-balancer"].arn
  log_destination_configs = [aws_cloudwatch_log_group.refused[0].arn]

  logging_filter {
    default_behavior = "DROP"

    filter {
      behavior    = "KEEP"
      requirement = "MEETS_ANY"

      condition {
        action_condition {
          action = "BLOCK"
        }
      }
    }
  }

  dynamic "redacted_fields" {
    for_each = ["authorization", "cookie"]

    content {
      single_header {
        name = redacted_fields.value
      }
    }
  }
}

resource "aws_shield_protection" "load_balancer" {
  count = var.shield_advanced && var.load_balancer != null ? 1 : 0

  name         = "${var.name}-load-balancer"
  resource_arn = var.load_balancer
}
