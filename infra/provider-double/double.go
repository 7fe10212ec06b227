package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// double answers what planning and applying ask for. The embedded interface stands for the rest (data sources, functions,
// imports), which infra/opentofu does not use.
type double struct {
	tfprotov6.ProviderServer
	schemas *schemas
}

func (d *double) GetMetadata(context.Context, *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	response := &tfprotov6.GetMetadataResponse{ServerCapabilities: &tfprotov6.ServerCapabilities{}}
	for name := range d.schemas.resources {
		response.Resources = append(response.Resources, tfprotov6.ResourceMetadata{TypeName: name})
	}
	for name := range d.schemas.ephemerals {
		response.EphemeralResources = append(response.EphemeralResources, tfprotov6.EphemeralResourceMetadata{TypeName: name})
	}
	return response, nil
}

func (d *double) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return &tfprotov6.GetProviderSchemaResponse{
		ServerCapabilities:       &tfprotov6.ServerCapabilities{},
		Provider:                 d.schemas.provider,
		ResourceSchemas:          d.schemas.resources,
		EphemeralResourceSchemas: d.schemas.ephemerals,
	}, nil
}

func (d *double) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

func (d *double) ValidateProviderConfig(_ context.Context, request *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: request.Config}, nil
}

func (d *double) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

func (d *double) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func (d *double) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

// The state is written as it is read back: there is one version of it.
func (d *double) UpgradeResourceState(_ context.Context, request *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	kind := d.schemas.resources[request.TypeName].ValueType()
	value, err := request.RawState.UnmarshalWithOpts(kind, tfprotov6.UnmarshalOpts{})
	if err != nil {
		return nil, err
	}
	state, err := tfprotov6.NewDynamicValue(kind, value)
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &state}, err
}

func (d *double) ReadResource(_ context.Context, request *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return &tfprotov6.ReadResourceResponse{NewState: request.CurrentState, Private: request.Private}, nil
}

// PlanResourceChange: what is computed is unknown until a resource exists, and stays as it is afterwards.
func (d *double) PlanResourceChange(_ context.Context, request *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	schema := d.schemas.resources[request.TypeName]
	kind := schema.ValueType()
	prior, err := request.PriorState.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	proposed, err := request.ProposedNewState.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	if !proposed.IsNull() {
		proposed, err = fill(proposed, schema, func(attribute *tfprotov6.SchemaAttribute, _ *tftypes.AttributePath) any {
			if prior.IsNull() && attribute.Computed {
				return tftypes.UnknownValue
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	planned, err := tfprotov6.NewDynamicValue(kind, proposed)
	return &tfprotov6.PlanResourceChangeResponse{PlannedState: &planned, PlannedPrivate: request.PriorPrivate}, err
}

// ApplyResourceChange: what was planned, with something plausible for each value that AWS would have chosen.
func (d *double) ApplyResourceChange(_ context.Context, request *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	schema := d.schemas.resources[request.TypeName]
	kind := schema.ValueType()
	planned, err := request.PlannedState.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	if !planned.IsNull() {
		if planned, err = invent(planned, request.TypeName); err != nil {
			return nil, err
		}
	}
	state, err := tfprotov6.NewDynamicValue(kind, planned)
	return &tfprotov6.ApplyResourceChangeResponse{NewState: &state, Private: request.PlannedPrivate}, err
}

func (d *double) ValidateEphemeralResourceConfig(context.Context, *tfprotov6.ValidateEphemeralResourceConfigRequest) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	return &tfprotov6.ValidateEphemeralResourceConfigResponse{}, nil
}

func (d *double) OpenEphemeralResource(_ context.Context, request *tfprotov6.OpenEphemeralResourceRequest) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	schema := d.schemas.ephemerals[request.TypeName]
	kind := schema.ValueType()
	config, err := request.Config.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	opened, err := fill(config, schema, func(attribute *tfprotov6.SchemaAttribute, _ *tftypes.AttributePath) any {
		if attribute.Computed {
			return tftypes.UnknownValue
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if opened, err = invent(opened, request.TypeName); err != nil {
		return nil, err
	}
	result, err := tfprotov6.NewDynamicValue(kind, opened)
	return &tfprotov6.OpenEphemeralResourceResponse{Result: &result}, err
}

func (d *double) RenewEphemeralResource(context.Context, *tfprotov6.RenewEphemeralResourceRequest) (*tfprotov6.RenewEphemeralResourceResponse, error) {
	return &tfprotov6.RenewEphemeralResourceResponse{}, nil
}

func (d *double) CloseEphemeralResource(context.Context, *tfprotov6.CloseEphemeralResourceRequest) (*tfprotov6.CloseEphemeralResourceResponse, error) {
	return &tfprotov6.CloseEphemeralResourceResponse{}, nil
}
