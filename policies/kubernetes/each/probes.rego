# What serves says when it has started, whether to send it work and whether it still turns.
package lib.probes

import data.lib.workload

deny contains message if {
	input.kind in workload.serving
	some container in workload.pod.containers
	some probe in ["startupProbe", "readinessProbe", "livenessProbe"]
	not container[probe]
	message := sprintf("%s: container %s has no %s", [workload.name, container.name, probe])
}

# A process that can't reach the log is not ready; to start it again would not help, and takes away what it still holds.
deny contains message if {
	input.kind in workload.serving
	some container in workload.pod.containers
	path := container.livenessProbe.httpGet.path
	path != "/health/live"
	startswith(path, "/health")
	message := sprintf("%s: container %s is restarted by %s, which asks its dependencies too: take /health/live", [workload.name, container.name, path])
}
