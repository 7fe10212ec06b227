# What stands in infra/opentofu's files and in no plan: what may never be destroyed, where states are, what would stand in them.
package source

# Votes, what they are encrypted with, and the states themselves.
kept := {"aws_kms_key", "aws_kms_replica_key", "aws_msk_cluster", "aws_rds_cluster", "aws_rds_global_cluster", "aws_s3_bucket"}

# An environment that keeps no votes says so by this one variable.
protections := {true, "${var.keep_votes}"}

# Each block with its name: conftest reads HCL's blocks as lists.
resources contains {"type": type, "name": sprintf("%s.%s", [type, name]), "values": values} if {
	some type, named in input.resource
	some name, blocks in named
	some values in blocks
}

deny contains sprintf("%s: prevent_destroy must be true, or var.keep_votes", [resource.name]) if {
	some resource in resources
	resource.type in kept
	protected := [lifecycle | some lifecycle in resource.values.lifecycle; lifecycle.prevent_destroy in protections]
	count(protected) == 0
}

deny contains sprintf("%s: %s would stand in the state; %s_wo does not", [resource.name, argument, argument]) if {
	some resource in resources
	some argument in {"auth_token", "master_password", "passwords", "secret_string"}
	argument in object.keys(resource.values)
}

deny contains sprintf("backend s3: %s must be true", [setting]) if {
	some terraform in input.terraform
	some backend in terraform.backend.s3
	some setting in {"encrypt", "use_lockfile"}
	object.get(backend, setting, false) != true
}
