# The scaler of the processors reads the log from its beginning and starts no pod that would get no partition.
package lib.scaler

deny contains message if {
	some trigger in kafka_triggers
	object.get(trigger.metadata, "offsetResetPolicy", "latest") != "earliest"
	message := sprintf("ScaledObject %s: a group without offsets would seem to have no lag: set offsetResetPolicy: earliest", [input.metadata.name])
}

deny contains message if {
	some trigger in kafka_triggers
	object.get(trigger.metadata, "allowIdleConsumers", "false") != "false"
	message := sprintf("ScaledObject %s: allowIdleConsumers starts pods that get no partition", [input.metadata.name])
}

kafka_triggers contains trigger if {
	input.kind == "ScaledObject"
	some trigger in input.spec.triggers
	trigger.type in {"kafka", "apache-kafka"}
}
