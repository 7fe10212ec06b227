# The brokers lose nothing that was acknowledged: no topic by accident, no leader that lacks records, disks that stay.
package lib.brokers

required := {
	"auto.create.topics.enable": "false",
	"unclean.leader.election.enable": "false",
	"default.replication.factor": "3",
	"min.insync.replicas": "2",
}

deny contains message if {
	input.kind == "Kafka"
	some setting, value in required
	found := object.get(input, ["spec", "kafka", "config", setting], "not set")
	sprintf("%v", [found]) != value
	message := sprintf("Kafka %s: %s is %v and must be %s", [input.metadata.name, setting, found, value])
}

deny contains message if {
	input.kind == "Kafka"
	not input.spec.kafka.rack.topologyKey
	message := sprintf("Kafka %s: brokers don't know their zones (spec.kafka.rack.topologyKey), so copies may share one", [input.metadata.name])
}

deny contains message if {
	input.kind == "Kafka"
	some listener in input.spec.kafka.listeners
	listener.tls == false
	message := sprintf("Kafka %s: listener %s is not encrypted", [input.metadata.name, listener.name])
}

deny contains message if {
	input.kind == "KafkaNodePool"
	"broker" in input.spec.roles
	input.spec.replicas < 3
	message := sprintf("KafkaNodePool %s: %d brokers are fewer than 3", [input.metadata.name, input.spec.replicas])
}

deny contains message if {
	input.kind == "KafkaNodePool"
	some storage in storages
	storage.type == "ephemeral"
	message := sprintf("KafkaNodePool %s: its storage ends with the pod", [input.metadata.name])
}

deny contains message if {
	input.kind == "KafkaNodePool"
	some storage in storages
	storage.type != "ephemeral"
	object.get(storage, "deleteClaim", true) != false
	message := sprintf("KafkaNodePool %s: its volumes go with the cluster's object: set deleteClaim: false", [input.metadata.name])
}

storages contains input.spec.storage if input.spec.storage.type != "jbod"

storages contains volume if {
	input.spec.storage.type == "jbod"
	some volume in input.spec.storage.volumes
}
