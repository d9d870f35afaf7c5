// Package loyalty is the programme: customers and what they buy, with the rules
// of Omneo API v3. Each function takes a transaction of the store, in which it
// reads, checks, writes and appends the events that tell of the change, so that
// functions combine and a batch or an upsert is still one transaction.
//
// It knows nothing of HTTP, and does not decide what follows from an event.
package loyalty
