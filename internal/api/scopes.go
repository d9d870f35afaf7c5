package api

import (
	"slices"
	"strings"
)

// Scope is one permission that a token can have.
type Scope struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

// scopes are all permissions, verb and resource joined by a hyphen.
var scopes = []Scope{
	{"create-profiles", "Create profiles, one by one or in batches"},
	{"read-profiles", "Read and search profiles with their attributes, tags, statuses, addresses, balances and aggregations"},
	{"update-profiles", "Change profiles and what belongs to them"},
	{"delete-profiles", "Delete profiles"},
	{"create-identities", "Add identities to profiles"},
	{"read-identities", "Read identities"},
	{"update-identities", "Change identities"},
	{"delete-identities", "Delete identities"},
	{"create-statuses", "Create status definitions"},
	{"read-statuses", "Read status definitions"},
	{"update-statuses", "Change status definitions"},
	{"delete-statuses", "Delete status definitions"},
	{"create-locations", "Create locations"},
	{"read-locations", "Read locations"},
	{"update-locations", "Change locations"},
	{"delete-locations", "Delete locations"},
	{"create-transactions", "Record transactions"},
	{"read-transactions", "Read transactions"},
	{"update-transactions", "Change and void transactions and their items, and attach them to profiles"},
	{"delete-transactions", "Delete transactions"},
	{"create-point-definitions", "Create point definitions"},
	{"read-point-definitions", "Read point definitions"},
	{"update-point-definitions", "Change point definitions"},
	{"delete-point-definitions", "Delete point definitions"},
	{"create-points", "Give points to profiles"},
	{"read-points", "Read points"},
	{"delete-points", "Take points back"},
	{"create-rates", "Create rates"},
	{"read-rates", "Read rates"},
	{"update-rates", "Change rates"},
	{"delete-rates", "Delete rates"},
	{"create-tier-definitions", "Create tier definitions"},
	{"read-tier-definitions", "Read tier definitions"},
	{"update-tier-definitions", "Change tier definitions"},
	{"delete-tier-definitions", "Delete tier definitions"},
	{"create-tier-points", "Give profiles tier points"},
	{"read-tier-points", "Read tier points"},
	{"update-tier-points", "Correct tier points"},
	{"delete-tier-points", "Reverse tier points"},
	{"read-profile-tiers", "Read the tiers of profiles and their progress"},
	{"assign-tiers", "Give profiles tiers by hand"},
	{"calculate-tiers", "Calculate the tiers of profiles"},
	{"create-reward-definitions", "Create reward definitions"},
	{"read-reward-definitions", "Read reward definitions"},
	{"update-reward-definitions", "Change reward definitions"},
	{"delete-reward-definitions", "Delete reward definitions"},
	{"create-benefit-definitions", "Create benefit definitions"},
	{"read-benefit-definitions", "Read benefit definitions"},
	{"update-benefit-definitions", "Change benefit definitions"},
	{"delete-benefit-definitions", "Delete benefit definitions"},
	{"create-achievement-definitions", "Create achievement definitions"},
	{"read-achievement-definitions", "Read achievement definitions"},
	{"update-achievement-definitions", "Change achievement definitions"},
	{"delete-achievement-definitions", "Delete achievement definitions"},
	{"create-achievements", "Add counts to the achievements of profiles"},
	{"read-achievements", "Read how far profiles have come in achievements"},
	{"create-rewards", "Issue rewards to profiles"},
	{"read-rewards", "Read rewards"},
	{"update-rewards", "Change and extend rewards, and have targets told of them"},
	{"delete-rewards", "Take rewards back"},
	{"create-redemptions", "Redeem rewards, points and benefits"},
	{"read-redemptions", "Read redemptions and returns"},
	{"create-returns", "Give redemptions back and reverse them"},
	{"read-ledgers", "Read the ledgers of profiles"},
	{"create-benefits", "Issue benefits to profiles"},
	{"read-benefits", "Read benefits, and what profiles may claim"},
	{"update-benefits", "Change and extend benefits, and have targets told of them"},
	{"delete-benefits", "Take benefits back"},
	{"claim-benefits", "Claim benefits for profiles"},
	{"redeem-benefits", "Redeem benefits and give them back"},
	{"create-allocations", "Add codes to pools"},
	{"read-allocations", "Read codes"},
	{"update-allocations", "Change codes"},
	{"delete-allocations", "Delete codes"},
	{"read-settings", "Read the settings of the programme"},
	{"update-settings", "Change the settings of the programme"},
	{"read-batches", "Read batches with what became of their items"},
	{"run-schedule", "Run by hand what falls due, ahead of its time too"},
	{"create-targets", "Create targets"},
	{"read-targets", "Read targets"},
	{"update-targets", "Change targets and read their signing secrets"},
	{"delete-targets", "Delete targets"},
	{"test-targets", "Preview targets on any event or profile, which shows it, and have them sent tests"},
	{"create-webhooks", "Create webhooks"},
	{"read-webhooks", "Read webhooks"},
	{"update-webhooks", "Change webhooks and read their signing secrets"},
	{"delete-webhooks", "Delete webhooks"},
	{"create-triggers", "Create triggers"},
	{"read-triggers", "Read triggers and their actions"},
	{"update-triggers", "Change triggers and their actions"},
	{"delete-triggers", "Delete triggers"},
	{"test-triggers", "Try triggers, stored or not, on any event or profile, which shows it, without an effect"},
	{"create-automations", "Create automations"},
	{"read-automations", "Read automations, their actions and runs, and try their queries, which shows profiles"},
	{"update-automations", "Change automations and their actions"},
	{"delete-automations", "Delete automations"},
	{"run-automations", "Run automations by hand"},
	{"read-action-history", "Read what the actions of triggers did"},
	{"create-events", "Tell of custom events, and bring in events of other systems"},
	{"read-events", "Read the event log, with the conditions of triggers and webhooks in traces"},
	{"read-deliveries", "Read deliveries and their attempts"},
	{"update-deliveries", "Have deliveries sent again"},
	{"create-api-tokens", "Create API tokens, with no more scopes than one's own"},
	{"read-api-tokens", "List API tokens"},
	{"update-api-tokens", "Change API tokens, with no more scopes than one's own"},
	{"delete-api-tokens", "Revoke API tokens"},
}

// Scopes returns every scope that a token can have, apart from the wildcards
// "*", "verb-*" and "*-resource".
func Scopes() []Scope { return slices.Clone(scopes) }

// covers reports whether the granted scopes, wildcards among them, hold the one
// wanted.
func covers(granted []string, wanted string) bool {
	verb, resource, _ := strings.Cut(wanted, "-")
	for _, g := range granted {
		if g == wanted || g == "*" || g == "*-"+resource || g == verb+"-*" {
			return true
		}
	}
	return false
}

// expand returns the known scopes that the given one stands for; none when it
// is unknown.
func expand(scope string) []string {
	var names []string
	for _, s := range scopes {
		if covers([]string{scope}, s.Name) {
			names = append(names, s.Name)
		}
	}
	return names
}
