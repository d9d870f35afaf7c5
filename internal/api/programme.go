package api

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/store"
)

// programme serves what the retailer decides: definitions and settings.
func (s *Server) programme() {
	definitions(s, "points", "point", loyalty.PointDefinitions, nil)
	definitions(s, "tiers", "tier", loyalty.TierDefinitions, nil)
	definitions(s, "rewards", "reward", loyalty.RewardDefinitions, nil)
	definitions(s, "benefits", "benefit", loyalty.BenefitDefinitions, s.benefitDefinitions)
	definitions(s, "achievements", "achievement", loyalty.AchievementDefinitions, nil)
	s.rates()
	s.settings()
}

// definitions serves the definitions of one kind under both of their paths,
// /rewards/definitions and /reward-definitions. routes registers what only this
// kind has.
func definitions[T any, P interface {
	*T
	Common() *event.Definition
}](s *Server, plural, name string, k *loyalty.Definitions[T], routes func(r resource, all string)) {
	r := s.resource(strings.ToUpper(name[:1])+name[1:]+" definitions", "Templates of what profiles are given.")
	for all, note := range map[string]string{"/" + plural + "/definitions": "", "/" + name + "-definitions": " (other path)"} {
		definitionRoutes[T, P](r, all, name+" definition", name+"-definitions", note, k)
		if routes != nil {
			routes(r, all)
		}
	}
}

func definitionRoutes[T any, P interface {
	*T
	Common() *event.Definition
}](r resource, all, name, scope, note string, k *loyalty.Definitions[T]) {
	published := func() T {
		var d T
		P(&d).Common().IsPublished = true
		return d
	}
	number := func(c *call) (int64, error) { return c.number("id", name) }
	list(r, on("GET "+all, "read-"+scope, "List "+name+"s"+note), func(t *store.Tenant, _ *call, l store.List) (store.Page[T], error) {
		return k.List(t, l)
	})
	create(r, on("POST "+all, "create-"+scope, "Create a "+name+note), published, func(t *store.Tenant, c *call, d T) (T, error) {
		if err := checkGiven(c.body, d); err != nil {
			return d, err
		}
		return k.Create(t, d)
	})
	one := all + "/{id}"
	read(r, on("GET "+one, "read-"+scope, "Read a "+name+note), func(t *store.Tenant, c *call) (d T, err error) {
		id, err := number(c)
		if err != nil {
			return d, err
		}
		return k.Read(t, id)
	})
	change(r, on("PUT "+one, "update-"+scope, "Update a "+name+note, "Its handle cannot be changed. What was given from it stays as it is."),
		func(t *store.Tenant, c *call, patch func(*T) error) (d T, err error) {
			id, err := number(c)
			if err != nil {
				return d, err
			}
			return k.Update(t, id, patch)
		})
	remove(r, on("DELETE "+one, "delete-"+scope, "Delete a "+name+note, "Refused once it has been given to a profile."), func(t *store.Tenant, c *call) error {
		id, err := number(c)
		if err != nil {
			return err
		}
		return k.Delete(t, id)
	})
}

// checkGiven refuses a body without a field that a new definition must have.
// Left out, a number would be 0: a rate that makes every sale earn nothing, a
// tier that everybody attains.
func checkGiven(body []byte, definition any) error {
	var given map[string]json.RawMessage
	if err := decode(body, &given); err != nil {
		return err
	}
	var invalid problem.Invalid
	for _, name := range requiredFields(reflect.TypeOf(definition)) {
		if raw := given[name]; len(raw) == 0 || string(raw) == "null" {
			invalid.Add(name, "The %s field is required.", strings.ReplaceAll(name, "_", " "))
		}
	}
	return invalid.Err()
}

func (s *Server) rates() {
	r := s.resource("Rates", "Multipliers of points.")
	definitionRoutes(r, "/rates", "rate", "rates", "", loyalty.Rates)
	ask(r, on("POST /rates/calculate", "read-rates", "Multiply a price by the rate that wins now",
		"Without a rate that applies the price stays. Rates with product conditions are passed over."), calculateRate)
}

func (s *Server) settings() {
	r := s.resource("Settings", "Decisions for the whole programme.")
	read(r, on("GET /settings", "read-settings", "List settings"), func(t *store.Tenant, _ *call) ([]loyalty.Setting, error) {
		return loyalty.ListSettings(t)
	})
	read(r, on("GET /settings/{handle}", "read-settings", "Read a setting"), func(t *store.Tenant, c *call) (loyalty.Setting, error) {
		return loyalty.ReadSetting(t, c.param("handle"))
	})
	put(r, on("PUT /settings/{handle}", "update-settings", "Change a setting"), putSetting)
}

// SettingInput is the new value of a setting.
type SettingInput struct {
	Value json.RawMessage `json:"value" required:"true"`
}

func putSetting(t *store.Tenant, c *call, in SettingInput) (loyalty.Setting, error) {
	return loyalty.PutSetting(t, c.param("handle"), in.Value)
}
