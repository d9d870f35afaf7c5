// Package jsonlogic compiles JSON Logic (https://jsonlogic.com) once, evaluates
// it fast, and can say why a condition came out as it did.
//
//	rule, err := jsonlogic.Compile([]byte(`{">=": [{"var": "spend"}, 1000]}`))
//	data, err := jsonlogic.Parse([]byte(`{"spend": 420.5}`))
//	ok, err := rule.Truthy(data)         // false
//	trace, err := rule.Trace(data)
//	trace.Explain()                      // spend >= 1000 is false: 420.5 >= 1000
//
// # Semantics
//
// The operators, coercions and notion of truth are those of the reference
// implementation, json-logic-js: numbers are float64, "1" == 1, null >= 0, two
// arrays are equal only when they are the same array, string positions count
// UTF-16 units, and a var may end in "length". A value that JavaScript would
// call undefined is null here.
//
// It differs on purpose in these points:
//
//   - a rule is checked when it is compiled: an unknown operator, or a count of
//     arguments that the operator cannot use, is an error with its place, not a
//     surprise in production;
//   - > and >= take a third operand and mean "between", as < and <= do;
//   - data is never run as logic, not even the keys given to missing;
//   - an integer that float64 cannot hold keeps its digits when it is printed;
//   - half of a surrogate pair, cut out by substr, is U+FFFD;
//   - a negative length of substr may be written as text;
//   - log returns its argument and writes nowhere.
//
// # Additions
//
// Two operators are not part of JSON Logic. A timestamp is the string
// "YYYY-MM-DD HH:MM:SS" in UTC; a bare date is its midnight.
//
//	{"now": []}                       the time of the evaluation, see At
//	{"date_diff": [from, to, unit]}   whole units from one timestamp to the other
//
// The unit is seconds, minutes, hours, days, months or years. The result is
// rounded towards zero and negative when to is the earlier. A month is over on
// the same day of the next one, or on its last day when it is shorter. Where
// from or to is not a timestamp the result is NaN, with which every comparison
// is false.
//
// Operator adds more.
//
// # Bounds
//
// Rules and data may come from strangers. Compile bounds the size and depth of
// a rule, Parse those of data, and an evaluation has a budget of steps that
// also pays for long strings and built-up arrays, so it neither hangs nor
// exhausts memory; it fails with ErrTooManySteps or ErrValueTooLarge.
//
// The package does no I/O and keeps no state. It does not fetch data, store
// rules or check a rule against a schema; Rule.Paths gives what such a check
// needs.
package jsonlogic
