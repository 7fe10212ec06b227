# When nodes are drained, a service in production keeps pods: each has a budget, and no budget blocks a drain for ever.
package lib.disruption

import data.lib.objects

own := {"ingestion", "processor", "aggregator", "registrar", "web"}

deny contains message if {
	objects.production
	some workload in objects.workloads
	objects.component(workload) in own
	workload.kind in {"Deployment", "StatefulSet", "Rollout"}
	not has_budget(workload)
	message := sprintf("%s %s: it has no PodDisruptionBudget", [workload.kind, workload.metadata.name])
}

deny contains message if {
	some budget in budgets
	budget.spec.maxUnavailable in {0, "0", "0%"}
	message := sprintf("PodDisruptionBudget %s lets no node be drained", [budget.metadata.name])
}

budgets := [object | some object in objects.all; object.kind == "PodDisruptionBudget"]

has_budget(workload) if {
	some budget in budgets
	objects.selects(budget.spec.selector, objects.pod_labels(workload))
}
