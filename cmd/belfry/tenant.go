package main

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/belfryhq/belfry/internal/store"
)

type tenantCmd struct {
	databaseFlags
	Name     string `help:"What people call the tenant." placeholder:"NAME"`
	Timezone string `help:"IANA zone of the programme's calendar days." placeholder:"ZONE"`
	Currency string `help:"ISO 4217 code of amounts that name none." placeholder:"CODE"`
}

var currencyPattern = regexp.MustCompile(`^[A-Z]{3}$`)

// Run changes what the flags name and prints the tenant as it is then.
func (c *tenantCmd) Run(ctx context.Context) error {
	return c.update(ctx, func(t *store.Tenant) error {
		rec, err := t.Record()
		if err != nil {
			return err
		}
		if err := c.apply(&rec); err != nil {
			return err
		}
		if err := t.UpdateRecord(rec); err != nil {
			return err
		}
		fmt.Printf("%s: %s, %s, %s\n", rec.Handle, rec.Name, rec.Timezone, rec.Currency)
		return nil
	})
}

func (c *tenantCmd) apply(rec *store.TenantRecord) error {
	if c.Name != "" {
		rec.Name = c.Name
	}
	if c.Timezone != "" {
		if _, err := time.LoadLocation(c.Timezone); err != nil || c.Timezone == "Local" {
			return fmt.Errorf("%q is not a time zone such as Australia/Melbourne", c.Timezone)
		}
		rec.Timezone = c.Timezone
	}
	if c.Currency != "" {
		if !currencyPattern.MatchString(c.Currency) {
			return fmt.Errorf("%q is not a currency such as AUD", c.Currency)
		}
		rec.Currency = c.Currency
	}
	return nil
}
