# What was acknowledged stays for the election and its audit window.
package opentofu

import data.planned

# An environment says how long votes must stay, as an output. Of one that does not, production's is asked for.
default stated_days := 365

stated_days := input.planned_values.outputs.audit_window_days.value

# The output comes from what is judged here, and would shrink with it: below this nothing is taken. Production is told by the name of
# its log, which only another log could change.
default least_days := 30

least_days := 365 if {
	some resource in planned.of_type("aws_msk_configuration")
	startswith(resource.values.name, "suffrage-production")
}

audit_window_days := max([stated_days, least_days])

required_properties := {
	# MSK's default lets every client of mTLS and SCRAM read and write votes.
	"allow.everyone.if.no.acl.found=false",
	"default.replication.factor=3",
	"min.insync.replicas=2",
	"unclean.leader.election.enable=false",
	"auto.create.topics.enable=false",
}

deny contains sprintf("%s: %s is missing", [resource.address, property]) if {
	some resource in planned.of_type("aws_msk_configuration")
	some property in required_properties
	not property in split(resource.values.server_properties, "\n")
}

deny contains sprintf("%s: the log must keep %d days or more", [resource.address, audit_window_days]) if {
	some resource in planned.of_type("aws_msk_configuration")
	hours := [to_number(trim_prefix(line, "log.retention.hours=")) |
		some line in split(resource.values.server_properties, "\n")
		startswith(line, "log.retention.hours=")
	]
	count([hour | some hour in hours; hour >= audit_window_days * 24]) == 0
}

deny contains sprintf("%s: brokers come in threes, three or more", [resource.address]) if {
	some resource in planned.of_type("aws_msk_cluster")
	resource.values.number_of_broker_nodes % 3 != 0
}

deny contains sprintf("%s: objects must stay %d days or more", [resource.address, audit_window_days]) if {
	some resource in planned.of_type("aws_s3_bucket_object_lock_configuration")
	some rule in resource.values.rule
	some retention in rule.default_retention
	retention.days < audit_window_days
}

deny contains sprintf("%s: backups must go back 7 days or more", [resource.address]) if {
	some resource in planned.of_type("aws_rds_cluster")
	resource.values.backup_retention_period < 7
}

deny contains sprintf("%s: a tag must mean the same image for ever", [resource.address]) if {
	some resource in planned.of_type("aws_ecr_repository")
	resource.values.image_tag_mutability != "IMMUTABLE"
}
