# Each rule fires on what is wrong and is silent on what is right.
package opentofu

one(type, values) := {"resource_changes": [{"address": "it", "type": type, "change": {"after": values}}]}

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
	{"type": "aws_rds_cluster", "right": {"storage_encrypted": true}, "wrong": {"storage_encrypted": false}},
	{"type": "aws_rds_cluster", "right": {"storage_encrypted": true, "backup_retention_period": 35}, "wrong": {"storage_encrypted": true, "backup_retention_period": 1}},
	{
		"type": "aws_rds_cluster_parameter_group",
		"right": {"parameter": [{"name": "rds.force_ssl", "value": "1"}]},
		"wrong": {"parameter": [{"name": "rds.force_ssl", "value": "0"}]},
	},
	{"type": "aws_msk_cluster", "right": log({}), "wrong": log({"broker_node_group_info": [{"connectivity_info": [{"public_access": [{"type": "SERVICE_PROVIDED_EIPS"}]}]}]})},
	{"type": "aws_msk_cluster", "right": log({}), "wrong": log({"encryption_info": [{"encryption_in_transit": [{"client_broker": "TLS_PLAINTEXT", "in_cluster": true}]}]})},
	{"type": "aws_msk_cluster", "right": log({}), "wrong": log({"client_authentication": [{"unauthenticated": true}]})},
	{"type": "aws_msk_cluster", "right": log({}), "wrong": log({"number_of_broker_nodes": 4})},
	{
		"type": "aws_elasticache_replication_group",
		"right": {"transit_encryption_enabled": true, "transit_encryption_mode": "required"},
		"wrong": {"transit_encryption_enabled": true, "transit_encryption_mode": "preferred"},
	},
	{"type": "aws_cloudwatch_log_group", "right": {"retention_in_days": 90}, "wrong": {}},
	{"type": "aws_kms_key", "right": {"enable_key_rotation": true}, "wrong": {"enable_key_rotation": false}},
	{
		"type": "aws_launch_template",
		"right": {"block_device_mappings": [{"ebs": [{"encrypted": "true"}]}]},
		"wrong": {"block_device_mappings": [{"ebs": [{"encrypted": "false"}]}]},
	},
	{"type": "aws_msk_configuration", "right": brokers("3", "2", "false", "8760"), "wrong": brokers("2", "2", "false", "8760")},
	{"type": "aws_msk_configuration", "right": brokers("3", "2", "false", "8760"), "wrong": brokers("3", "1", "false", "8760")},
	{"type": "aws_msk_configuration", "right": brokers("3", "2", "false", "8760"), "wrong": brokers("3", "2", "true", "8760")},
	{"type": "aws_msk_configuration", "right": brokers("3", "2", "false", "720"), "wrong": brokers("3", "2", "false", "168")},
	{
		"type": "aws_s3_bucket_object_lock_configuration",
		"right": {"rule": [{"default_retention": [{"days": 365}]}]},
		"wrong": {"rule": [{"default_retention": [{"days": 7}]}]},
	},
	{"type": "aws_ecr_repository", "right": {"image_tag_mutability": "IMMUTABLE"}, "wrong": {"image_tag_mutability": "MUTABLE"}},
	{"type": "aws_iam_role_policy", "right": rights("s3:GetObject", "arn:aws:s3:::a/*"), "wrong": rights("s3:*", "arn:aws:s3:::a/*")},
	{"type": "aws_iam_role_policy", "right": rights("ecr:GetAuthorizationToken", "*"), "wrong": rights("s3:GetObject", "*")},
	{"type": "aws_iam_role", "right": trusts({"Service": "pods.eks.amazonaws.com"}), "wrong": trusts({"AWS": "*"})},
	{"type": "aws_iam_role", "right": trusts({"Service": "pods.eks.amazonaws.com"}), "wrong": trusts("*")},
]

log(other) := object.union(
	{
		"number_of_broker_nodes": 3,
		"broker_node_group_info": [{"connectivity_info": [{"public_access": [{"type": "DISABLED"}]}]}],
		"encryption_info": [{"encryption_in_transit": [{"client_broker": "TLS", "in_cluster": true}]}],
		"client_authentication": [{"unauthenticated": false}],
	},
	other,
)

brokers(replicas, in_sync, unclean, hours) := {"server_properties": concat("\n", [
	sprintf("default.replication.factor=%s", [replicas]),
	sprintf("min.insync.replicas=%s", [in_sync]),
	sprintf("unclean.leader.election.enable=%s", [unclean]),
	"auto.create.topics.enable=false",
	sprintf("log.retention.hours=%s", [hours]),
])}

rights(action, resource) := {"policy": json.marshal({"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]})}

trusts(principal) := {"assume_role_policy": json.marshal({"Statement": [{"Effect": "Allow", "Principal": principal}]})}

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
