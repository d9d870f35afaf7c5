package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

// transactionClaims serves the claims of anonymous sales. The mux cannot tell
// …/transactions/claims/{claim} from …/transactions/{transaction}/unattach, which
// unattach registers, so one handler stands for both.
func (s *Server) transactionClaims(r resource, unattach func(resource)) {
	const of = "/profiles/{id}/transactions"
	list(r, on("GET "+of+"/claims", "read-transactions", "List the claims of a profile"), listClaims)
	create(r, on("POST "+of+"/claims", "update-transactions", "Claim an anonymous transaction",
		"The receipt's number, total and local day must be those of the transaction. "+
			"Until it is recorded the claim is pending."), nil, claimTransaction)
	forks := map[string]func(huma.Context){}
	fork := r
	fork.handle = func(op *huma.Operation, handler func(huma.Context)) { forks[op.Path] = handler }
	read(fork, on("GET "+of+"/claims/{claim}", "read-transactions", "Read a claim of a profile"), readClaim)
	unattach(fork)
	s.mux.HandleFunc("GET "+prefix+of+"/{transaction}/{part}", func(w http.ResponseWriter, r *http.Request) {
		part := r.PathValue("part")
		switch {
		case r.PathValue("transaction") == "claims":
			r.SetPathValue("claim", part)
			forks[prefix+of+"/claims/{claim}"](humago.NewContext(nil, r, w))
		case part == "unattach":
			forks[prefix+of+"/{transaction}/unattach"](humago.NewContext(nil, r, w))
		default:
			http.NotFound(w, r)
		}
	})
}

func listClaims(t *store.Tenant, c *call, l store.List) (store.Page[event.Claim], error) {
	return loyalty.ListClaims(t, c.param("id"), l)
}

func claimTransaction(t *store.Tenant, c *call, in loyalty.TransactionClaim) (event.Claim, error) {
	return loyalty.ClaimTransaction(t, c.param("id"), in)
}

func readClaim(t *store.Tenant, c *call) (event.Claim, error) {
	id, err := c.number("claim", "claim")
	if err != nil {
		return event.Claim{}, err
	}
	return loyalty.ReadClaim(t, c.param("id"), id)
}

func triggerTransaction(t *store.Tenant, c *call, in loyalty.TransactionTrigger) (event.Transaction, error) {
	id, err := c.number("id", "transaction")
	if err != nil {
		return event.Transaction{}, err
	}
	return loyalty.TriggerTransaction(t, id, in)
}

func resendTransaction(t *store.Tenant, c *call) (event.Transaction, error) {
	id, err := c.number("id", "transaction")
	if err != nil {
		return event.Transaction{}, err
	}
	return loyalty.ResendTransaction(t, id)
}
