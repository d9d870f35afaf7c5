package event

import (
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// Location is a shop, or an online one, as Omneo API v3 shows it.
type Location struct {
	ID                  int64               `json:"id"`
	Type                scalar.Text         `json:"type"`
	Name                string              `json:"name"`
	Description         scalar.Text         `json:"description"`
	Phone               scalar.Text         `json:"phone"`
	Email               scalar.Text         `json:"email"`
	Timezone            scalar.Text         `json:"timezone"`
	ExternalID          scalar.Text         `json:"external_id"`
	ExternalCode        scalar.Text         `json:"external_code"`
	IsPublished         bool                `json:"is_published"`
	IsPermanentlyClosed bool                `json:"is_permanently_closed"`
	Address             *store.AddressLines `json:"address"`
	NormalHours         []store.NormalHours `json:"normal_hours"`
	SpecialHours        []store.SpecialDay  `json:"special_hours"`
	Tags                []string            `json:"tags"`
	CreatedAt           scalar.Time         `json:"created_at"`
	UpdatedAt           scalar.Time         `json:"updated_at"`
}

// Place names a location inside aggregations.
type Place struct {
	ID           int64       `json:"id"`
	Type         scalar.Text `json:"type"`
	Name         string      `json:"name"`
	Timezone     scalar.Text `json:"timezone"`
	ExternalID   scalar.Text `json:"external_id"`
	ExternalCode scalar.Text `json:"external_code"`
}
