package event

// Entry is one event type of the catalogue.
type Entry struct {
	Type Type
	// Description says when it fires.
	Description string
}

var catalogue = []Entry{
	{ProfileCreated, "A profile was stored for the first time."},
	{ProfileUpdated, "A profile's own fields, attributes, tags, statuses, identities or addresses changed."},
	{TransactionCreated, "A transaction was recorded."},
	{TransactionUpdated, "A transaction changed, was voided, or was attached to a profile or detached from one."},
}

// Catalogue returns every event type, in the order of the documentation.
func Catalogue() []Entry { return append([]Entry{}, catalogue...) }
