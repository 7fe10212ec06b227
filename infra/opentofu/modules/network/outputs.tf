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
