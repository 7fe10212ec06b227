# What rests and what travels is encrypted.
package opentofu

import data.planned

deny contains sprintf("%s: storage must be encrypted", [resource.address]) if {
	some resource in planned.of_type("aws_rds_cluster")
	resource.values.storage_encrypted != true
}

deny contains sprintf("%s: connections without TLS must be refused (rds.force_ssl)", [resource.address]) if {
	some resource in planned.of_type("aws_rds_cluster_parameter_group")
	forced := [parameter | some parameter in resource.values.parameter; parameter.name == "rds.force_ssl"; parameter.value == "1"]
	count(forced) == 0
}

deny contains sprintf("%s: clients and brokers must speak TLS", [resource.address]) if {
	some resource in planned.of_type("aws_msk_cluster")
	tls := [transit |
		some encryption in resource.values.encryption_info
		some transit in encryption.encryption_in_transit
		transit.client_broker == "TLS"
		transit.in_cluster == true
	]
	count(tls) == 0
}

deny contains sprintf("%s: every client must prove who it is", [resource.address]) if {
	some resource in planned.of_type("aws_msk_cluster")
	some authentication in resource.values.client_authentication
	authentication.unauthenticated != false
}

deny contains sprintf("%s: TLS must be required", [resource.address]) if {
	some resource in planned.of_type("aws_elasticache_replication_group")
	not tls_required(resource.values)
}

tls_required(cache) if {
	cache.transit_encryption_enabled == true
	cache.transit_encryption_mode == "required"
}

deny contains sprintf("%s: a log group needs a retention", [resource.address]) if {
	some resource in planned.of_type("aws_cloudwatch_log_group")
	object.get(resource.values, "retention_in_days", 0) == 0
}

deny contains sprintf("%s: a key must turn", [resource.address]) if {
	some resource in planned.of_type("aws_kms_key")
	resource.values.enable_key_rotation != true
}

deny contains sprintf("%s: disks of nodes must be encrypted", [resource.address]) if {
	some resource in planned.of_type("aws_launch_template")
	some device in resource.values.block_device_mappings
	some disk in device.ebs
	disk.encrypted != "true"
}

# Where each type that rests on disks names our own key.
own_key := {
	"aws_cloudwatch_log_group": ["kms_key_id"],
	"aws_ecr_repository": ["encryption_configuration", 0, "kms_key"],
	"aws_elasticache_replication_group": ["kms_key_id"],
	"aws_msk_cluster": ["encryption_info", 0, "encryption_at_rest_kms_key_arn"],
	"aws_prometheus_workspace": ["kms_key_arn"],
	"aws_rds_cluster": ["kms_key_id"],
	"aws_secretsmanager_secret": ["kms_key_id"],
	"aws_sns_topic": ["kms_master_key_id"],
}

deny contains sprintf("%s: encrypted with a key of our own, or not at all", [resource.address]) if {
	some type, path in own_key
	some resource in planned.of_type(type)
	not planned.given(resource, path)
}

deny contains sprintf("%s: what a cache has on disk must be encrypted", [resource.address]) if {
	some resource in planned.of_type("aws_elasticache_replication_group")
	not resource.values.at_rest_encryption_enabled in {true, "true"}
}

deny contains sprintf("%s: images must be encrypted by KMS", [resource.address]) if {
	some resource in planned.of_type("aws_ecr_repository")
	some encryption in resource.values.encryption_configuration
	encryption.encryption_type != "KMS"
}

deny contains sprintf("%s: objects must be encrypted by KMS", [resource.address]) if {
	some resource in planned.of_type("aws_s3_bucket_server_side_encryption_configuration")
	some rule in resource.values.rule
	some encryption in rule.apply_server_side_encryption_by_default
	encryption.sse_algorithm != "aws:kms"
}

# A bucket and how it is encrypted have the same name.
deny contains sprintf("%s: nothing says how it is encrypted", [resource.address]) if {
	some resource in planned.of_type("aws_s3_bucket")
	beside := replace(resource.address, "aws_s3_bucket.", "aws_s3_bucket_server_side_encryption_configuration.")
	not beside in {one.address | some one in planned.of_type("aws_s3_bucket_server_side_encryption_configuration")}
}
