# The topics keep what the services promise: the same settings that ingestion asks for when it starts.
package lib.topic_settings

import data.lib.required_topic_settings

deny contains message if {
	input.kind == "KafkaTopic"
	some setting, value in required_topic_settings[kind_of_topic]
	found := object.get(input, ["spec", "config", setting], "not set")
	in_words(found) != value
	message := sprintf("KafkaTopic %s: %s is %s and must be %s", [input.metadata.name, setting, in_words(found), value])
}

# Great numbers would be written as 8.64e+07.
in_words(found) := format_int(found, 10) if is_number(found)

in_words(found) := lower(sprintf("%v", [found])) if not is_number(found)

deny contains message if {
	input.kind == "KafkaTopic"
	required_topic_settings[kind_of_topic]
	input.spec.replicas < 3
	message := sprintf("KafkaTopic %s: %d replicas are fewer than 3", [input.metadata.name, input.spec.replicas])
}

# `votes`, or `europe.votes` of an installation with a prefix.
topic_name := object.get(input, ["spec", "topicName"], input.metadata.name)

kind_of_topic := "votes" if regex.match(`^([a-z0-9-]+\.)?votes$`, topic_name)

kind_of_topic := "elections" if regex.match(`^([a-z0-9-]+\.)?elections$`, topic_name)

kind_of_topic := "quarantine" if regex.match(`^([a-z0-9-]+\.)?votes\.quarantine$`, topic_name)
