package loyalty

import (
	"bytes"
	"encoding/json"

	"github.com/belfryhq/belfry/internal/wire"
)

// plainJSON encodes a value and leaves <, > and & as they are, so that JSON
// inside it is kept byte for byte.
func plainJSON(v any) (json.RawMessage, error) { return wire.Marshal(v) }

// compactJSON returns JSON without white space, and nil for null.
func compactJSON(raw json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil || b.String() == "null" {
		return nil
	}
	return b.Bytes()
}

// sameJSON reports whether two values look the same in JSON.
func sameJSON(a, b any) bool {
	x, errX := plainJSON(a)
	y, errY := plainJSON(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
