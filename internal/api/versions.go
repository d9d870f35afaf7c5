package api

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/reaction"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// Version is a version of a trigger, a target or a webhook as lists show it.
type Version struct {
	Number    int  `json:"number"`
	IsCurrent bool `json:"is_current"`
	// TokenID and Namespace are of the request that saved it.
	TokenID   scalar.Int  `json:"token_id"`
	Namespace scalar.Text `json:"namespace"`
	CreatedAt scalar.Time `json:"created_at"`
}

// VersionDetail is a version with what the resource was then.
type VersionDetail struct {
	Version
	State json.RawMessage `json:"state" doc:"The body that makes it, without its secret; what is left out is empty or false."`
}

// versions registers the operations on the versions of a resource. restore saves
// a version of it anew.
func versions[Row, Out any](r resource, of store.VersionOf,
	restore func(t *store.Tenant, id int64, number int) (Row, error), view func(Row) Out,
) {
	what, scope := string(of), "read-"+string(of)+"s"
	path := "/" + what + "s/{id}/versions"
	latest := func(t *store.Tenant, c *call) (id int64, number int, err error) {
		if id, err = c.number("id", what); err != nil {
			return 0, 0, err
		}
		number, err = t.LastVersion(of, id)
		number, err = found(number, err, what, c.param("id"))
		return id, number, err
	}
	list(r, on("GET "+path, scope, "List the versions of a "+what, "Each save makes one; sort=-number shows the last first."),
		func(t *store.Tenant, c *call, l store.List) (store.Page[Version], error) {
			id, last, err := latest(t, c)
			if err != nil {
				return store.Page[Version]{}, err
			}
			p, err := t.Versions(of, id, l)
			return mapPage(p, err, func(v store.Version) Version { return viewVersion(v, last) })
		})
	read(r, on("GET "+path+"/{number}", scope, "Read a version of a "+what), func(t *store.Tenant, c *call) (VersionDetail, error) {
		id, last, err := latest(t, c)
		if err != nil {
			return VersionDetail{}, err
		}
		number, err := c.number("number", "version")
		if err != nil {
			return VersionDetail{}, err
		}
		v, err := reaction.ReadVersion(t, of, id, int(number))
		return VersionDetail{viewVersion(v, last), v.State}, err
	})
	effect(r, on("POST "+path+"/{number}/restore", "update-"+what+"s", "Go back to a version of a "+what,
		"Saves it as a new version, with its is_active. What has become invalid since is refused with 422; a secret stays as it is."),
		func(t *store.Tenant, c *call) (out Out, err error) {
			id, err := c.number("id", what)
			if err != nil {
				return out, err
			}
			number, err := c.number("number", "version")
			if err != nil {
				return out, err
			}
			row, err := restore(t, id, int(number))
			if err != nil {
				return out, err
			}
			return view(row), nil
		})
}

func viewVersion(v store.Version, last int) Version {
	return Version{
		Number: v.Number, IsCurrent: v.Number == last, TokenID: scalar.Int(v.TokenID), Namespace: scalar.Text(v.Namespace),
		CreatedAt: v.CreatedAt,
	}
}
