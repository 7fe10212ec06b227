# Values name secrets and never hold them: a values file is committed, printed and kept in every release.
package lib.no_secrets_in_values

secret_names := {"password", "passphrase", "secretKey", "privateKey", "accessKey", "clientSecret", "apiKey", "token"}

deny contains message if {
	[path, value] := walk(input)
	is_string(value)
	regex.match(`PRIVATE KEY-----`, value)
	message := sprintf("%s holds a private key", [at(path)])
}

deny contains message if {
	[path, value] := walk(input)
	is_string(value)
	regex.match(`[a-z]+://[^/\s:@]*:[^/\s:@]+@`, value)
	message := sprintf("%s holds an address with a password", [at(path)])
}

deny contains message if {
	[path, value] := walk(input)
	is_string(value)
	regex.match(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`, value)
	message := sprintf("%s holds an AWS access key", [at(path)])
}

deny contains message if {
	[path, value] := walk(input)
	is_string(value)
	value != ""
	path[count(path) - 1] in secret_names
	message := sprintf("%s is a secret in plain text: name a Secret and its key instead", [at(path)])
}

at(path) := concat(".", [sprintf("%v", [step]) | some step in path])
