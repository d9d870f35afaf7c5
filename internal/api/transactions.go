package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *Server) transactions() {
	const all, one = "/transactions", "/transactions/{id}"
	r := s.resource("Transactions", "Completed sales, returns and exchanges.")
	list(r, on("GET "+all, "read-transactions", "List transactions"), listTransactions)
	create(r, on("POST "+all, "create-transactions", "Create a transaction",
		"A return has a negative total and items with negative quantities. Without profile_id it is anonymous."), nil, createTransaction)
	read(r, on("GET "+one, "read-transactions", "Read a transaction"), readTransaction)
	change(r, on("PUT "+one, "update-transactions", "Update a transaction",
		"is_void voids it; a profile_id claims an anonymous one."), updateTransaction)
	remove(r, on("DELETE "+one, "delete-transactions", "Delete a transaction"), deleteTransaction)
	s.upsertTransaction(r)
	trial(r, on("POST "+all+"/incentive-estimate", "create-transactions", "Estimate what a sale would give",
		"How many points and tier points the actions of a trigger on transaction.created would give for a sale that has not taken "+
			"place, by the ids of the actions; those that a filter keeps from running are not there. Nothing is stored."),
		s.opts.Reactions.EstimateIncentives)
	s.transactionItems(r)
	act(r, on("POST "+one+"/event-trigger", "update-transactions", "Do something about a transaction again",
		"transaction.recalculate computes the profile's aggregations and what the transaction gives it; "+
			"transaction.sync tells of the transaction as it is now, as transaction.updated."), triggerTransaction)
	effect(r, on("POST "+one+"/resend", "update-transactions", "Tell of a transaction again",
		"As it is now, as transaction.updated."), resendTransaction)

	const of = "/profiles/{id}/transactions"
	list(r, on("GET "+of, "read-transactions", "List the transactions of a profile"), listProfileTransactions)
	read(r, on("GET "+of+"/{transaction}", "read-transactions", "Read a transaction of a profile"), readProfileTransaction)
	const unattach = "Take a transaction from its profile"
	effect(r, on("POST "+of+"/{transaction}/unattach", "update-transactions", unattach), unattachTransaction)
	s.transactionClaims(r, func(r resource) {
		effect(r, on("GET "+of+"/{transaction}/unattach", "update-transactions", unattach+" with GET",
			"As API v3 has it; POST does the same."), unattachTransaction)
	})
}

func listTransactions(t *store.Tenant, _ *call, l store.List) (store.Page[event.Transaction], error) {
	return loyalty.ListTransactions(t, l)
}

func createTransaction(t *store.Tenant, _ *call, in loyalty.TransactionInput) (event.Transaction, error) {
	return loyalty.CreateTransaction(t, in)
}

func readTransaction(t *store.Tenant, c *call) (event.Transaction, error) {
	id, err := c.number("id", "transaction")
	if err != nil {
		return event.Transaction{}, err
	}
	return loyalty.ReadTransaction(t, id)
}

func updateTransaction(t *store.Tenant, c *call, patch func(*loyalty.TransactionInput) error) (event.Transaction, error) {
	id, err := c.number("id", "transaction")
	if err != nil {
		return event.Transaction{}, err
	}
	return loyalty.UpdateTransaction(t, id, patch)
}

func deleteTransaction(t *store.Tenant, c *call) error {
	id, err := c.number("id", "transaction")
	if err != nil {
		return err
	}
	return loyalty.DeleteTransaction(t, id)
}

func transactionByExternalID(t *store.Tenant, c *call) (event.Transaction, error) {
	return loyalty.TransactionByExternalID(t, c.param("external_id"))
}

// UpsertTransactionInput documents the body: loyalty.Upsert and what the
// transaction is to be.
type UpsertTransactionInput struct {
	ID                  scalar.Int `json:"id"`
	DeleteExistingItems bool       `json:"delete_existing_items"`
	loyalty.TransactionInput
}

// upsertTransaction registers the one operation that answers with 201 or 200.
func (s *Server) upsertTransaction(r resource) {
	rt := on("POST /transactions/update-create", "update-transactions", "Create or update a transaction",
		"Updates the one with the id, or else the external id, and creates it when there is none: 201. "+
			"Items that are not named stay, unless delete_existing_items.")
	op := r.operation(rt, changeSchema[UpsertTransactionInput](r), dataSchema[event.Transaction](r), http.StatusOK)
	op.Responses["201"] = &huma.Response{Description: http.StatusText(http.StatusCreated), Content: op.Responses["200"].Content}
	op.Parameters = append(op.Parameters, idempotencyParameter())
	r.mount(rt, op, func(c *call) error {
		var which loyalty.Upsert
		if err := c.decode(&which); err != nil {
			return err
		}
		return s.write(c, func(t *store.Tenant) (reply, error) {
			out, created, err := loyalty.UpsertTransaction(t, which, func(in *loyalty.TransactionInput) error { return c.decode(in) })
			if created {
				return reply{http.StatusCreated, out}, err
			}
			return reply{http.StatusOK, out}, err
		})
	})
}

// transactionItems serves the items of a transaction. The mux cannot tell
// /transactions/external/{external_id} from /transactions/{id}/items, so one
// handler stands for both and looks at the id.
func (s *Server) transactionItems(r resource) {
	const items, item = "/transactions/{id}/items", "/transactions/{id}/items/{item}"
	forks := map[string]func(huma.Context){}
	fork := r
	fork.handle = func(op *huma.Operation, handler func(huma.Context)) { forks[op.Path] = handler }
	read(fork, on("GET /transactions/external/{external_id}", "read-transactions", "Read a transaction by its external id"),
		transactionByExternalID)
	list(fork, on("GET "+items, "read-transactions", "List the items of a transaction"), listItems)
	s.mux.HandleFunc("GET "+prefix+"/transactions/{id}/{part}", func(w http.ResponseWriter, r *http.Request) {
		part := r.PathValue("part")
		switch {
		case r.PathValue("id") == "external":
			r.SetPathValue("external_id", part)
			forks[prefix+"/transactions/external/{external_id}"](humago.NewContext(nil, r, w))
		case part == "items":
			forks[prefix+items](humago.NewContext(nil, r, w))
		default:
			http.NotFound(w, r)
		}
	})
	create(r, on("POST "+items, "update-transactions", "Create an item"), nil, createItem)
	read(r, on("GET "+item, "read-transactions", "Read an item"), readItem)
	change(r, on("PUT "+item, "update-transactions", "Update an item"), updateItem)
	remove(r, on("DELETE "+item, "update-transactions", "Delete an item"), deleteItem)
}

func listItems(t *store.Tenant, c *call, l store.List) (store.Page[event.TransactionItem], error) {
	id, err := c.number("id", "transaction")
	if err != nil {
		return store.Page[event.TransactionItem]{}, err
	}
	return loyalty.ListItems(t, id, l)
}

func createItem(t *store.Tenant, c *call, in loyalty.ItemInput) (event.TransactionItem, error) {
	id, err := c.number("id", "transaction")
	if err != nil {
		return event.TransactionItem{}, err
	}
	return loyalty.CreateItem(t, id, in)
}

// itemID reads the ids of a transaction and of its item from the path.
func (c *call) itemID() (transaction, item int64, err error) {
	if transaction, err = c.number("id", "transaction"); err != nil {
		return 0, 0, err
	}
	item, err = c.number("item", "item")
	return transaction, item, err
}

func readItem(t *store.Tenant, c *call) (event.TransactionItem, error) {
	transaction, item, err := c.itemID()
	if err != nil {
		return event.TransactionItem{}, err
	}
	return loyalty.ReadItem(t, transaction, item)
}

func updateItem(t *store.Tenant, c *call, patch func(*loyalty.ItemInput) error) (event.TransactionItem, error) {
	transaction, item, err := c.itemID()
	if err != nil {
		return event.TransactionItem{}, err
	}
	return loyalty.UpdateItem(t, transaction, item, patch)
}

func deleteItem(t *store.Tenant, c *call) error {
	transaction, item, err := c.itemID()
	if err != nil {
		return err
	}
	return loyalty.DeleteItem(t, transaction, item)
}

func listProfileTransactions(t *store.Tenant, c *call, l store.List) (store.Page[event.Transaction], error) {
	return loyalty.ListProfileTransactions(t, c.param("id"), l)
}

func readProfileTransaction(t *store.Tenant, c *call) (event.Transaction, error) {
	id, err := c.number("transaction", "transaction")
	if err != nil {
		return event.Transaction{}, err
	}
	x, err := loyalty.ReadTransaction(t, id)
	if err == nil && string(x.ProfileID) != c.param("id") {
		err = &problem.NotFound{Resource: "transaction", ID: c.param("transaction")}
	}
	return x, err
}

func unattachTransaction(t *store.Tenant, c *call) (event.Transaction, error) {
	id, err := c.number("transaction", "transaction")
	if err != nil {
		return event.Transaction{}, err
	}
	return loyalty.UnattachTransaction(t, c.param("id"), id)
}
