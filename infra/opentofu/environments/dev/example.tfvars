# Copy to environment.tfvars, which is not committed, and fill in your own.
account_id      = "111122223333"
operators       = ["arn:aws:iam::111122223333:role/suffrage-operators"]
alarm_addresses = ["suffrage-operators@example.org"]
