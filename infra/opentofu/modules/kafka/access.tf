locals {
  client_ports = merge(
    { iam = 9098 },
    length(var.certificate_authority_arns) > 0 ? { mtls = 9094 } : {},
    length(var.scram_secret_arns) > 0 ? { scram = 9096 } : {},
    { jmx_metrics = 11001, node_metrics = 11002 },
  )
  openings = {
    for pair in setproduct(keys(var.client_security_group_ids), keys(local.client_ports)) :
    "${pair[0]}-${pair[1]}" => { client = var.client_security_group_ids[pair[0]], port = local.client_ports[pair[1]] }
  }
}

resource "aws_security_group" "brokers" {
  name        = "${var.name}-brokers"
  description = "Kafka brokers"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-brokers" }
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = local.openings

  security_group_id            = aws_security_group.brokers.id
  referenced_security_group_id = each.value.client
  description                  = each.key
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}
