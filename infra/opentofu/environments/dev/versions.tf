terraform {
  required_version = ">= 1.12.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.40.0, < 7.0.0"
    }
  }

  # Bucket and key are those of ../state. `use_lockfile`: two applies at once are refused by the bucket itself.
  backend "s3" {
    key          = "dev/tofu.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}
