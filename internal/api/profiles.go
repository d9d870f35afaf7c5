package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *Server) profiles() {
	r := s.resource("Profiles", "Customers.")
	list(r, on("GET /profiles", "read-profiles", "List profiles"), listProfiles)
	create(r, on("POST /profiles", "create-profiles", "Create a profile"), nil, createProfile)
	read(r, on("GET /profiles/{id}", "read-profiles", "Read a profile"), readProfile)
	change(r, on("PUT /profiles/{id}", "update-profiles", "Update a profile",
		"What the body leaves out stays; null clears."), updateProfile)
	remove(r, on("DELETE /profiles/{id}", "delete-profiles", "Delete a profile",
		"What it has left is taken back. Its transactions stay, without a profile."), deleteProfile)
	ask(r, on("POST /profiles/search-id", "read-profiles", "Search a profile by identity",
		"The type profile_id searches by id, any other one is the handle of an identity."), searchProfile)
	ask(r, on("POST /profiles/availability", "read-profiles", "Check availability",
		"Whether a new profile could have the email and the mobile phone."), checkAvailability)
	act(r, on("POST /profiles/batch", "create-profiles", "Create or update profiles in a batch",
		fmt.Sprintf("At most %d. match_criteria is email or the handle of an identity; an item that is invalid fails alone.",
			loyalty.MaxBatch)), batchProfiles)
	act(r, on("POST /profiles/merge", "update-profiles", "Merge two profiles",
		"The destination is given everything that the source has; then the source is deleted."), mergeProfiles)
	act(r, on("POST /profiles/{id}/merge", "update-profiles", "Merge another profile into a profile (other path)",
		"As the former, with the destination in the path."), mergeInto)
	change(r, on("PUT /profiles/{id}/update-type", "update-profiles", "Update the type of a profile"), updateProfileType)
	read(r, on("GET /profiles/{id}/balances", "read-profiles", "Read the balances of a profile",
		"In the one currency that they are held in; ?currency may ask for no other."), readBalances)
	read(r, on("GET /profiles/{id}/aggregations", "read-profiles", "Read the aggregations of a profile"), readAggregations)
	effect(r, on("GET /profiles/{id}/aggregations/calculate", "read-profiles", "Calculate the aggregations of a profile",
		"Computes them anew from all transactions."), calculateAggregations)
}

func listProfiles(t *store.Tenant, _ *call, l store.List) (store.Page[event.Profile], error) {
	return loyalty.ListProfiles(t, l)
}

func createProfile(t *store.Tenant, _ *call, in loyalty.ProfileInput) (event.Profile, error) {
	return loyalty.CreateProfile(t, in)
}

func readProfile(t *store.Tenant, c *call) (event.Profile, error) {
	return loyalty.ReadProfile(t, c.param("id"))
}

func updateProfile(t *store.Tenant, c *call, patch func(*loyalty.ProfileInput) error) (event.Profile, error) {
	return loyalty.UpdateProfile(t, c.param("id"), patch)
}

func deleteProfile(t *store.Tenant, c *call) error { return loyalty.DeleteProfile(t, c.param("id")) }

func mergeProfiles(t *store.Tenant, _ *call, in loyalty.MergeInput) (event.Profile, error) {
	return loyalty.MergeProfiles(t, in)
}

// MergeIntoInput names the profile that is merged into that of the path.
type MergeIntoInput struct {
	LoserID scalar.Text `json:"loser_id" required:"true" doc:"the profile that is merged, and then deleted"`
}

func mergeInto(t *store.Tenant, c *call, in MergeIntoInput) (event.Profile, error) {
	return loyalty.MergeInto(t, c.param("id"), in.LoserID)
}

// ProfileSearch names a profile by an identity.
type ProfileSearch struct {
	Type scalar.Text `json:"type" required:"true" doc:"profile_id, or the handle of an identity"`
	ID   scalar.Text `json:"id" required:"true"`
}

func searchProfile(t *store.Tenant, _ *call, in ProfileSearch) (event.Profile, error) {
	var invalid problem.Invalid
	if in.Type == "" {
		invalid.Add("type", "The type field is required.")
	}
	if in.ID == "" {
		invalid.Add("id", "The id field is required.")
	}
	if err := invalid.Err(); err != nil {
		return event.Profile{}, err
	}
	return loyalty.SearchID(t, string(in.Type), string(in.ID))
}

// AvailabilityQuestion asks whether a new profile could have these.
type AvailabilityQuestion struct {
	Email       scalar.Text `json:"email,omitempty"`
	MobilePhone scalar.Text `json:"mobile_phone,omitempty"`
	Country     scalar.Text `json:"mobile_phone_country,omitempty" doc:"of a number in its national form"`
}

func checkAvailability(t *store.Tenant, _ *call, in AvailabilityQuestion) (loyalty.Available, error) {
	return loyalty.Availability(t, string(in.Email), string(in.MobilePhone), string(in.Country))
}

// ProfileBatchInput is many profiles at once.
type ProfileBatchInput struct {
	MatchCriteria scalar.Text       `json:"match_criteria" required:"true" doc:"email, or the handle of an identity"`
	Profiles      []json.RawMessage `json:"profiles" required:"true"`
}

// ProfileBatch is what became of a batch.
type ProfileBatch struct {
	Message string              `json:"message"`
	Items   []loyalty.BatchItem `json:"items"`
}

func batchProfiles(t *store.Tenant, _ *call, in ProfileBatchInput) (ProfileBatch, error) {
	items := make([]func(*loyalty.ProfileInput) error, len(in.Profiles))
	for i, body := range in.Profiles {
		items[i] = func(p *loyalty.ProfileInput) error {
			var refused *refusal
			err := decode(body, p)
			if errors.As(err, &refused) {
				return loyalty.Invalid("profile", "The profile must be a JSON object.")
			}
			return err
		}
	}
	results, err := loyalty.BatchProfiles(t, string(in.MatchCriteria), items)
	return ProfileBatch{Message: batchMessage(results), Items: results}, err
}

func batchMessage(results []loyalty.BatchItem) string {
	count := map[loyalty.BatchStatus]int{}
	for _, r := range results {
		count[r.Status]++
	}
	return fmt.Sprintf("%d created, %d updated, %d unchanged, %d failed.", count[loyalty.BatchCreated],
		count[loyalty.BatchUpdated], count[loyalty.BatchUnchanged], count[loyalty.BatchFailed])
}

// ProfileTypeInput is a profile's type alone.
type ProfileTypeInput struct {
	ProfileType scalar.Text `json:"profile_type" required:"true" enum:"temporary,dependant,incomplete,pending,system,active,deleted"`
}

func updateProfileType(t *store.Tenant, c *call, patch func(*ProfileTypeInput) error) (event.Profile, error) {
	return loyalty.UpdateProfile(t, c.param("id"), func(in *loyalty.ProfileInput) error {
		var typ ProfileTypeInput
		if err := patch(&typ); err != nil {
			return err
		}
		if typ.ProfileType == "" {
			return loyalty.Invalid("profile_type", "The profile type field is required.")
		}
		in.ProfileType = typ.ProfileType
		return nil
	})
}

func readBalances(t *store.Tenant, c *call) (event.Balances, error) {
	b, err := loyalty.ReadBalances(t, c.param("id"))
	if err != nil {
		return b, err
	}
	if asked := c.request.URL.Query().Get("currency"); asked != "" && !strings.EqualFold(asked, b.Currency) {
		return b, problem.Field("currency", "The balances of this profile are in %s alone.", b.Currency)
	}
	return b, nil
}

func readAggregations(t *store.Tenant, c *call) (event.Aggregations, error) {
	return loyalty.ReadAggregations(t, c.param("id"))
}

func calculateAggregations(t *store.Tenant, c *call) (event.Aggregations, error) {
	return loyalty.CalculateAggregations(t, c.param("id"))
}
