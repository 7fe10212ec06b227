resource "aws_globalaccelerator_accelerator" "this" {
  count = var.accelerator ? 1 : 0

  name            = var.name
  ip_address_type = "IPV4"
  enabled         = true

  # Flow logs would tie voters' addresses to times.
  attributes {
    flow_logs_enabled = false
  }
}

resource "aws_globalaccelerator_listener" "https" {
  count = var.accelerator ? 1 : 0

  accelerator_arn = aws_globalaccelerator_accelerator.this[0].arn
  protocol        = "TCP"
  client_affinity = "NONE"

  port_range {
    from_port = 443
    to_port   = 443
  }
}

resource "aws_globalaccelerator_endpoint_group" "region" {
  for_each = var.accelerator ? var.endpoints : {}

  listener_arn                  = aws_globalaccelerator_listener.https[0].arn
  endpoint_group_region         = each.key
  traffic_dial_percentage       = each.value.dial
  health_check_protocol         = "TCP"
  health_check_port             = 443
  health_check_interval_seconds = 10
  threshold_count               = 3

  endpoint_configuration {
    endpoint_id = each.value.load_balancer_arn
    weight      = 128
    # Without it every limit by address would count all voters as one.
    client_ip_preservation_enabled = true
  }
}

resource "aws_shield_protection" "accelerator" {
  count = var.shield_advanced && var.accelerator ? 1 : 0

  name         = "${var.name}-accelerator"
  resource_arn = aws_globalaccelerator_accelerator.this[0].arn
}
