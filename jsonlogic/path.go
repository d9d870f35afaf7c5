package jsonlogic

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// segment is one step of a path, prepared for every kind of container.
type segment struct {
	name  string
	hash  uint64
	index int // the array index that name spells, else -1
}

func newSegment(name string) segment {
	return segment{name: name, hash: hashKey(name), index: arrayIndex(name)}
}

// splitPath prepares a dotted path.
func splitPath(path string) []segment {
	names := strings.Split(path, ".")
	segments := make([]segment, len(names))
	for i, name := range names {
		segments[i] = newSegment(name)
	}
	return segments
}

// firstSegment prepares the first step of a path.
func firstSegment(path string) segment {
	name, _, _ := strings.Cut(path, ".")
	return newSegment(name)
}

// arrayIndex reads the canonical form of an index: "0", "12", not "012".
func arrayIndex(name string) int {
	if name == "" || len(name) > 9 || (name[0] == '0' && len(name) > 1) {
		return -1
	}
	if digitRun(name) != len(name) {
		return -1
	}
	index, _ := strconv.Atoi(name) // at most nine digits
	return index
}

// walk follows the segments down from v and reports whether all were there.
func (m *machine) walk(n *node, v Value, segments []segment) (Value, bool, error) {
	m.steps -= len(segments) >> 3
	for i := range segments {
		at := &segments[i]
		found := false
		switch v.kind {
		case KindObject:
			v, found = v.object().getHashed(at.name, at.hash)
		case KindArray:
			v, found = v.arrayMember(at)
		case KindString:
			if err := m.charge(n, v); err != nil {
				return Value{}, false, err
			}
			v, found = v.textMember(at)
		}
		if !found {
			return Value{}, false, nil
		}
	}
	return v, true, nil
}

// walkText is walk for a path that is only known now.
func (m *machine) walkText(n *node, v Value, path string) (Value, bool, error) {
	if err := m.charge(n, String(path)); err != nil {
		return Value{}, false, err
	}
	for more := true; more; {
		var name string
		name, path, more = strings.Cut(path, ".")
		at := [1]segment{newSegment(name)}
		next, found, err := m.walk(n, v, at[:])
		if !found || err != nil {
			return Value{}, false, err
		}
		v = next
	}
	return v, true, nil
}

func (v Value) arrayMember(at *segment) (Value, bool) {
	if uint(at.index) < uint(v.num) {
		return v.elements()[at.index], true
	}
	if at.name == "length" {
		return Number(float64(v.num)), true
	}
	return Value{}, false
}

// textMember gives the length of a string in UTF-16 units, or one of them.
func (v Value) textMember(at *segment) (Value, bool) {
	text := v.Text()
	if at.name == "length" {
		return Number(float64(unitCount(text))), true
	}
	if at.index >= 0 && at.index < unitCount(text) {
		return String(sliceUnits(text, at.index, at.index+1)), true
	}
	return Value{}, false
}

// unitCount counts the UTF-16 units of s.
func unitCount(s string) int {
	if isASCII(s) {
		return len(s)
	}
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// sliceUnits cuts s by UTF-16 units. Half a pair becomes U+FFFD.
func sliceUnits(s string, from, to int) string {
	if isASCII(s) {
		return s[from:to]
	}
	return string(utf16.Decode(utf16.Encode([]rune(s))[from:to]))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
