// Package automation fires for profiles when a time comes: it keeps automations,
// which join a named selection of profiles, a schedule and actions, and runs them.
// For each selected profile an event is recorded and answered in one transaction
// with the cursor of the run, so that each is fired for exactly once however often
// the process dies. What the actions do is decided by reaction.
package automation
