// Package delivery carries a message to its receiver: it decides when an attempt is made, makes it, and decides what
// its outcome means.
//
// The parts, in the order in which a delivery meets them:
//
//   - Dispatcher: the queue. It stores deliveries, claims them fairly, has them attempted and records the results.
//   - Policy and Next: the state machine. Pure functions of values, a clock reading and a random number.
//   - Guard: which URLs may be configured and which addresses may be dialled.
//   - HTTP: one signed request and its bounded answer, named as an Outcome.
//   - Pace: how many attempts an endpoint bears at a time.
//
// The package does not choose what is sent or to whom: it gets finished bytes and an endpoint. It knows nothing of
// events' contents, templates or the API.
package delivery
