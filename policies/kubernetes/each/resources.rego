# A pod says what it needs, and how much memory it may take at most. No limit of CPU is asked for: it would only make
# acknowledgements late while the node has CPU to spare.
package lib.resources

import data.lib.workload

deny contains message if {
	some container in workload.containers
	some field in [["requests", "cpu"], ["requests", "memory"], ["limits", "memory"]]
	not object.get(container, array.concat(["resources"], field), false)
	message := sprintf("%s: container %s has no resources.%s", [workload.name, container.name, concat(".", field)])
}
