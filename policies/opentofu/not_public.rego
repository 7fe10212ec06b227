# No store and no API server is open to the internet.
package opentofu

import data.planned

deny contains sprintf("%s: a database must have no public address", [resource.address]) if {
	some resource in planned.of_type("aws_rds_cluster_instance")
	resource.values.publicly_accessible != false
}

deny contains sprintf("%s: the log must have no public address", [resource.address]) if {
	some resource in planned.of_type("aws_msk_cluster")
	some group in resource.values.broker_node_group_info
	some connectivity in group.connectivity_info
	some access in connectivity.public_access
	access.type != "DISABLED"
}

deny contains sprintf("%s: the API server is open to the whole internet", [resource.address]) if {
	some resource in planned.of_type("aws_eks_cluster")
	some network in resource.values.vpc_config
	network.endpoint_public_access
	"0.0.0.0/0" in network.public_access_cidrs
}

deny contains sprintf("%s: lets in the whole internet", [resource.address]) if {
	some resource in planned.of_type("aws_vpc_security_group_ingress_rule")
	resource.values.cidr_ipv4 == "0.0.0.0/0"
}

deny contains sprintf("%s: all four ways to make a bucket public must be closed", [resource.address]) if {
	some resource in planned.of_type("aws_s3_bucket_public_access_block")
	some way in ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"]
	resource.values[way] != true
}
