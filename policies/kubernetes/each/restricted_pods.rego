# Pods run as the Pod Security standard `restricted` asks: no root, nothing of the node, nothing to gain.
package lib.restricted_pods

import data.lib.workload

deny contains message if {
	some container in workload.containers
	not is_not_root(container)
	message := sprintf("%s: container %s may run as root: set runAsNonRoot: true", [workload.name, container.name])
}

deny contains message if {
	some container in workload.containers
	workload.setting(container, "runAsUser") == 0
	message := sprintf("%s: container %s runs as user 0: leave runAsUser out or take another", [workload.name, container.name])
}

deny contains message if {
	some container in workload.containers
	object.get(container, ["securityContext", "allowPrivilegeEscalation"], true) != false
	message := sprintf("%s: container %s may gain privileges: set allowPrivilegeEscalation: false", [workload.name, container.name])
}

deny contains message if {
	some container in workload.containers
	container.securityContext.privileged == true
	message := sprintf("%s: container %s is privileged", [workload.name, container.name])
}

deny contains message if {
	some container in workload.containers
	not "ALL" in object.get(container, ["securityContext", "capabilities", "drop"], [])
	message := sprintf("%s: container %s keeps capabilities: drop [ALL]", [workload.name, container.name])
}

deny contains message if {
	some container in workload.containers
	some capability in container.securityContext.capabilities.add
	message := sprintf("%s: container %s adds capability %s", [workload.name, container.name, capability])
}

deny contains message if {
	some container in workload.containers
	not seccomp(container) in {"RuntimeDefault", "Localhost"}
	message := sprintf("%s: container %s has no seccomp profile: set seccompProfile.type: RuntimeDefault", [workload.name, container.name])
}

deny contains message if {
	some field in ["hostNetwork", "hostPID", "hostIPC"]
	workload.pod[field] == true
	message := sprintf("%s: %s shares what belongs to the node", [workload.name, field])
}

deny contains message if {
	some volume in workload.pod.volumes
	volume.hostPath
	message := sprintf("%s: volume %s is a directory of the node", [workload.name, volume.name])
}

is_not_root(container) if workload.setting(container, "runAsNonRoot") == true

default seccomp(_) := "none"

seccomp(container) := workload.setting(container, "seccompProfile").type
