# In production every service has another pod, on another node and in another zone.
package lib.replicas_and_spread

import data.lib.workload

own := {"ingestion", "processor", "aggregator", "registrar", "web"}

deny contains message if {
	is_own
	input.spec.replicas < 2
	not stands_by
	message := sprintf("%s: %d replicas are fewer than 2", [workload.name, input.spec.replicas])
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

# Of a blue and a green Deployment the one that does not work has no pods.
stands_by if input.spec.selector.matchLabels["suffrage.io/colour"]

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
