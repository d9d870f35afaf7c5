package reaction

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

var eventKind = &kind{
	name: "event.create", aliases: []string{"custom.event", "custom-event", "create event"},
	doc: "Tells of a custom event, which other triggers and webhooks answer.",
	params: []parameter{
		{
			name: "event", aliases: []string{"type"}, form: form{name: "text", read: readCustomType}, required: true,
			doc: "The type: words in lower case joined by dots, such as order.shipped.",
		},
		{name: "context", form: objectForm, large: true, doc: "The context: that of the event when not given. That of a profile's event gets profile_id and profile."},
		{name: "profile_id", form: textForm, doc: "The profile concerned: that of the event when not given."},
	},
	do: createEvent,
}

// readCustomType reads the name of a type that is not the programme's own.
func readCustomType(raw json.RawMessage) (json.RawMessage, error) {
	text, err := readText(raw)
	if err != nil {
		return nil, err
	}
	typ, err := event.ParseCustom(string(arguments{"": text}.text("")))
	if err != nil {
		return nil, err
	}
	return json.Marshal(typ)
}

func createEvent(x *execution, in arguments, result *ActionResult) (err error) {
	input := loyalty.CustomEventInput{Event: string(in.text("event")), Context: in["context"]}
	if input.Context == nil {
		input.Context = x.event.Context
	}
	profile := string(in.text("profile_id"))
	if profile == "" {
		profile = x.event.ProfileID
	}
	var told store.Event
	if profile == "" {
		told, err = loyalty.TellOfTenant(x.tenant, input)
	} else {
		told, err = loyalty.TellOfProfile(x.tenant, profile, input)
	}
	result.made("event", told.ID)
	return err
}
