terraform {
  required_version = ">= 1.12.0"

  required_providers {
    # Handed on to the modules, which have the resources.
    # tflint-ignore: terraform_unused_required_providers
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.40.0, < 7.0.0"
    }
  }
}
