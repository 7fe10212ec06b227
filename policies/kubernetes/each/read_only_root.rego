# What runs can't be changed from inside: the images' files stay as they were built, and writing has volumes of its own.
package lib.read_only_root

import data.lib.workload

deny contains message if {
	some container in workload.containers
	object.get(container, ["securityContext", "readOnlyRootFilesystem"], false) != true
	message := sprintf("%s: container %s may write to its own files: set readOnlyRootFilesystem: true", [workload.name, container.name])
}
