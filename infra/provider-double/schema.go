package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// What `tofu providers schema -json` prints, of one provider.
type printedSchemas struct {
	Provider   printedSchema            `json:"provider"`
	Resources  map[string]printedSchema `json:"resource_schemas"`
	Ephemerals map[string]printedSchema `json:"ephemeral_resource_schemas"`
}

type printedSchema struct {
	Version int64        `json:"version"`
	Block   printedBlock `json:"block"`
}

type printedBlock struct {
	Attributes map[string]printedAttribute `json:"attributes"`
	Blocks     map[string]printedNested    `json:"block_types"`
	Deprecated bool                        `json:"deprecated"`
}

type printedAttribute struct {
	Type       json.RawMessage `json:"type"`
	Required   bool            `json:"required"`
	Optional   bool            `json:"optional"`
	Computed   bool            `json:"computed"`
	Sensitive  bool            `json:"sensitive"`
	Deprecated bool            `json:"deprecated"`
	WriteOnly  bool            `json:"write_only"`
}

type printedNested struct {
	Mode  string       `json:"nesting_mode"`
	Block printedBlock `json:"block"`
	Min   int64        `json:"min_items"`
	Max   int64        `json:"max_items"`
}

type schemas struct {
	provider   *tfprotov6.Schema
	resources  map[string]*tfprotov6.Schema
	ephemerals map[string]*tfprotov6.Schema
}

func readSchemas(from io.Reader) (*schemas, error) {
	var printed printedSchemas
	if err := json.NewDecoder(from).Decode(&printed); err != nil {
		return nil, err
	}
	provider, err := schemaOf("the provider", printed.Provider)
	if err != nil {
		return nil, err
	}
	resources, err := schemasOf(printed.Resources)
	if err != nil {
		return nil, err
	}
	ephemerals, err := schemasOf(printed.Ephemerals)
	return &schemas{provider, resources, ephemerals}, err
}

func schemasOf(printed map[string]printedSchema) (map[string]*tfprotov6.Schema, error) {
	result := make(map[string]*tfprotov6.Schema, len(printed))
	for name, one := range printed {
		schema, err := schemaOf(name, one)
		if err != nil {
			return nil, err
		}
		result[name] = schema
	}
	return result, nil
}

func schemaOf(name string, printed printedSchema) (*tfprotov6.Schema, error) {
	block, err := blockOf(printed.Block)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &tfprotov6.Schema{Version: printed.Version, Block: block}, nil
}

func blockOf(printed printedBlock) (*tfprotov6.SchemaBlock, error) {
	block := &tfprotov6.SchemaBlock{Deprecated: printed.Deprecated}
	for name, one := range printed.Attributes {
		kind, err := tftypes.ParseJSONType(one.Type) //nolint:staticcheck // the only reader of this form
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		block.Attributes = append(block.Attributes, &tfprotov6.SchemaAttribute{
			Name: name, Type: kind, Required: one.Required, Optional: one.Optional, Computed: one.Computed,
			Sensitive: one.Sensitive, Deprecated: one.Deprecated, WriteOnly: one.WriteOnly,
		})
	}
	for name, one := range printed.Blocks {
		mode, known := nestings[one.Mode]
		if !known {
			return nil, fmt.Errorf("%s: unknown nesting %q", name, one.Mode)
		}
		inner, err := blockOf(one.Block)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		block.BlockTypes = append(block.BlockTypes, &tfprotov6.SchemaNestedBlock{
			TypeName: name, Block: inner, Nesting: mode, MinItems: one.Min, MaxItems: one.Max,
		})
	}
	return block, nil
}

var nestings = map[string]tfprotov6.SchemaNestedBlockNestingMode{
	"single": tfprotov6.SchemaNestedBlockNestingModeSingle,
	"list":   tfprotov6.SchemaNestedBlockNestingModeList,
	"set":    tfprotov6.SchemaNestedBlockNestingModeSet,
}
