package api

import (
	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *Server) ledgers() {
	const all = "/profiles/{id}/ledgers"
	r := s.resource("Ledgers", "Every change of a profile's balances. Entries are never changed nor deleted.")
	list(r, on("GET "+all, "read-ledgers", "List the ledger of a profile"),
		func(t *store.Tenant, c *call, l store.List) (store.Page[event.LedgerEntry], error) {
			return loyalty.ListLedger(t, c.param("id"), l)
		})
	read(r, on("GET "+all+"/{entry}", "read-ledgers", "Read an entry of the ledger"),
		func(t *store.Tenant, c *call) (event.LedgerEntry, error) {
			id, err := c.number("entry", "ledger entry")
			if err != nil {
				return event.LedgerEntry{}, err
			}
			return loyalty.ReadLedgerEntry(t, c.param("id"), id)
		})
}
