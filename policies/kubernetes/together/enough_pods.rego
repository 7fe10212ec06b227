# In production every service has at least two pods, by its own number or by its scaler's.
package lib.enough_pods

import data.lib.objects

own := {"ingestion", "processor", "aggregator", "registrar", "web"}

deny contains message if {
	objects.production
	some workload in objects.workloads
	objects.component(workload) in own
	workload.kind in {"Deployment", "StatefulSet", "Rollout"}
	not workload.spec.replicas
	not scaled(workload)
	message := sprintf("%s %s: it has neither replicas nor a scaler, so one pod", [workload.kind, workload.metadata.name])
}

scaled(workload) if {
	some scaler in objects.all
	scaler.kind in {"HorizontalPodAutoscaler", "ScaledObject"}
	scaler.spec.scaleTargetRef.name == workload.metadata.name
}
