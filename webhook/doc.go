// Package webhook is the receiver's side of Belfry's webhooks: it proves that a request comes from your Belfry and is
// fresh, drops what you already processed, and hands you the event as a typed Go value.
//
// Three layers, each usable without the next:
//
//   - [Verifier] checks the headers and the raw body and returns a [Message]. It needs no HTTP server.
//   - [Decode] turns a Message into a context such as [TransactionContext] or [RewardContext], or a type of your own.
//   - [Handler] is an http.Handler around both: bounded bodies, deduplication, bounded concurrency, graceful stop.
//
// [Signer] and [Secret] are the other half of the same signature. Belfry's sender uses them, and so can the tests of
// your receiver.
//
// # On the wire
//
// The body is the target's rendered template or, without one, the event context. Two header families sign it:
//
//   - Standard Webhooks (https://www.standardwebhooks.com): webhook-id, webhook-timestamp and webhook-signature. The
//     signature covers the id, the time of the attempt and the body, so a captured request grows stale and a repeated
//     one is recognised.
//   - X-Omneo-Hmac-SHA256, for receivers written for Omneo: lower-case hex HMAC-SHA256 of the raw body. It covers
//     neither an id nor a time, so it cannot tell a replay from the original; a Verifier accepts it alone only when
//     [VerifierOptions].Accept says so.
//
// One secret serves both. The key of a Standard Webhooks signature is the bytes that the base64 after "whsec_" decodes
// to; the key of X-Omneo-Hmac-SHA256 is the secret's text as it stands, "whsec_" included, because a receiver written for
// Omneo holds the secret as a plain string and uses its bytes as they are.
//
// The event type travels in X-Omneo-Event, which neither family signs. Route by it, but don't let it decide about trust.
//
// # What it doesn't do
//
// It keeps nothing on disk: deduplication over restarts or several replicas needs your own [Seen], and an event accepted
// asynchronously lives in memory until your function returns (see [Handler] for what that guarantees). It doesn't
// register webhooks, and it doesn't retry your function.
package webhook
