// A double of the AWS provider: it serves the real provider's schema, cut down to the types that infra/opentofu uses, and
// passes read, plan and apply through. OpenTofu then finds what contradicts the schema and plans as it would against an empty
// account, offline and without credentials. The real provider takes an hour of CPU to build and 905 MB.
//
// It can't know what is not in a schema: which values AWS accepts, which changes replace a resource, what an API answers.
package main

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// Written by trim-schema.ts from what `tofu providers schema -json` prints with the real provider.
//
//go:embed schema.json.gz
var packedSchema []byte

const address = "registry.opentofu.org/hashicorp/aws"

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve() error {
	unpacked, err := gzip.NewReader(bytes.NewReader(packedSchema))
	if err != nil {
		return fmt.Errorf("unpack the schema: %w", err)
	}
	schemas, err := readSchemas(unpacked)
	if err != nil {
		return fmt.Errorf("read the schema: %w", err)
	}
	double := &double{schemas: schemas}
	return tf6server.Serve(address, func() tfprotov6.ProviderServer { return double })
}
