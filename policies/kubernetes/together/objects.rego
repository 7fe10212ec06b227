# All objects of one rendering (`conftest test --combine`). Has no rule itself.
package lib.objects

all := [file.contents | some file in input]

workloads := [object | some object in all; object.kind in {"Deployment", "StatefulSet", "DaemonSet", "Rollout", "Job", "CronJob"}]

pod(object) := object.spec.jobTemplate.spec.template.spec if object.kind == "CronJob"

pod(object) := object.spec.template.spec if object.kind != "CronJob"

pod_labels(object) := object.spec.jobTemplate.spec.template.metadata.labels if object.kind == "CronJob"

pod_labels(object) := object.spec.template.metadata.labels if object.kind != "CronJob"

component(object) := object.metadata.labels["app.kubernetes.io/component"]

# Whether a selector's labels are all those of the pod; an empty selector takes every pod.
selects(selector, labels) if {
	not selector.matchExpressions
	every key, value in object.get(selector, "matchLabels", {}) {
		labels[key] == value
	}
}

# A settings object or a pod that says so.
production if {
	some config in all
	config.kind == "ConfigMap"
	config.data.SUFFRAGE_ENVIRONMENT == "production"
}

production if {
	some workload in workloads
	some container in pod(workload).containers
	some variable in container.env
	variable.name == "SUFFRAGE_ENVIRONMENT"
	variable.value == "production"
}
