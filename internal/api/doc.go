// Package api is the edge that speaks Omneo's API v3: it checks the token, reads
// the question or the body, has one rule run in one transaction, and answers in
// the envelope that API v3 clients expect. Each resource is a file that lists
// its operations; the OpenAPI document is made from the same list. It knows no
// rule of the programme and no SQL: loyalty, reaction and delivery decide, and
// store remembers.
package api
