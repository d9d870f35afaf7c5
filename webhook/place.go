package webhook

import "encoding/json"

// A Location is a shop, a warehouse or a site.
type Location struct {
	ID                  int64             `json:"id"`
	Type                string            `json:"type"`
	Name                string            `json:"name"`
	Handle              string            `json:"handle"`
	Description         string            `json:"description"`
	Phone               string            `json:"phone"`
	Email               string            `json:"email"`
	Timezone            string            `json:"timezone"` // IANA
	ExternalID          string            `json:"external_id"`
	ExternalCode        string            `json:"external_code"`
	CountryISO3         string            `json:"country_iso_3"`
	Icon                string            `json:"icon"`
	ImageURL            string            `json:"image_url"`
	IsPublished         bool              `json:"is_published"`
	IsPermanentlyClosed bool              `json:"is_permanently_closed"`
	Address             *Address          `json:"address"`
	NormalHours         []json.RawMessage `json:"normal_hours"`
	SpecialHours        []json.RawMessage `json:"special_hours"`
	Tags                []string          `json:"tags"`
	CustomFields        json.RawMessage   `json:"custom_fields"`
	Meta                json.RawMessage   `json:"meta"`
	CreatedAt           Time              `json:"created_at"`
	UpdatedAt           Time              `json:"updated_at"`
}

// An Address is a postal address.
type Address struct {
	ID           int64           `json:"id"`
	ProfileID    string          `json:"profile_id"`
	ExternalID   string          `json:"external_id"`
	AddressLine1 string          `json:"address_line_1"`
	AddressLine2 string          `json:"address_line_2"`
	AddressLine3 string          `json:"address_line_3"`
	Company      string          `json:"company"`
	City         string          `json:"city"`
	State        string          `json:"state"`
	Postcode     string          `json:"postcode"`
	Country      string          `json:"country"`
	ISO          string          `json:"iso"`       // of the country
	ISOState     string          `json:"iso_state"` // of the state
	Latitude     *float64        `json:"latitude"`
	Longitude    *float64        `json:"longitude"`
	Notes        string          `json:"notes"`
	IsDefault    bool            `json:"is_default"`
	Meta         json.RawMessage `json:"meta"`
	CreatedAt    Time            `json:"created_at"`
	UpdatedAt    Time            `json:"updated_at"`
}
