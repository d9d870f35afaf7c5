// Package reaction answers events: it keeps targets, webhooks and triggers, and
// for each event runs the actions of the triggers and makes the deliveries of the
// webhooks that listen to it. All that an event leads to, its run log and its
// leaving the queue commit in one transaction, so each effect happens exactly
// once however often the process dies. It keeps every version of them, says why
// an event had the effects that it had, and tries them on events without an
// effect. It does not send anything: delivery does.
package reaction
