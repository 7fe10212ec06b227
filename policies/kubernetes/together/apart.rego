# The registrar knows the voters and the others know the votes: no secret is read by both sides.
package lib.apart

import data.lib.objects

votes_side := {"ingestion", "processor", "aggregator", "audit"}

deny contains message if {
	some reader in objects.workloads
	objects.component(reader) == "registrar"
	some other in objects.workloads
	objects.component(other) in votes_side
	some secret in secrets_of(reader) & secrets_of(other)
	message := sprintf(
		"%s %s and %s %s both read Secret %s: voters' data and votes share no credentials",
		[reader.kind, reader.metadata.name, other.kind, other.metadata.name, secret],
	)
}

# A certificate authority's public certificate is no credential.
secrets_of(object) := {secret |
	some volume in objects.pod(object).volumes
	some secret in whole(volume) | projected(volume)
}

whole(volume) := {volume.secret.secretName |
	volume.secret
	not only_ca(volume.secret)
}

projected(volume) := {source.secret.name |
	some source in volume.projected.sources
	source.secret
	not only_ca(source.secret)
}

only_ca(source) if {
	count(source.items) > 0
	every item in source.items {
		item.key == "ca.crt"
	}
}
