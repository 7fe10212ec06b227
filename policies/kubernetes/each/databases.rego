# A committed vote survives the loss of one instance, and the whole cluster can be put back to a moment.
package lib.databases

cluster if {
	input.kind == "Cluster"
	startswith(input.apiVersion, "postgresql.cnpg.io/")
}

deny contains message if {
	cluster
	input.spec.instances < 3
	message := sprintf("Cluster %s: %d instances are fewer than 3", [input.metadata.name, input.spec.instances])
}

deny contains message if {
	cluster
	object.get(input.spec, ["postgresql", "synchronous", "number"], 0) < 1
	message := sprintf("Cluster %s: a commit waits for no standby: set postgresql.synchronous", [input.metadata.name])
}

deny contains message if {
	cluster
	some setting in ["fsync", "full_page_writes", "synchronous_commit"]
	input.spec.postgresql.parameters[setting] in {"off", "local"}
	message := sprintf("Cluster %s: %s is off, and commits can be lost", [input.metadata.name, setting])
}

deny contains message if {
	cluster
	not has_backup
	message := sprintf("Cluster %s: there is no backup with its write-ahead log: set backup or plugins", [input.metadata.name])
}

has_backup if input.spec.backup.barmanObjectStore

has_backup if {
	some plugin in input.spec.plugins
	plugin.isWALArchiver == true
}
