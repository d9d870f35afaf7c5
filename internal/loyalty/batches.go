package loyalty

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// MaxQueued is how many items one batch of the queue may have.
const MaxQueued = 1000

// batchables are the resources that can be sent in batches, by what stands
// before /batch.json in their paths.
var batchables = map[string]Batchable{
	"transactions":         each(CreateTransaction, func(x event.Transaction) any { return x.ID }),
	"locations":            each(CreateLocation, func(l event.Location) any { return l.ID }),
	"points":               each(IssuePoints, func(p event.Point) any { return p.ID }),
	"rewards":              each(IssueReward, func(r event.Reward) any { return r.ID }),
	"benefits":             each(IssueBenefit, func(b event.Benefit) any { return b.ID }),
	"allocations":          each(CreateAllocation, func(a Allocation) any { return a.ID }),
	"profile/tags":         each(replaceTags, func(p event.Profile) any { return p.ID }),
	"profile/status":       each(replaceStatuses, func(p event.Profile) any { return p.ID }),
	"profile/aggregations": each(recalculate, func(a event.Aggregations) any { return a.ProfileID }),
}

// Batchable is a resource that can be sent in batches.
type Batchable struct {
	// Input is an empty item.
	Input any
	do    func(t *store.Tenant, body []byte) (entityID scalar.Text, err error)
}

// Batchables names the resources that can be sent in batches, in alphabetical
// order.
func Batchables() []string { return slices.Sorted(maps.Keys(batchables)) }

// BatchableOf returns one of them.
func BatchableOf(resource string) Batchable { return batchables[resource] }

// BatchMember is the member of a request's body that holds the items.
func BatchMember(resource string) string {
	if of, _, ok := strings.Cut(resource, "/"); ok {
		return of + "s"
	}
	return resource
}

// each has a rule done for each item; id is of what it made or changed.
func each[In, Out any](rule func(*store.Tenant, In) (Out, error), id func(Out) any) Batchable {
	var empty In
	return Batchable{empty, func(t *store.Tenant, body []byte) (scalar.Text, error) {
		var in In
		if err := decodeItem(body, &in); err != nil {
			return "", err
		}
		out, err := rule(t, in)
		if err != nil {
			return "", err
		}
		return scalar.Text(fmt.Sprint(id(out))), nil
	}}
}

func decodeItem(body []byte, in any) error {
	err := json.Unmarshal(body, in)
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &typ) && typ.Field != "":
		return Invalid(typ.Field, "The %s is of a wrong type: %s.", label(typ.Field), typ.Value)
	case err != nil || !strings.HasPrefix(string(body), "{"):
		return Invalid("item", "The item must be a JSON object.")
	}
	return nil
}

// ProfileKey names a profile.
type ProfileKey struct {
	ProfileID scalar.Text `json:"profile_id" required:"true"`
	// ProfileIDHandle says what ProfileID is: email or an identity's handle; null
	// is the profile's own id.
	ProfileIDHandle scalar.Text `json:"profile_id_handle"`
}

func (r ProfileKey) find(t *store.Tenant) (string, error) {
	if r.ProfileID == "" {
		return "", Invalid("profile_id", "The profile id field is required.")
	}
	return findProfile(t, string(r.ProfileID), string(r.ProfileIDHandle))
}

// ProfileTagsInput replaces the tags of a profile.
type ProfileTagsInput struct {
	ProfileKey
	Tags []string `json:"tags" required:"true"`
}

func replaceTags(t *store.Tenant, in ProfileTagsInput) (event.Profile, error) {
	id, err := in.find(t)
	if err != nil {
		return event.Profile{}, err
	}
	return UpdateProfile(t, id, func(p *ProfileInput) error {
		p.Tags = in.Tags
		return nil
	})
}

// ProfileStatusesInput replaces the statuses of a profile.
type ProfileStatusesInput struct {
	ProfileKey
	Statuses []string `json:"statuses" required:"true" doc:"handles"`
}

func replaceStatuses(t *store.Tenant, in ProfileStatusesInput) (event.Profile, error) {
	id, err := in.find(t)
	if err != nil {
		return event.Profile{}, err
	}
	return UpdateProfile(t, id, func(p *ProfileInput) error {
		p.Statuses = in.Statuses
		return nil
	})
}

// ProfileAggregationsInput has the aggregations of a profile computed anew.
type ProfileAggregationsInput struct{ ProfileKey }

func recalculate(t *store.Tenant, in ProfileAggregationsInput) (event.Aggregations, error) {
	id, err := in.find(t)
	if err != nil {
		return event.Aggregations{}, err
	}
	return CalculateAggregations(t, id)
}
