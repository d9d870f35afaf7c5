package scalar

import "github.com/danielgtaylor/huma/v2"

// The methods below tell OpenAPI and the event schemas what the scalars look
// like in JSON; without them they would be described as the Go types they are.

// Schema describes an amount.
func (Amount) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Description: "Exact to four decimals.", Examples: []any{149.95}}
}

// Schema describes a moment.
func (Time) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeString, Nullable: true, Description: "UTC, as YYYY-MM-DD HH:mm:ss.",
		Pattern: `^\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2})?$`, Examples: []any{"2026-01-31 09:30:00"},
	}
}

// Schema describes a day.
func (Date) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Nullable: true, Format: "date", Examples: []any{"2026-01-31"}}
}

// Schema describes an optional whole number.
func (Int) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeInteger, Nullable: true, Format: "int64"}
}

// Schema describes optional text.
func (Text) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Nullable: true}
}
