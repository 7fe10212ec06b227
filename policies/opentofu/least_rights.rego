# No role may do everything, or something to everything.
package opentofu

import data.planned

# `ecr:GetAuthorizationToken` knows no narrower resource.
whole_account_actions := {"ecr:GetAuthorizationToken"}

statements contains {"address": resource.address, "statement": statement} if {
	some resource in planned.of_type("aws_iam_role_policy")
	some statement in json.unmarshal(resource.values.policy).Statement
	statement.Effect == "Allow"
}

# With an ARN in it that AWS chooses, all of a policy is known only after the apply: make infra-check judges that plan as well, and
# takes this warning for a fault there.
warn contains sprintf("%s: its rights are not known before the apply", [resource.address]) if {
	some resource in planned.of_type("aws_iam_role_policy")
	not resource.values.policy
}

warn contains sprintf("%s: whom it trusts is not known before the apply", [resource.address]) if {
	some resource in planned.of_type("aws_iam_role")
	not resource.values.assume_role_policy
}

listed(value) := value if is_array(value)

listed(value) := [value] if is_string(value)

deny contains sprintf("%s: the right to %s", [one.address, action]) if {
	some one in statements
	some action in listed(one.statement.Action)
	endswith(action, "*")
}

deny contains sprintf("%s: a right to every resource", [one.address]) if {
	some one in statements
	some resource in listed(one.statement.Resource)
	resource == "*"
	some action in listed(one.statement.Action)
	not action in whole_account_actions
}

deny contains sprintf("%s: anybody may take on this role", [resource.address]) if {
	some resource in planned.of_type("aws_iam_role")
	some statement in json.unmarshal(resource.values.assume_role_policy).Statement
	anybody(statement.Principal)
}

deny contains sprintf("%s: anybody may bring images", [resource.address]) if {
	some resource in planned.of_type("aws_ecr_registry_policy")
	some statement in json.unmarshal(resource.values.policy).Statement
	anybody(statement.Principal)
}

anybody("*")

anybody(principal) if principal.AWS == "*"
