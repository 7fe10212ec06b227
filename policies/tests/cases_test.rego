# Every rule on the cases in data/: what is right passes, what is wrong is refused with the words of its case.
package tests

changed(case) := json.patch(data.fixtures[case.of], object.get(case, "patch", []))

judged(rule, case) := messages if {
	messages := data.lib[rule].deny with input as changed(case)
}

holds(rule, case) if {
	not case.says
	count(judged(rule, case)) == 0
}

holds(rule, case) if {
	some message in judged(rule, case)
	contains(message, case.says)
}

refusals(rule) := [case | some case in data.cases[rule]; case.says]

acceptances(rule) := [case | some case in data.cases[rule]; not case.says]

both_ways(rule) if {
	count(refusals(rule)) > 0
	count(acceptances(rule)) > 0
	every case in array.concat(refusals(rule), acceptances(rule)) {
		print(rule, "-", case.name, "-", judged(rule, case))
		holds(rule, case)
	}
}

test_apart if both_ways("apart")

test_brokers if both_ways("brokers")

test_closed_network if both_ways("closed_network")

test_databases if both_ways("databases")

test_disruption if both_ways("disruption")

test_enough_pods if both_ways("enough_pods")

test_graceful_stop if both_ways("graceful_stop")

test_no_api_token if both_ways("no_api_token")

test_no_plain_secrets if both_ways("no_plain_secrets")

test_no_secrets_in_values if both_ways("no_secrets_in_values")

test_pinned_images if both_ways("pinned_images")

test_probes if both_ways("probes")

test_read_only_root if both_ways("read_only_root")

test_replicas_and_spread if both_ways("replicas_and_spread")

test_resources if both_ways("resources")

test_restricted_pods if both_ways("restricted_pods")

test_scaler if both_ways("scaler")

test_topic_settings if both_ways("topic_settings")

