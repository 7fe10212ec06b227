# What the rules ask of an object that runs pods. Has no rule itself.
package lib.workload

templated := {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout", "Job"}

# Those that run until they are stopped, as opposed to those that end.
serving := templated - {"Job"}

pod := input.spec if input.kind == "Pod"

pod := input.spec.template.spec if input.kind in templated

pod := input.spec.jobTemplate.spec.template.spec if input.kind == "CronJob"

containers contains container if some container in pod.containers

containers contains container if some container in pod.initContainers

name := sprintf("%s %s", [input.kind, input.metadata.name])

component := input.metadata.labels["app.kubernetes.io/component"]

# What a container says of itself goes before what its pod says.
setting(container, field) := container.securityContext[field]

setting(container, field) := pod.securityContext[field] if not field in object.keys(object.get(container, "securityContext", {}))
