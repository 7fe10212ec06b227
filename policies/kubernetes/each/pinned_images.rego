# Everybody can say what is running: an image has a version that is not `latest`, or a digest.
package lib.pinned_images

import data.lib.workload

deny contains message if {
	some container in workload.containers
	not pinned(container.image)
	message := sprintf("%s: container %s has image %s: give a version or a digest", [workload.name, container.name, container.image])
}

# In a registry's address a colon may stand before a port: a version has no slash after it.
pinned(image) if {
	regex.match(`:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$`, image)
	not endswith(image, ":latest")
}

pinned(image) if regex.match(`@sha256:[0-9a-f]{64}$`, image)
