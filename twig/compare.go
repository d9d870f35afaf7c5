package twig

import (
	"cmp"
	"strings"
	"time"
)

// looseEqual is PHP 8's ==. Like all comparisons it counts steps, as arrays may
// hold each other many times over.
func (r *run) looseEqual(a, b Value) bool {
	if a.isText() && b.isText() {
		r.workOn(a, b)
		return textEqual(a.text(), b.text())
	}
	order, ok := r.compare(a, b)
	return ok && order == 0
}

func textEqual(a, b string) bool {
	if a == b {
		return true
	}
	if !mayBeNumeric(a) || !mayBeNumeric(b) {
		return false
	}
	x, ok := numericString(a)
	if !ok {
		return false
	}
	y, ok := numericString(b)
	return ok && compareNumbers(x, y) == 0
}

// mayBeNumeric is a cheap test that no numeric string fails.
func mayBeNumeric(s string) bool {
	return s != "" && (s[0] <= '9' || s[len(s)-1] <= ' ')
}

// compare orders a and b as PHP 8's <=> does; ok is false for arrays and
// objects that cannot be compared.
func (r *run) compare(a, b Value) (order int, ok bool) {
	a, b = a.plain(), b.plain()
	r.workOn(a, b)
	switch {
	case a.isText() && b.isText():
		return compareText(a.text(), b.text()), true
	case isNumber(a) && isNumber(b):
		return compareNumbers(a, b), true
	case a.kind == inBool || b.kind == inBool:
		return compareBools(a.truth(), b.truth()), true
	case a.IsNull() && b.isText():
		return compareText("", b.text()), true
	case a.isText() && b.IsNull():
		return compareText(a.text(), ""), true
	case a.IsNull() || b.IsNull():
		return compareBools(a.truth(), b.truth()), true
	case isNumber(a) && b.isText():
		return compareMixed(a, b.text()), true
	case a.isText() && isNumber(b):
		return -compareMixed(b, a.text()), true
	case a.kind == inArray && b.kind == inArray:
		return r.compareHashes(a.array(), b.array())
	case a.kind == inTime && b.kind == inTime:
		return a.time().Compare(b.time()), true
	case a.kind == inArray:
		return 1, true
	case b.kind == inArray:
		return -1, true
	}
	return 1, a.kind == b.kind && a.ptr == b.ptr
}

// plain turns the live loop variable into the mapping it stands for.
func (v Value) plain() Value {
	if v.kind == inLoop || v.kind == inScope {
		return v.snapshot()
	}
	return v
}

func isNumber(v Value) bool { return v.kind >= inInt && v.kind <= inDecimal }

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func compareNumbers(a, b Value) int {
	if a.kind == inInt && b.kind == inInt {
		return cmp.Compare(a.int(), b.int())
	}
	x, y := a.toFloat(), b.toFloat()
	switch {
	case x == y:
		return 0
	case x < y:
		return -1
	}
	return 1 // NaN included, as in PHP
}

func compareText(a, b string) int {
	if mayBeNumeric(a) && mayBeNumeric(b) {
		if x, ok := numericString(a); ok {
			if y, ok := numericString(b); ok {
				return compareNumbers(x, y)
			}
		}
	}
	return strings.Compare(a, b)
}

// compareMixed compares a number with a text: as numbers when the text is
// numeric, else as texts.
func compareMixed(n Value, s string) int {
	if x, ok := numericString(s); ok {
		return compareNumbers(n, x)
	}
	return strings.Compare(n.String(), s)
}

func (r *run) compareHashes(a, b *Hash) (int, bool) {
	if a == b {
		return 0, true
	}
	if order := cmp.Compare(a.Len(), b.Len()); order != 0 {
		return order, true
	}
	r.enterValue()
	defer r.leaveValue()
	for i := range a.Len() {
		r.step()
		k, x := a.At(i)
		y := b.get(k)
		if y.kind == inMissing {
			return 1, false
		}
		if order, ok := r.compare(x, y); order != 0 || !ok {
			return order, ok
		}
	}
	return 0, true
}

// identical is PHP's ===.
func (r *run) identical(a, b Value) bool {
	a, b = a.plain(), b.plain()
	r.workOn(a, b)
	if a.IsNull() || b.IsNull() {
		return a.IsNull() && b.IsNull()
	}
	if a.Kind() != b.Kind() {
		return false
	}
	switch a.kind {
	case inBool, inInt:
		return a.num == b.num
	case inFloat, inDecimal:
		return a.float() == b.float()
	case inString, inMarkup:
		return a.text() == b.text()
	case inArray:
		return r.identicalHashes(a.array(), b.array())
	case inTime:
		return a.ptr == b.ptr || a.time().Equal(b.time()) && sameZone(a.time(), b.time())
	}
	return a.ptr == b.ptr
}

func sameZone(a, b time.Time) bool { return a.Location().String() == b.Location().String() }

func (r *run) identicalHashes(a, b *Hash) bool {
	if a == b {
		return true
	}
	if a.Len() != b.Len() {
		return false
	}
	r.enterValue()
	defer r.leaveValue()
	for i := range a.Len() {
		r.step()
		k, x := a.At(i)
		l, y := b.At(i)
		if !sameKey(k, l) || !r.identical(x, y) {
			return false
		}
	}
	return true
}
