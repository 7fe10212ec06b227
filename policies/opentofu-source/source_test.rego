# Each rule fires on what is wrong and is silent on what is right.
package source

one(type, values) := {"resource": {type: {"this": [values]}}}

stored(settings) := {"terraform": [{"backend": {"s3": [settings]}}]}

test_what_keeps_votes_is_never_destroyed if {
	every type in kept {
		count(deny) == 0 with input as one(type, {"lifecycle": [{"prevent_destroy": true}]})
		count(deny) == 0 with input as one(type, {"lifecycle": [{"prevent_destroy": "${var.keep_votes}"}]})
		count(deny) == 1 with input as one(type, {"lifecycle": [{"prevent_destroy": false}]})
		count(deny) == 1 with input as one(type, {"lifecycle": [{"ignore_changes": "all"}]})
		count(deny) == 1 with input as one(type, {"bucket": "votes"})
	}
	count(deny) == 0 with input as one("aws_vpc", {})
}

test_no_secret_stands_in_a_state if {
	count(deny) == 0 with input as one("aws_secretsmanager_secret_version", {"secret_string_wo": "x"})
	count(deny) == 1 with input as one("aws_secretsmanager_secret_version", {"secret_string": "x"})
	count(deny) == 1 with input as one("aws_elasticache_user", {"passwords": ["x"]})
}

test_states_are_encrypted_and_locked if {
	count(deny) == 0 with input as stored({"encrypt": true, "use_lockfile": true})
	count(deny) == 1 with input as stored({"encrypt": true})
	count(deny) == 1 with input as stored({"encrypt": false, "use_lockfile": true})
}
