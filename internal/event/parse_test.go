package event

import (
	"strings"
	"testing"
)

func TestNamesOfEvents(t *testing.T) {
	for name, want := range map[string]Type{
		"transaction.created": TransactionCreated,
		"profiles.create":     ProfileCreated,
		"Profile.Updated":     ProfileUpdated,
		"order.shipped":       "order.shipped",
		"gift-card":           "gift-card",
		"erp.stock_2.low-42":  "erp.stock_2.low-42",
		"profile.exploded":    "profile.exploded",
	} {
		if got, err := Parse(name); err != nil || got != want {
			t.Errorf("Parse(%q) = %q, %v; want %q", name, got, err, want)
		}
	}
	for name, words := range map[string]string{
		"profile.creatd":                    "did you mean profile.created?",
		"transactions.created":              "did you mean transaction.created?",
		"transaction_updated":               "did you mean transaction.updated?",
		"Order.Shipped":                     "words in lower case",
		"shipped":                           "words in lower case",
		"":                                  "words in lower case",
		"order..shipped":                    "words in lower case",
		".shipped":                          "words in lower case",
		"order.shipped ":                    "words in lower case",
		"order.shipped\n":                   "words in lower case",
		"größe.gross":                       "words in lower case",
		"a." + strings.Repeat("b", maxType): "at most 100 characters",
	} {
		if got, err := Parse(name); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("Parse(%q) = %q, %v; want an error with %q", name, got, err, words)
		}
	}
}

func TestEveryTypeOfTheCatalogueIsParsedAndNoneIsTheSlipOfAnother(t *testing.T) {
	for _, e := range Catalogue() {
		if got, err := Parse(string(e.Type)); err != nil || got != e.Type || IsCustom(got) {
			t.Errorf("Parse(%q) = %q, %v", e.Type, got, err)
		}
	}
}

func TestEventsOfTheProgrammeAreNotCustom(t *testing.T) {
	for _, name := range []string{
		"profile.updated", "profile.created", "profile.deleted", "profile.merged", "aggregation.updated", "profile.update", "tier.lost",
	} {
		if got, err := ParseCustom(name); err == nil || !strings.Contains(err.Error(), "the programme's own") {
			t.Errorf("ParseCustom(%q) = %q, %v", name, got, err)
		}
	}
	if got, err := ParseCustom("order.shipped"); err != nil || !IsCustom(got) {
		t.Errorf("ParseCustom of a custom name = %q, %v", got, err)
	}
}
