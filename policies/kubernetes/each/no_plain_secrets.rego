# A secret is in a Secret that somebody else fills, and a pod reads it from a file.
package lib.no_plain_secrets

import data.lib.workload

deny contains message if {
	input.kind == "Secret"
	some part in ["data", "stringData"]
	some key, _ in input[part]
	key != "username"
	message := sprintf("Secret %s holds its %s in the manifest: let External Secrets or an operator fill it", [input.metadata.name, part])
}

deny contains message if {
	some container in workload.containers
	some variable in container.env
	looks_secret(variable.name)
	variable.value
	message := sprintf("%s: container %s has %s in plain text: name a file (…_FILE) instead", [workload.name, container.name, variable.name])
}

deny contains message if {
	some container in workload.containers
	some variable in container.env
	variable.valueFrom.secretKeyRef
	message := sprintf("%s: container %s has %s in its environment, which logs and dumps show: mount it as a file", [workload.name, container.name, variable.name])
}

deny contains message if {
	input.kind == "ConfigMap"
	some key, value in input.data
	carries_secret(value)
	message := sprintf("ConfigMap %s: %s holds a private key or a password", [input.metadata.name, key])
}

deny contains message if {
	some container in workload.containers
	some variable in container.env
	carries_secret(variable.value)
	message := sprintf("%s: container %s has a private key or a password in %s", [workload.name, container.name, variable.name])
}

looks_secret(name) if {
	regex.match(`(PASSWORD|SECRET|TOKEN|PRIVATE|CREDENTIAL|API_KEY)`, name)
	not endswith(name, "_FILE")
}

carries_secret(text) if contains(text, "PRIVATE KEY-----")

carries_secret(text) if regex.match(`[a-z]+://[^/\s:@]*:[^/\s:@]+@`, text)
