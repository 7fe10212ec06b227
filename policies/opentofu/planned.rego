# What a plan (`tofu show -json`) would leave behind, for the rules beside this file.
package planned

# Resources of a type as they will be; what only AWS knows is missing from `values`.
of_type(type) := [{"address": change.address, "values": change.change.after} |
	some change in input.resource_changes
	change.type == type
	change.change.after != null
]
