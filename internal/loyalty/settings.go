package loyalty

import (
	"encoding/json"
	"fmt"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// Setting is a decision for the whole programme.
type Setting struct {
	Handle string          `json:"handle"`
	Value  json.RawMessage `json:"value"`
}

// exchangeRateSetting is the worth of one point in the tenant's currency.
const exchangeRateSetting = "points.exchange_rate"

// defaultExchangeRate makes 100 points worth 1.
const defaultExchangeRate = scalar.One / 100

// ListSettings returns every setting with its present value.
func ListSettings(t *store.Tenant) ([]Setting, error) {
	p, err := programmeOf(t)
	if err != nil {
		return nil, err
	}
	rate, err := json.Marshal(p.exchangeRate)
	return []Setting{{exchangeRateSetting, rate}}, err
}

// ReadSetting returns one setting.
func ReadSetting(t *store.Tenant, handle string) (Setting, error) {
	all, err := ListSettings(t)
	if err != nil {
		return Setting{}, err
	}
	for _, s := range all {
		if s.Handle == handle {
			return s, nil
		}
	}
	return Setting{}, &NotFoundError{Resource: "setting", ID: handle}
}

// PutSetting decides a setting anew. It holds at once, for what was given
// earlier too.
func PutSetting(t *store.Tenant, handle string, value json.RawMessage) (Setting, error) {
	if _, err := ReadSetting(t, handle); err != nil {
		return Setting{}, err
	}
	var rate scalar.Amount
	if err := json.Unmarshal(value, &rate); err != nil || rate <= 0 || rate > maxRate {
		return Setting{}, Invalid("value", "The value must be a number greater than 0 and not greater than %s.", maxRate)
	}
	text, err := json.Marshal(rate)
	if err != nil {
		return Setting{}, fmt.Errorf("encode setting: %w", err)
	}
	if err := t.PutSetting(store.Setting{Handle: handle, Value: text}); err != nil {
		return Setting{}, fmt.Errorf("store setting: %w", err)
	}
	return Setting{handle, text}, nil
}

func (p *programme) readSettings(t *store.Tenant) error {
	p.exchangeRate = defaultExchangeRate
	settings, err := t.Settings()
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	for _, s := range settings {
		if s.Handle == exchangeRateSetting {
			if err := json.Unmarshal(s.Value, &p.exchangeRate); err != nil {
				return fmt.Errorf("setting %s: %w", s.Handle, err)
			}
		}
	}
	return nil
}
