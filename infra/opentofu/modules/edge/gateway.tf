locals {
  gateways = var.api_gateway == null ? {} : { this = var.api_gateway }
}

resource "aws_apigatewayv2_api" "this" {
  for_each = local.gateways

  name                         = var.name
  description                  = "REST under a name of its own"
  protocol_type                = "HTTP"
  disable_execute_api_endpoint = true
}

# The only way in: the API's own address is off.
resource "aws_apigatewayv2_domain_name" "this" {
  for_each = local.gateways

  domain_name = each.value.host

  domain_name_configuration {
    certificate_arn = each.value.certificate_arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }

  dynamic "mutual_tls_authentication" {
    for_each = each.value.truststore == null ? [] : [each.value.truststore]

    content {
      truststore_uri = mutual_tls_authentication.value
    }
  }
}

resource "aws_apigatewayv2_api_mapping" "this" {
  for_each = local.gateways

  api_id      = aws_apigatewayv2_api.this[each.key].id
  domain_name = aws_apigatewayv2_domain_name.this[each.key].domain_name
  stage       = aws_apigatewayv2_stage.this[each.key].id
}

resource "aws_apigatewayv2_vpc_link" "this" {
  for_each = local.gateways

  name               = var.name
  subnet_ids         = each.value.subnet_ids
  security_group_ids = each.value.security_group_ids
}

resource "aws_apigatewayv2_integration" "this" {
  for_each = local.gateways

  api_id                 = aws_apigatewayv2_api.this[each.key].id
  integration_type       = "HTTP_PROXY"
  integration_method     = "ANY"
  integration_uri        = each.value.listener_arn
  connection_type        = "VPC_LINK"
  connection_id          = aws_apigatewayv2_vpc_link.this[each.key].id
  payload_format_version = "1.0"
  # The chart's ALB tells services apart by the host, and would not know the gateway's.
  request_parameters = { "overwrite:header.Host" = each.value.server_name }
  # Longer than the services take to answer: theirs are the deadlines.
  timeout_milliseconds = 15000

  # Without it the link would speak HTTP.
  tls_config {
    server_name_to_verify = each.value.server_name
  }
}

resource "aws_apigatewayv2_route" "this" {
  for_each = local.gateways

  api_id    = aws_apigatewayv2_api.this[each.key].id
  route_key = "$default"
  target    = "integrations/${aws_apigatewayv2_integration.this[each.key].id}"
}

resource "aws_cloudwatch_log_group" "gateway" {
  for_each = local.gateways

  name              = "/suffrage/${var.name}/api-gateway"
  retention_in_days = 30
  kms_key_id        = var.log_key_arn
}

resource "aws_apigatewayv2_stage" "this" {
  for_each = local.gateways

  api_id      = aws_apigatewayv2_api.this[each.key].id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit  = each.value.requests_per_second
    throttling_burst_limit = each.value.requests_per_second
  }

  # Neither addresses nor paths: a path names an election, an address a voter.
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.gateway[each.key].arn
    format          = jsonencode({ status = "$context.status", latency = "$context.responseLatency", error = "$context.integrationErrorMessage" })
  }
}
