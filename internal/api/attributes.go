package api

import (
	"slices"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *Server) attributes() {
	const of = "/profiles/{id}/attributes"
	r := s.resource("Attributes", "What profiles allow, wear and care about, and attributes of the retailer's own.")
	read(r, on("GET "+of, "read-profiles", "Read the attributes of a profile"), readAttributes)
	change(r, on("PUT "+of, "update-profiles", "Update the attributes of a profile"), updateAttributes)

	read(r, on("GET "+of+"/comms", "read-profiles", "Read the comms attributes"), readComms)
	change(r, on("PUT "+of+"/comms", "update-profiles", "Update the comms attributes"), updateComms)
	change(r, on("PUT /profiles/{id}/comms", "update-profiles", "Update the comms attributes by their short address"), updateComms)

	read(r, on("GET "+of+"/appearance", "read-profiles", "Read the appearance attributes"), readAppearance)
	change(r, on("PUT "+of+"/appearance", "update-profiles", "Update the appearance attributes",
		"A name with null is taken away."), updateAppearance)

	list(r, on("GET "+of+"/dates", "read-profiles", "List the dates of a profile"), listDates)
	put(r, on("PUT "+of+"/dates", "update-profiles", "Add or change a date by its handle"), putDate)
	act(r, on("POST "+of+"/dates", "update-profiles", "Add a date"), putDate)
	remove(r, on("DELETE "+of+"/dates/{date}", "update-profiles", "Delete a date"), deleteDate)

	s.customAttributes(r, of+"/custom", "custom attribute")
	s.customAttributes(r, "/profiles/{id}/custom-fields", "custom field")
}

// customAttributes serves them under one of their two addresses.
func (s *Server) customAttributes(r resource, all, name string) {
	const syntax = "The name is namespace:handle."
	one := all + "/{name}"
	list(r, on("GET "+all, "read-profiles", "List the "+name+"s of a profile"), listCustom)
	create(r, on("POST "+all, "update-profiles", "Create or change a "+name), nil, createCustom)
	read(r, on("GET "+one, "read-profiles", "Read a "+name, syntax), readCustom)
	put(r, on("PUT "+one, "update-profiles", "Set a "+name, syntax), putCustom)
	remove(r, on("DELETE "+one, "update-profiles", "Delete a "+name, syntax), deleteCustom)
}

func readAttributes(t *store.Tenant, c *call) (event.Attributes, error) {
	p, err := readProfile(t, c)
	return p.Attributes, err
}

func updateAttributes(t *store.Tenant, c *call, patch func(*loyalty.AttributesInput) error) (event.Attributes, error) {
	return c.changeAttributes(t, patch)
}

// changeAttributes lays the body over a part of the profile's attributes.
func (c *call) changeAttributes(t *store.Tenant, patch func(*loyalty.AttributesInput) error) (event.Attributes, error) {
	p, err := loyalty.UpdateProfile(t, c.param("id"), func(in *loyalty.ProfileInput) error { return patch(&in.Attributes) })
	return p.Attributes, err
}

func readComms(t *store.Tenant, c *call) (event.Comms, error) {
	a, err := readAttributes(t, c)
	return a.Comms, err
}

func updateComms(t *store.Tenant, c *call, patch func(*event.Comms) error) (event.Comms, error) {
	a, err := c.changeAttributes(t, func(in *loyalty.AttributesInput) error { return patch(&in.Comms) })
	return a.Comms, err
}

func readAppearance(t *store.Tenant, c *call) (event.Appearance, error) {
	a, err := readAttributes(t, c)
	return a.Appearance, err
}

func updateAppearance(t *store.Tenant, c *call, patch func(*map[string]scalar.Text) error) (event.Appearance, error) {
	a, err := c.changeAttributes(t, func(in *loyalty.AttributesInput) error { return patch(&in.Appearance) })
	return a.Appearance, err
}

func listDates(t *store.Tenant, c *call, l store.List) (store.Page[event.DateAttribute], error) {
	a, err := readAttributes(t, c)
	return slice(a.Dates, l, err)
}

func putDate(t *store.Tenant, c *call, date loyalty.DateInput) (event.DateAttribute, error) {
	a, err := c.changeAttributes(t, func(in *loyalty.AttributesInput) error {
		in.Dates = []loyalty.DateInput{date}
		return nil
	})
	if err != nil {
		return event.DateAttribute{}, err
	}
	handle := strings.TrimSpace(string(date.Handle))
	at := slices.IndexFunc(a.Dates, func(d event.DateAttribute) bool { return d.Handle == handle })
	if at < 0 {
		return event.DateAttribute{}, &problem.NotFound{Resource: "date", ID: handle}
	}
	return a.Dates[at], nil
}

func deleteDate(t *store.Tenant, c *call) error {
	id, err := c.number("date", "date")
	if err != nil {
		return err
	}
	return loyalty.DeleteDate(t, c.param("id"), id)
}

// customName splits the name of a custom attribute in the path.
func (c *call) customName() (namespace, handle string, err error) {
	namespace, handle, ok := strings.Cut(c.param("name"), ":")
	if !ok {
		return "", "", &problem.NotFound{Resource: "custom attribute", ID: c.param("name")}
	}
	return namespace, handle, nil
}

func listCustom(t *store.Tenant, c *call, l store.List) (store.Page[event.CustomAttribute], error) {
	p, err := readProfile(t, c)
	return slice(p.CustomAttributes, l, err)
}

func createCustom(t *store.Tenant, c *call, in loyalty.CustomAttributeInput) (event.CustomAttribute, error) {
	_, err := loyalty.UpdateProfile(t, c.param("id"), func(p *loyalty.ProfileInput) error {
		p.CustomAttributes = []loyalty.CustomAttributeInput{in}
		return nil
	})
	if err != nil {
		return event.CustomAttribute{}, err
	}
	return loyalty.ReadCustomAttribute(t, c.param("id"), strings.TrimSpace(string(in.Namespace)), strings.TrimSpace(string(in.Handle)))
}

func readCustom(t *store.Tenant, c *call) (event.CustomAttribute, error) {
	namespace, handle, err := c.customName()
	if err != nil {
		return event.CustomAttribute{}, err
	}
	return loyalty.ReadCustomAttribute(t, c.param("id"), namespace, handle)
}

func putCustom(t *store.Tenant, c *call, in loyalty.CustomAttributeInput) (event.CustomAttribute, error) {
	namespace, handle, err := c.customName()
	if err != nil {
		return event.CustomAttribute{}, err
	}
	in.Namespace, in.Handle = scalar.Text(namespace), scalar.Text(handle)
	return createCustom(t, c, in)
}

func deleteCustom(t *store.Tenant, c *call) error {
	namespace, handle, err := c.customName()
	if err != nil {
		return err
	}
	return loyalty.DeleteCustomAttribute(t, c.param("id"), namespace, handle)
}
