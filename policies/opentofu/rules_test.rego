# Each rule fires on what is wrong and is silent on what is right.
package opentofu

one(type, values) := {
	"resource_changes": [{"address": sprintf("%s.it", [type]), "type": type, "change": {"after": values}}],
	"planned_values": {"outputs": {"audit_window_days": {"value": 90}}},
}

cases := [
	{"type": "aws_rds_cluster_instance", "right": {"publicly_accessible": false}, "wrong": {"publicly_accessible": true}},
	{
		"type": "aws_eks_cluster",
		"right": {"vpc_config": [{"endpoint_public_access": true, "public_access_cidrs": ["192.0.2.0/24"]}]},
		"wrong": {"vpc_config": [{"endpoint_public_access": true, "public_access_cidrs": ["0.0.0.0/0"]}]},
	},
	{"type": "aws_vpc_security_group_ingress_rule", "right": {"cidr_ipv4": "10.0.0.0/16"}, "wrong": {"cidr_ipv4": "0.0.0.0/0"}},
	{
		"type": "aws_s3_bucket_public_access_block",
		"right": {"block_public_acls": true, "block_public_policy": true, "ignore_public_acls": true, "restrict_public_buckets": true},
		"wrong": {"block_public_acls": true, "block_public_policy": false, "ignore_public_acls": true, "restrict_public_buckets": true},
	},
	{"type": "aws_rds_cluster", "right": database({}), "wrong": database({"storage_encrypted": false})},
	{"type": "aws_rds_cluster", "right": database({}), "wrong": database({"kms_key_id": null})},
	{"type": "aws_rds_cluster", "right": database({}), "wrong": database({"backup_retention_period": 1})},
	{
		"type": "aws_rds_cluster_parameter_group",
		"right": {"parameter": [{"name": "rds.force_ssl", "value": "1"}]},
		"wrong": {"parameter": [{"name": "rds.force_ssl", "value": "0"}]},
	},
	{"type": "aws_msk_cluster", "right": log({}), "wrong": log({"broker_node_group_info": [{"connectivity_info": [{"public_access": [{"type": "SERVICE_PROVIDED_EIPS"}]}]}]})},
	{"type": "aws_msk_cluster", "right": log({}), "wrong": log({"encryption_info": [at_rest({"client_broker": "TLS_PLAINTEXT", "in_cluster": true})]})},
	{"type": "aws_msk_cluster", "right": log({}), "wrong": log({"encryption_info": [{"encryption_in_transit": [{"client_broker": "TLS", "in_cluster": true}]}]})},
	{"type": "aws_msk_cluster", "right": log({}), "wrong": log({"client_authentication": [{"unauthenticated": true}]})},
	{"type": "aws_msk_cluster", "right": log({}), "wrong": log({"number_of_broker_nodes": 4})},
	{
		"type": "aws_elasticache_replication_group",
		"right": cache({}),
		"wrong": cache({"transit_encryption_mode": "preferred"}),
	},
	{"type": "aws_elasticache_replication_group", "right": cache({}), "wrong": cache({"at_rest_encryption_enabled": "false"})},
	{"type": "aws_elasticache_replication_group", "right": cache({}), "wrong": cache({"kms_key_id": ""})},
	{"type": "aws_cloudwatch_log_group", "right": {"retention_in_days": 90, "kms_key_id": "arn:key"}, "wrong": {"kms_key_id": "arn:key"}},
	{"type": "aws_cloudwatch_log_group", "right": {"retention_in_days": 90, "kms_key_id": "arn:key"}, "wrong": {"retention_in_days": 90}},
	{"type": "aws_prometheus_workspace", "right": {"kms_key_arn": "arn:key"}, "wrong": {}},
	{"type": "aws_secretsmanager_secret", "right": {"kms_key_id": "arn:key"}, "wrong": {"kms_key_id": null}},
	{"type": "aws_sns_topic", "right": {"kms_master_key_id": "arn:key"}, "wrong": {}},
	{"type": "aws_s3_bucket_server_side_encryption_configuration", "right": objects("aws:kms"), "wrong": objects("AES256")},
	{"type": "aws_kms_key", "right": {"enable_key_rotation": true}, "wrong": {"enable_key_rotation": false}},
	{
		"type": "aws_launch_template",
		"right": {"block_device_mappings": [{"ebs": [{"encrypted": "true"}]}]},
		"wrong": {"block_device_mappings": [{"ebs": [{"encrypted": "false"}]}]},
	},
	{"type": "aws_msk_configuration", "right": brokers("3", "2", "false", "8760"), "wrong": brokers("2", "2", "false", "8760")},
	{"type": "aws_msk_configuration", "right": brokers("3", "2", "false", "8760"), "wrong": brokers("3", "1", "false", "8760")},
	{"type": "aws_msk_configuration", "right": brokers("3", "2", "false", "8760"), "wrong": brokers("3", "2", "true", "8760")},
	{"type": "aws_msk_configuration", "right": brokers("3", "2", "false", "2160"), "wrong": brokers("3", "2", "false", "2159")},
	{
		"type": "aws_msk_configuration",
		"right": brokers("3", "2", "false", "2160"),
		"wrong": {"server_properties": replace(brokers("3", "2", "false", "2160").server_properties, "acl.found=false", "acl.found=true")},
	},
	{
		"type": "aws_s3_bucket_object_lock_configuration",
		"right": {"rule": [{"default_retention": [{"days": 90}]}]},
		"wrong": {"rule": [{"default_retention": [{"days": 89}]}]},
	},
	{"type": "aws_ecr_repository", "right": images("IMMUTABLE", "KMS", "arn:key"), "wrong": images("MUTABLE", "KMS", "arn:key")},
	{"type": "aws_ecr_repository", "right": images("IMMUTABLE", "KMS", "arn:key"), "wrong": images("IMMUTABLE", "AES256", "arn:key")},
	{"type": "aws_ecr_repository", "right": images("IMMUTABLE", "KMS", "arn:key"), "wrong": images("IMMUTABLE", "KMS", null)},
	{"type": "aws_iam_role_policy", "right": rights("s3:GetObject", "arn:aws:s3:::a/*"), "wrong": rights("s3:*", "arn:aws:s3:::a/*")},
	{"type": "aws_iam_role_policy", "right": rights("ecr:GetAuthorizationToken", "*"), "wrong": rights("s3:GetObject", "*")},
	{"type": "aws_iam_role", "right": trusts({"Service": "pods.eks.amazonaws.com"}), "wrong": trusts({"AWS": "*"})},
	{"type": "aws_iam_role", "right": trusts({"Service": "pods.eks.amazonaws.com"}), "wrong": trusts("*")},
	{"type": "aws_ecr_registry_policy", "right": lets({"AWS": "arn:aws:iam::111122223333:root"}), "wrong": lets({"AWS": "*"})},
]

log(other) := object.union(
	{
		"number_of_broker_nodes": 3,
		"broker_node_group_info": [{"connectivity_info": [{"public_access": [{"type": "DISABLED"}]}]}],
		"encryption_info": [at_rest({"client_broker": "TLS", "in_cluster": true})],
		"client_authentication": [{"unauthenticated": false}],
	},
	other,
)

at_rest(in_transit) := {"encryption_at_rest_kms_key_arn": "arn:key", "encryption_in_transit": [in_transit]}

database(other) := object.union({"storage_encrypted": true, "kms_key_id": "arn:key", "backup_retention_period": 35}, other)

cache(other) := object.union(
	{"at_rest_encryption_enabled": "true", "kms_key_id": "arn:key", "transit_encryption_enabled": true, "transit_encryption_mode": "required"},
	other,
)

images(tags, encryption, key) := {"image_tag_mutability": tags, "encryption_configuration": [{"encryption_type": encryption, "kms_key": key}]}

objects(algorithm) := {"rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": algorithm}]}]}

brokers(replicas, in_sync, unclean, hours) := {"server_properties": concat("\n", [
	sprintf("default.replication.factor=%s", [replicas]),
	sprintf("min.insync.replicas=%s", [in_sync]),
	sprintf("unclean.leader.election.enable=%s", [unclean]),
	"auto.create.topics.enable=false",
	"allow.everyone.if.no.acl.found=false",
	sprintf("log.retention.hours=%s", [hours]),
])}

rights(action, resource) := {"policy": json.marshal({"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]})}

lets(principal) := {"policy": json.marshal({"Statement": [{"Effect": "Allow", "Principal": principal, "Action": ["ecr:ReplicateImage"]}]})}

trusts(principal) := {"assume_role_policy": json.marshal({"Statement": [{"Effect": "Allow", "Principal": principal}]})}

# Each states less than the least.
production(hours) := one("aws_msk_configuration", object.union({"name": "suffrage-production-2-4-1-x-kraft"}, brokers("3", "2", "false", hours)))

locked(days) := object.union(production("8760"), {"resource_changes": array.concat(
	production("8760").resource_changes,
	one("aws_s3_bucket_object_lock_configuration", {"rule": [{"default_retention": [{"days": days}]}]}).resource_changes,
)})

states_a_day(hours) := object.union(
	one("aws_msk_configuration", brokers("3", "2", "false", hours)),
	{"planned_values": {"outputs": {"audit_window_days": {"value": 1}}}},
)

test_silent_on_what_is_right if {
	every example in cases {
		count(deny) == 0 with input as one(example.type, example.right)
	}
}

test_fires_on_what_is_wrong if {
	every example in cases {
		count(deny) == 1 with input as one(example.type, example.wrong)
	}
}

test_a_key_that_the_same_apply_makes_is_one if {
	planned := [{"address": "it", "type": "aws_sns_topic", "change": {"after": {}, "after_unknown": {"kms_master_key_id": true}}}]
	count(deny) == 0 with input as {"resource_changes": planned}
}

test_a_bucket_without_encryption_beside_it_is_refused if {
	alone := one("aws_s3_bucket", {})
	encrypted := one("aws_s3_bucket_server_side_encryption_configuration", objects("aws:kms"))
	count(deny) == 1 with input as alone
	count(deny) == 0 with input as {"resource_changes": array.concat(alone.resource_changes, encrypted.resource_changes)}
}

test_production_is_asked_for_where_no_window_is_named if {
	year := one("aws_msk_configuration", brokers("3", "2", "false", "8760"))
	count(deny) == 0 with input as object.remove(year, ["planned_values"])
	short := one("aws_msk_configuration", brokers("3", "2", "false", "8759"))
	count(deny) == 1 with input as object.remove(short, ["planned_values"])
}

test_production_keeps_a_year_whatever_it_states if {
	count(deny) == 0 with input as production("8760")
	count(deny) == 1 with input as production("8759")
	count(deny) == 0 with input as locked(365)
	count(deny) == 1 with input as locked(364)
}

test_no_environment_keeps_less_than_a_month if {
	count(deny) == 0 with input as states_a_day("720")
	count(deny) == 1 with input as states_a_day("719")
}

test_a_trust_that_nobody_knows_yet_is_named if {
	count(warn) == 1 with input as one("aws_iam_role", {"name": "it"})
	count(warn) == 0 with input as one("aws_iam_role", trusts({"Service": "pods.eks.amazonaws.com"}))
}

test_rights_that_nobody_knows_yet_are_named if {
	count(warn) == 1 with input as one("aws_iam_role_policy", {"role": "it"})
	count(warn) == 0 with input as one("aws_iam_role_policy", rights("s3:GetObject", "arn:aws:s3:::a/*"))
}
