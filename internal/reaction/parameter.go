package reaction

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/belfryhq/belfry/internal/scalar"
)

// parameter is what an action takes under a name.
type parameter struct {
	name     string
	aliases  []string
	form     form
	required bool
	// large says that the run log leaves the value out.
	large bool
	doc   string
}

// form is what the value of an argument must be, whether it was given or came of
// a rule.
type form struct {
	// name is what the catalogue calls it.
	name string
	// of is what a handle is of, in words; words are those that it can be.
	of    string
	words []string
	// read returns the value in its one form, or says what it must be.
	read func(json.RawMessage) (json.RawMessage, error)
}

var (
	textForm    = form{name: "text", read: readText}
	amountForm  = form{name: "number", read: readAmount}
	integerForm = form{name: "integer", read: readInteger}
	timeForm    = form{name: "time", read: readTime}
	zoneForm    = form{name: "text", read: readZone}
	jsonForm    = form{name: "json", read: func(raw json.RawMessage) (json.RawMessage, error) { return raw, nil }}
	objectForm  = form{name: "object", read: readObject}
	listForm    = form{name: "list", read: readList}
	// conditionForm is a rule, whether it is marked dynamic or not.
	conditionForm = form{name: "condition"}
)

func handleOf(what string) form { return form{name: "handle", of: what, read: readText} }

func wordOf(words ...string) form {
	return form{name: "word", words: words, read: func(raw json.RawMessage) (json.RawMessage, error) {
		var word string
		if json.Unmarshal(raw, &word) != nil || !slices.Contains(words, word) {
			return nil, mustBe("one of "+strings.Join(words, ", "), raw)
		}
		return raw, nil
	}}
}

// mustBe is the error of a value that is not what it must be.
func mustBe(what string, raw json.RawMessage) error {
	text := string(raw)
	if len(text) > 60 {
		text = text[:60] + "…"
	}
	return fmt.Errorf("the value must be %s, not %s%s", what, text, maybeRule(raw))
}

// maybeRule suggests that what was given as a value was meant as a rule.
func maybeRule(raw json.RawMessage) string {
	if bytes.HasPrefix(raw, []byte("{")) {
		return "; with is_dynamic true it is evaluated as JSON Logic"
	}
	return ""
}

func readText(raw json.RawMessage) (json.RawMessage, error) {
	var text string
	if isNumber(raw) {
		return json.RawMessage(strconv.Quote(string(raw))), nil
	}
	if json.Unmarshal(raw, &text) != nil {
		return nil, mustBe("text", raw)
	}
	if strings.ContainsRune(text, 0) {
		return nil, errors.New("the value may not hold a NUL character")
	}
	return raw, nil
}

func isNumber(raw json.RawMessage) bool {
	return len(raw) > 0 && (raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9')
}

func readAmount(raw json.RawMessage) (json.RawMessage, error) {
	var amount scalar.Amount
	if quoted := bytes.HasPrefix(raw, []byte(`"`)); !quoted && !isNumber(raw) || json.Unmarshal(raw, &amount) != nil {
		return nil, mustBe("a number", raw)
	}
	return amount.AppendJSON(nil), nil
}

func readInteger(raw json.RawMessage) (json.RawMessage, error) {
	n, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
	if err != nil {
		return nil, mustBe("a whole number", raw)
	}
	return strconv.AppendInt(nil, n, 10), nil
}

func readTime(raw json.RawMessage) (json.RawMessage, error) {
	var at scalar.Time
	if !bytes.HasPrefix(raw, []byte(`"`)) || json.Unmarshal(raw, &at) != nil || at.IsZero() {
		return nil, mustBe("a time such as 2026-01-31 09:30:00", raw)
	}
	return at.AppendJSON(nil), nil
}

// readZone takes empty text for no zone.
func readZone(raw json.RawMessage) (json.RawMessage, error) {
	var name string
	if json.Unmarshal(raw, &name) == nil && name != "Local" {
		if _, err := time.LoadLocation(name); err == nil {
			return raw, nil
		}
	}
	return nil, mustBe("a time zone such as Australia/Melbourne", raw)
}

func readObject(raw json.RawMessage) (json.RawMessage, error) {
	if !bytes.HasPrefix(raw, []byte("{")) {
		return nil, mustBe("an object", raw)
	}
	return raw, nil
}

// readList takes one text for a list of it.
func readList(raw json.RawMessage) (json.RawMessage, error) {
	var texts []string
	if err := json.Unmarshal(raw, &texts); err == nil && len(texts) > 0 && !slices.Contains(texts, "") {
		return raw, nil
	}
	one, err := readText(raw)
	if err != nil || string(one) == `""` {
		return nil, mustBe("text or a list of texts", raw)
	}
	return append(append(json.RawMessage("["), one...), ']'), nil
}
