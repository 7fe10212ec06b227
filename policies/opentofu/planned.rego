# What a plan (`tofu show -json`) would leave behind, for the rules beside this file.
package planned

# Resources of a type as they will be; what only AWS knows is missing from `values`, and true in `unknown`.
of_type(type) := [{"address": change.address, "values": change.change.after, "unknown": object.get(change.change, "after_unknown", {})} |
	some change in input.resource_changes
	change.type == type
	change.change.after != null
]

# Whether an argument is given; a key that the same apply makes has no name before it.
given(resource, path) if {
	not object.get(resource.values, path, null) in {null, ""}
}

given(resource, path) if object.get(resource.unknown, path, false) == true
