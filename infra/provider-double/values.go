package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// fill replaces each null attribute by what `choose` gives (nil: it stays null), and forgets write-only ones, which no plan and
// no state may hold.
func fill(value tftypes.Value, schema *tfprotov6.Schema, choose func(*tfprotov6.SchemaAttribute, *tftypes.AttributePath) any) (tftypes.Value, error) {
	return tftypes.Transform(value, func(path *tftypes.AttributePath, found tftypes.Value) (tftypes.Value, error) {
		attribute := attributeAt(schema.Block, path)
		switch {
		case attribute == nil:
			return found, nil
		case attribute.WriteOnly:
			return tftypes.NewValue(found.Type(), nil), nil
		case found.IsNull():
			return tftypes.NewValue(found.Type(), choose(attribute, path)), nil
		default:
			return found, nil
		}
	})
}

// attributeAt is nil where the path leads to a block, or into an attribute.
func attributeAt(block *tfprotov6.SchemaBlock, path *tftypes.AttributePath) *tfprotov6.SchemaAttribute {
	steps := path.Steps()
	for i, step := range steps {
		name, named := step.(tftypes.AttributeName)
		if !named {
			continue
		}
		if attribute := attributeOf(block, string(name)); attribute != nil {
			if i == len(steps)-1 {
				return attribute
			}
			return nil
		}
		if block = blockNamed(block, string(name)); block == nil {
			return nil
		}
	}
	return nil
}

func attributeOf(block *tfprotov6.SchemaBlock, name string) *tfprotov6.SchemaAttribute {
	for _, attribute := range block.Attributes {
		if attribute.Name == name {
			return attribute
		}
	}
	return nil
}

func blockNamed(block *tfprotov6.SchemaBlock, name string) *tfprotov6.SchemaBlock {
	for _, nested := range block.BlockTypes {
		if nested.TypeName == name {
			return nested.Block
		}
	}
	return nil
}

// invent gives every unknown value one that depends on the resource alone: the same configuration gets the same state.
func invent(value tftypes.Value, resourceType string) (tftypes.Value, error) {
	sum := sha256.Sum256([]byte(resourceType + value.String()))
	mark := hex.EncodeToString(sum[:])[:8]
	return tftypes.Transform(value, func(path *tftypes.AttributePath, found tftypes.Value) (tftypes.Value, error) {
		if found.IsKnown() {
			return found, nil
		}
		return invented(found.Type(), lastName(path), resourceType, mark), nil
	})
}

func invented(kind tftypes.Type, name, resourceType, mark string) tftypes.Value {
	switch {
	case kind.Is(tftypes.String):
		return tftypes.NewValue(kind, text(name, resourceType, mark))
	case kind.Is(tftypes.Number):
		return tftypes.NewValue(kind, 1)
	case kind.Is(tftypes.Bool):
		return tftypes.NewValue(kind, false)
	}
	switch typed := kind.(type) {
	case tftypes.Object:
		members := map[string]tftypes.Value{}
		for member, memberKind := range typed.AttributeTypes {
			members[member] = invented(memberKind, member, resourceType, mark)
		}
		return tftypes.NewValue(kind, members)
	case tftypes.List:
		return tftypes.NewValue(kind, []tftypes.Value{invented(typed.ElementType, name, resourceType, mark)})
	case tftypes.Set:
		return tftypes.NewValue(kind, []tftypes.Value{invented(typed.ElementType, name, resourceType, mark)})
	case tftypes.Map:
		return tftypes.NewValue(kind, map[string]tftypes.Value{})
	default:
		return tftypes.NewValue(kind, nil)
	}
}

func text(name, resourceType, mark string) string {
	short := strings.TrimPrefix(resourceType, "aws_")
	switch {
	case name == "arn" || strings.HasSuffix(name, "_arn"):
		return fmt.Sprintf("arn:aws:double:eu-west-1:000000000000:%s/%s", short, mark)
	case name == "region":
		return "eu-west-1"
	case strings.HasPrefix(name, "bootstrap_brokers"):
		return fmt.Sprintf("b-1.%s.double.invalid:9098,b-2.%s.double.invalid:9098", mark, mark)
	case strings.Contains(name, "endpoint") || strings.Contains(name, "dns_name") || strings.Contains(name, "domain_name"):
		return fmt.Sprintf("%s.%s.double.invalid", mark, strings.ReplaceAll(short, "_", "-"))
	default:
		return fmt.Sprintf("%s-%s", strings.ReplaceAll(short, "_", "-"), mark)
	}
}

func lastName(path *tftypes.AttributePath) string {
	steps := path.Steps()
	for i := len(steps) - 1; i >= 0; i-- {
		if name, named := steps[i].(tftypes.AttributeName); named {
			return string(name)
		}
	}
	return ""
}
