# No service asks the cluster anything, so no pod holds a token for it.
package lib.no_api_token

import data.lib.workload

deny contains message if {
	object.get(workload.pod, "automountServiceAccountToken", true) != false
	message := sprintf("%s: its pods get a token for the cluster: set automountServiceAccountToken: false", [workload.name])
}
