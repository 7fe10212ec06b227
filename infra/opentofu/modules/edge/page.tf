locals {
  pages = var.page == null ? {} : { this = var.page }
  # AWS's own: never cached with everything passed on; cached as the origin says; everything but the host passed on.
  policies = {
    uncached   = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    by_headers = "83da9c7e-98b4-4e11-a168-04f0df8e2c65"
    pass_on    = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
  }
  # Kept as long as the origin says. The page's files have names that change with their content; what was stated officially never
  # changes, and an export says for 5 s whether it was annulled or audited. Live results are not among them: the origin says no-store, since
  # a number on a screen must not be older than the one before, and watchers get a stream.
  kept = [
    "/assets/*",
    "/api/results/v1/elections/*/results/document*",
    "/api/results/v1/elections/*/results/nist.json",
    "/api/results/v1/elections/*/results/official",
    "/api/results/v1/elections/*/results/addendum",
    "/api/results/v1/elections/*/seal",
    "/api/results/v1/elections/*/zero-report",
  ]
}

resource "aws_cloudfront_distribution" "page" {
  for_each = local.pages

  comment         = "${var.name}: page and results"
  enabled         = true
  is_ipv6_enabled = true
  http_version    = "http2and3"
  price_class     = each.value.price_class
  aliases         = each.value.hosts
  web_acl_id      = aws_wafv2_web_acl.this["page"].arn

  origin {
    origin_id   = "page"
    domain_name = each.value.origin_host

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
      # Streams of results send something every 15 s.
      origin_read_timeout = 60
    }
  }

  # Votes, tokens, streams and everything not named: never kept, always passed on.
  default_cache_behavior {
    target_origin_id         = "page"
    viewer_protocol_policy   = "https-only"
    allowed_methods          = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    cached_methods           = ["GET", "HEAD"]
    cache_policy_id          = local.policies.uncached
    origin_request_policy_id = local.policies.pass_on
    compress                 = true
  }

  dynamic "ordered_cache_behavior" {
    for_each = local.kept

    content {
      path_pattern             = ordered_cache_behavior.value
      target_origin_id         = "page"
      viewer_protocol_policy   = "https-only"
      allowed_methods          = ["GET", "HEAD"]
      cached_methods           = ["GET", "HEAD"]
      cache_policy_id          = local.policies.by_headers
      origin_request_policy_id = local.policies.pass_on
      compress                 = true
    }
  }

  viewer_certificate {
    acm_certificate_arn      = each.value.certificate_arn
    minimum_protocol_version = "TLSv1.2_2021"
    ssl_support_method       = "sni-only"
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }
}

resource "aws_shield_protection" "page" {
  for_each = { for name, distribution in aws_cloudfront_distribution.page : name => distribution.arn if var.shield_advanced }

  name         = "${var.name}-page"
  resource_arn = each.value
}
