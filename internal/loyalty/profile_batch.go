package loyalty

import (
	"errors"
	"fmt"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// MaxBatch is how many items one batch may have.
const MaxBatch = 500

// BatchStatus is what became of an item of a batch.
type BatchStatus string

// What can become of an item.
const (
	BatchCreated   BatchStatus = "created"
	BatchUpdated   BatchStatus = "updated"
	BatchUnchanged BatchStatus = "unchanged"
	BatchFailed    BatchStatus = "failed"
)

// BatchItem is the result of one item of a batch.
type BatchItem struct {
	// Index is its place in the batch, from 0.
	Index  int         `json:"index"`
	Status BatchStatus `json:"status"`
	// ID is the profile's, null when the item failed.
	ID scalar.Text `json:"id"`
	// Errors holds the faults of an item that failed, by field.
	Errors map[string][]string `json:"errors,omitempty"`
}

// BatchProfiles creates or updates up to MaxBatch profiles. An item overlays the
// empty input or the state of the profile that it is about: the one with the
// same email, when match is "email", or with the same identity, when match is an
// identity's handle. An item that is invalid fails alone.
func BatchProfiles(t *store.Tenant, match string, items []func(*ProfileInput) error) ([]BatchItem, error) {
	var invalid InvalidError
	if match == "" {
		invalid.Add("match_criteria", "The match criteria field is required.")
	}
	if len(items) == 0 {
		invalid.Add("profiles", "The profiles field is required.")
	}
	if len(items) > MaxBatch {
		invalid.Add("profiles", "The profiles may not have more than %d items.", MaxBatch)
	}
	if err := invalid.Err(); err != nil {
		return nil, err
	}
	results := make([]BatchItem, len(items))
	for i, overlay := range items {
		r := BatchItem{Index: i}
		err := t.Try(func() (err error) {
			r.ID, r.Status, err = batchProfile(t, match, overlay)
			return err
		})
		var bad *InvalidError
		if errors.As(err, &bad) {
			r = BatchItem{Index: i, Status: BatchFailed, Errors: bad.Fields}
		} else if err != nil {
			return nil, fmt.Errorf("item %d: %w", i, err)
		}
		results[i] = r
	}
	return results, nil
}

func batchProfile(t *store.Tenant, match string, overlay func(*ProfileInput) error) (scalar.Text, BatchStatus, error) {
	var in ProfileInput
	if err := overlay(&in); err != nil {
		return "", "", err
	}
	id, err := findMatch(t, match, in)
	if err != nil {
		return "", "", err
	}
	if id == "" {
		c, err := createProfile(t, in)
		if err != nil {
			return "", "", err
		}
		return scalar.Text(c.rec.ID), BatchCreated, nil
	}
	c, err := updateProfile(t, id, overlay)
	if err != nil {
		return "", "", err
	}
	if c.changed {
		return scalar.Text(id), BatchUpdated, nil
	}
	return scalar.Text(id), BatchUnchanged, nil
}

// findMatch returns the profile that an item is about, "" for a new one.
func findMatch(t *store.Tenant, match string, in ProfileInput) (id string, err error) {
	if match == "email" {
		if in.Email == "" {
			return "", Invalid("email", "The email field is required when it is the match criteria.")
		}
		id, err = FindByEmail(t, string(in.Email))
	} else {
		identifier := identifierOf(in, match)
		if identifier == "" {
			return "", Invalid("identities", "An identity with the handle %s is required when it is the match criteria.", match)
		}
		id, err = FindByIdentity(t, match, identifier)
	}
	var none *NotFoundError
	if errors.As(err, &none) {
		return "", nil
	}
	return id, err
}

func identifierOf(in ProfileInput, handle string) string {
	for _, i := range in.Identities {
		if string(i.Handle) == handle {
			return string(i.Identifier)
		}
	}
	return ""
}
