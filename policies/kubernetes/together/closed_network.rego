# Nobody talks to a pod, and no pod to anybody, unless a policy says so.
package lib.closed_network

import data.lib.objects

deny contains message if {
	some workload in objects.workloads
	some direction in ["Ingress", "Egress"]
	not covered(workload, direction)
	message := sprintf("%s %s: no NetworkPolicy limits its %s", [workload.kind, workload.metadata.name, lower(direction)])
}

deny contains message if {
	some policy in policies
	some direction in ["ingress", "egress"]
	some rule in policy.spec[direction]
	count(rule) == 0
	message := sprintf("NetworkPolicy %s: an empty %s rule allows everything", [policy.metadata.name, direction])
}

policies := [object | some object in objects.all; object.kind == "NetworkPolicy"]

covered(workload, direction) if {
	some policy in policies
	direction in policy.spec.policyTypes
	objects.selects(policy.spec.podSelector, objects.pod_labels(workload))
}
