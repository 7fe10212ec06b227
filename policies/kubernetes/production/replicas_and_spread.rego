# In production every service has another pod, on another node and in another zone.
package lib.replicas_and_spread

import data.lib.workload

own := {"ingestion", "processor", "aggregator", "registrar", "web"}

deny contains message if {
	is_own
	# None are those of a region, or of a colour, that stands by.
	input.spec.replicas == 1
	message := sprintf("%s: one pod, and no other beside it", [workload.name])
}

deny contains message if {
	input.kind == "HorizontalPodAutoscaler"
	object.get(input.spec, "minReplicas", 1) < 2
	message := sprintf("HorizontalPodAutoscaler %s: minReplicas is below 2", [input.metadata.name])
}

deny contains message if {
	input.kind == "ScaledObject"
	object.get(input.spec, "minReplicaCount", 0) < 2
	message := sprintf("ScaledObject %s: minReplicaCount is below 2", [input.metadata.name])
}

deny contains message if {
	is_own
	some key in ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
	not spread_over(key)
	message := sprintf("%s: its pods may all be in one %s: set topologySpreadConstraints or podAntiAffinity", [workload.name, key])
}

is_own if {
	input.kind in {"Deployment", "StatefulSet", "Rollout"}
	workload.component in own
}

spread_over(key) if {
	some constraint in workload.pod.topologySpreadConstraints
	constraint.topologyKey == key
}

spread_over(key) if {
	some term in workload.pod.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution
	term.topologyKey == key
}

spread_over(key) if {
	some weighted in workload.pod.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution
	weighted.podAffinityTerm.topologyKey == key
}
