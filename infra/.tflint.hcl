# What make infra-check FULL=1 reads infra/opentofu with: the rules that tflint carries, all of them. Its rules for AWS come from
# GitHub only.
plugin "terraform" {
  enabled = true
  preset  = "all"
}
