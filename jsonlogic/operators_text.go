package jsonlogic

import (
	"math"
	"strings"
)

// runIn looks for a value in an array, or for a part in a text.
func runIn(m *machine, n *node) (Value, error) {
	sought, err := m.eval(n.args[0])
	if err != nil {
		return Value{}, err
	}
	place, err := m.eval(n.args[1])
	if err != nil || (place.kind != KindString && place.kind != KindArray) {
		return Bool(false), err
	}
	// One pass over the place, without entering the elements.
	if err := m.spend(n, int(place.cost()/4)); err != nil {
		return Value{}, err
	}
	if place.kind == KindArray {
		return Bool(contains(place.elements(), sought)), nil
	}
	if err := m.charge(n, sought); err != nil {
		return Value{}, err
	}
	return Bool(place.num > 0 && strings.Contains(place.Text(), sought.text())), nil
}

func contains(elements []Value, sought Value) bool {
	if sought.kind == KindString {
		return containsText(elements, sought.Text())
	}
	for i := range elements {
		if strictEqual(elements[i], sought) {
			return true
		}
	}
	return false
}

func containsText(elements []Value, text string) bool {
	for i := range elements {
		if elements[i].kind == KindString && elements[i].Text() == text {
			return true
		}
	}
	return false
}

// runCat joins its arguments, null being empty.
func runCat(m *machine, n *node) (Value, error) {
	arguments, err := m.push(n)
	if err != nil {
		return Value{}, err
	}
	for _, v := range arguments {
		if err := m.charge(n, v); err != nil {
			return Value{}, err
		}
	}
	m.buffer = appendJoined(m.buffer[:0], arguments, "")
	m.pop(arguments)
	return m.built(n, String(string(m.buffer)))
}

// runSubstr cuts a text. A negative start counts from the end; a negative
// length leaves that many units off the end.
func runSubstr(m *machine, n *node) (Value, error) {
	arguments, err := m.push(n)
	if err != nil {
		return Value{}, err
	}
	defer m.pop(arguments)
	for _, v := range arguments {
		if err := m.charge(n, v); err != nil {
			return Value{}, err
		}
	}
	text := arguments[0].text()
	size := float64(unitCount(text))
	from := math.Trunc(orZero(arguments[1].number()))
	if from < 0 {
		from = max(size+from, 0)
	}
	from = min(from, size)
	length := size - from
	if len(arguments) == 3 {
		length = substrLength(arguments[2].number(), length)
	}
	return String(sliceUnits(text, int(from), int(from+length))), nil
}

// substrLength applies the wanted length to the room there is.
func substrLength(wanted, room float64) float64 {
	if wanted < 0 {
		wanted += room
	}
	return min(max(math.Trunc(orZero(wanted)), 0), room)
}

func orZero(f float64) float64 {
	if math.IsNaN(f) {
		return 0
	}
	return f
}
