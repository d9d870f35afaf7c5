package loyalty

import (
	"strings"
	"unicode/utf8"

	"github.com/belfryhq/belfry/internal/scalar"
)

// checkText trims a text and notes when it is too long or cannot be stored.
// max counts characters.
func checkText(invalid *InvalidError, field string, v *scalar.Text, max int) {
	*v = scalar.Text(strings.TrimSpace(string(*v)))
	if utf8.RuneCountInString(string(*v)) > max {
		invalid.Add(field, "The %s may not be greater than %d characters.", label(field), max)
	}
	if strings.ContainsRune(string(*v), 0) {
		invalid.Add(field, "The %s may not hold a NUL character.", label(field))
	}
}

// checkRequired is checkText for a field that must be given.
func checkRequired(invalid *InvalidError, field string, v *scalar.Text, max int) {
	checkText(invalid, field, v, max)
	if *v == "" {
		invalid.Add(field, "The %s field is required.", label(field))
	}
}

// label is a field's name in a sentence: the "birth day" of "birth_day".
func label(field string) string {
	return strings.ReplaceAll(field[strings.LastIndex(field, ".")+1:], "_", " ")
}
