# A pod may finish: the time before it is killed covers what it waits for balancers and the 25 s that a service gives itself.
package lib.graceful_stop

import data.lib.workload

own := {"ingestion", "processor", "aggregator", "registrar", "web"}

close_seconds := 25

deny contains message if {
	input.kind in workload.serving
	workload.component in own
	granted := object.get(workload.pod, "terminationGracePeriodSeconds", 30)
	some container in workload.pod.containers
	needed := (close_seconds + pre_stop(container)) + leave_wait(container)
	granted < needed
	message := sprintf(
		"%s: terminationGracePeriodSeconds is %d, and container %s may need %d s to end in good order",
		[workload.name, granted, container.name, needed],
	)
}

# A service that callers connect to serves on while they learn of its end.
deny contains message if {
	input.kind in workload.serving
	workload.component in (own - {"processor"})
	some container in workload.pod.containers
	container.name in own
	pre_stop(container) + leave_wait(container) < 5
	message := sprintf("%s: container %s closes before balancers have noticed: wait 5 s or longer (preStop.sleep or SUFFRAGE_LEAVE_WAIT)", [workload.name, container.name])
}

default pre_stop(_) := 0

pre_stop(container) := container.lifecycle.preStop.sleep.seconds

# A program takes its times in seconds: the chart's waits for an empty local queue.
pre_stop(container) := sum([to_number(word) |
	some word in container.lifecycle.preStop.exec.command
	regex.match(`^[0-9]+$`, word)
]) if container.lifecycle.preStop.exec

default leave_wait(_) := 0

leave_wait(container) := to_number(trim_suffix(variable.value, "s")) if {
	some variable in container.env
	variable.name == "SUFFRAGE_LEAVE_WAIT"
	regex.match(`^[0-9]+s$`, variable.value)
}
