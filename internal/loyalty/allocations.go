package loyalty

import (
	"errors"
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// Allocation is a code of a definition's pool. A benefit that is given from the
// definition takes the oldest one that is free and valid.
type Allocation struct {
	ID        int64          `json:"id"`
	Code      scalar.Text    `json:"code"`
	Value     *scalar.Amount `json:"value"`
	ValidFrom scalar.Time    `json:"valid_from"`
	ValidTo   scalar.Time    `json:"valid_to"`
	// DefinitionType is benefit_definition, point_definition or reward_definition.
	DefinitionType scalar.Text `json:"definition_type"`
	DefinitionID   int64       `json:"definition_id"`
	// InstanceID is what took the code, null while it is free.
	InstanceID  scalar.Int  `json:"instance_id"`
	AllocatedAt scalar.Time `json:"allocated_at"`
	CreatedAt   scalar.Time `json:"created_at"`
	UpdatedAt   scalar.Time `json:"updated_at"`
}

// AllocationInput is what a request says about a code.
type AllocationInput struct {
	Code           scalar.Text    `json:"code" required:"true" doc:"unique in the definition's pool"`
	Value          *scalar.Amount `json:"value" doc:"the value of the benefit that takes it"`
	ValidFrom      scalar.Time    `json:"valid_from"`
	ValidTo        scalar.Time    `json:"valid_to"`
	DefinitionType scalar.Text    `json:"definition_type" enum:"benefit_definition,point_definition,reward_definition" doc:"benefit_definition when not given"`
	DefinitionID   scalar.Int     `json:"definition_id" required:"true"`
}

const definitionSuffix = "_definition"

// CreateAllocation adds a code to a pool.
func CreateAllocation(t *store.Tenant, in AllocationInput) (Allocation, error) {
	var rec store.Allocation
	if err := in.apply(t, &rec); err != nil {
		return Allocation{}, err
	}
	if err := takenCode(t.InsertAllocation(&rec)); err != nil {
		return Allocation{}, fmt.Errorf("insert allocation: %w", err)
	}
	return showAllocation(rec), nil
}

// ReadAllocation returns one code.
func ReadAllocation(t *store.Tenant, id int64) (Allocation, error) {
	rec, err := t.Allocation(id, false)
	return showAllocation(rec), missing(err, "allocation", id)
}

// ListAllocations returns a page of the codes of all pools.
func ListAllocations(t *store.Tenant, l store.List) (store.Page[Allocation], error) {
	p, err := t.Allocations(l)
	return pageOf(p, showAllocation), err
}

// UpdateAllocation has patch overlay a free code. A *ConflictError refuses to
// change one that was taken.
func UpdateAllocation(t *store.Tenant, id int64, patch func(*AllocationInput) error) (Allocation, error) {
	rec, err := freeAllocation(t, id)
	if err != nil {
		return Allocation{}, err
	}
	in := AllocationInput{
		Code: scalar.Text(rec.Code), Value: rec.Value, ValidFrom: rec.ValidFrom, ValidTo: rec.ValidTo,
		DefinitionType: definitionType(rec.Kind), DefinitionID: scalar.Int(rec.DefinitionID),
	}
	if rec.Value != nil { // apart, since a patch writes through pointers
		value := *rec.Value
		in.Value = &value
	}
	if err := patch(&in); err != nil {
		return Allocation{}, err
	}
	if err := in.apply(t, &rec); err != nil {
		return Allocation{}, err
	}
	if err := takenCode(t.UpdateAllocation(&rec)); err != nil {
		return Allocation{}, fmt.Errorf("update allocation: %w", err)
	}
	return showAllocation(rec), nil
}

// DeleteAllocation removes a free code. A *ConflictError refuses it for one that
// was taken.
func DeleteAllocation(t *store.Tenant, id int64) error {
	if _, err := freeAllocation(t, id); err != nil {
		return err
	}
	return missing(t.DeleteAllocation(id), "allocation", id)
}

func freeAllocation(t *store.Tenant, id int64) (store.Allocation, error) {
	rec, err := t.Allocation(id, true)
	if err == nil && rec.InstanceID != 0 {
		return rec, &ConflictError{Message: "The code has been allocated; it can no longer be changed."}
	}
	return rec, missing(err, "allocation", id)
}

// apply checks the input and makes it the record's state.
func (in *AllocationInput) apply(t *store.Tenant, rec *store.Allocation) error {
	var invalid InvalidError
	checkRequired(&invalid, "code", &in.Code, 191)
	if in.Value != nil && (*in.Value < 0 || *in.Value > maxMoney) {
		invalid.Add("value", "The value must be between 0 and 1000000000.")
	}
	checkMoment(&invalid, "valid_from", in.ValidFrom)
	checkMoment(&invalid, "valid_to", in.ValidTo)
	if !in.ValidTo.IsZero() && !in.ValidTo.After(in.ValidFrom.Time) {
		invalid.Add("valid_to", "The valid to must be after the valid from.")
	}
	if in.DefinitionType == "" {
		in.DefinitionType = definitionType(store.BenefitDefinition)
	}
	oneOf(&invalid, "definition_type", in.DefinitionType, definitionType(store.BenefitDefinition),
		definitionType(store.PointDefinition), definitionType(store.RewardDefinition))
	kind := store.DefinitionKind(strings.TrimSuffix(string(in.DefinitionType), definitionSuffix))
	if in.DefinitionID == 0 {
		invalid.Add("definition_id", "The definition id field is required.")
	} else if _, err := t.Definition(kind, int64(in.DefinitionID), false); errors.Is(err, store.ErrNotFound) {
		invalid.Add("definition_id", "The selected definition id is invalid.")
	} else if err != nil {
		return fmt.Errorf("read definition: %w", err)
	}
	rec.Kind, rec.DefinitionID, rec.Code = kind, int64(in.DefinitionID), string(in.Code)
	rec.Value, rec.ValidFrom, rec.ValidTo = in.Value, in.ValidFrom, in.ValidTo
	return invalid.Err()
}

// takenCode turns the store's refusal of a second code into ours.
func takenCode(err error) error {
	var dup *store.DuplicateError
	if errors.As(err, &dup) {
		return Invalid("code", "The code has already been taken.")
	}
	return err
}

func definitionType(kind store.DefinitionKind) scalar.Text {
	return scalar.Text(kind) + definitionSuffix
}

func showAllocation(a store.Allocation) Allocation {
	return Allocation{
		ID: a.ID, Code: scalar.Text(a.Code), Value: a.Value, ValidFrom: a.ValidFrom, ValidTo: a.ValidTo,
		DefinitionType: definitionType(a.Kind), DefinitionID: a.DefinitionID, InstanceID: a.InstanceID,
		AllocatedAt: a.AllocatedAt, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
}

// takeCode gives a new benefit the next free code of its definition's pool,
// where the definition's own codes are empty. It returns nil when none is free,
// which refuses the benefit where one is required.
func (a *account) takeCode(i *store.Instance, d *event.BenefitDefinition) (*store.Allocation, error) {
	if d.RedeemCodePOS != "" && d.RedeemCodeOnline != "" && !d.ForceAllocation {
		return nil, nil
	}
	code, ok, err := a.t.NextAllocation(d.ID)
	if err != nil {
		return nil, fmt.Errorf("find a free code: %w", err)
	}
	if !ok && d.ForceAllocation {
		return nil, Invalid("definition", "The benefit %s has no free code left.", d.Handle)
	}
	if !ok {
		return nil, nil
	}
	if i.Details.CodePOS == "" {
		i.Details.CodePOS = scalar.Text(code.Code)
	}
	if i.Details.CodeOnline == "" {
		i.Details.CodeOnline = scalar.Text(code.Code)
	}
	if i.Details.Value == nil {
		i.Details.Value = code.Value
	}
	return &code, nil
}

// allocate enters what took a code.
func (a *account) allocate(code *store.Allocation, instanceID int64) error {
	if code == nil {
		return nil
	}
	code.InstanceID, code.AllocatedAt = scalar.Int(instanceID), a.now
	if err := a.t.UpdateAllocation(code); err != nil {
		return fmt.Errorf("allocate code %d: %w", code.ID, err)
	}
	return nil
}
