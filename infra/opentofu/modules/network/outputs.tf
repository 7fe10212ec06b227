output "vpc_id" {
  description = "The network."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "Its address range."
  value       = aws_vpc.this.cidr_block
}

output "data_subnet_ids" {
  description = "Subnets of brokers, databases and caches, in the order of the zones."
  value       = [for zone in var.zones : aws_subnet.data[zone].id]
}

output "private_subnet_ids" {
  description = "Subnets of nodes and pods, in the order of the zones."
  value       = [for zone in var.zones : aws_subnet.private[zone].id]
}

output "public_subnet_ids" {
  description = "Subnets of public load balancers, in the order of the zones."
  value       = [for zone in var.zones : aws_subnet.public[zone].id]
}

output "data_cidrs" {
  description = "Address ranges of brokers, databases and caches: what the chart's network policies let pods reach."
  value       = [for zone in var.zones : local.data_ranges[zone]]
}

output "public_cidrs" {
  description = "Address ranges of public load balancers: where requests from outside come from."
  value       = [for zone in var.zones : local.public_ranges[zone]]
}
