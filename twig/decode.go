package twig

import (
	"fmt"
	"strconv"
)

// maxJSONDepth bounds how deep arrays and objects may nest in a context.
const maxJSONDepth = 512

// A JSONError tells where a text stops being JSON.
type JSONError struct {
	Offset  int // in bytes, from 0
	Message string
}

// Error describes the problem and its byte.
func (e *JSONError) Error() string {
	return fmt.Sprintf("invalid JSON at byte %d: %s", e.Offset, e.Message)
}

// ParseJSON decodes one JSON text. Objects keep the order of their keys (of a
// repeated key the last value, at the first place), integers that fit 64 bits
// are Int and every other number is a Float that keeps its digits. The values
// refer to a copy of data, so data may be reused. The error is a *JSONError.
func ParseJSON(data []byte) (Value, error) {
	d := decoder{src: string(data)}
	d.space()
	v := d.value()
	if d.err == nil {
		d.space()
		if d.pos < len(d.src) {
			d.fail("nothing more is expected after the value")
		}
	}
	if d.err != nil {
		return Value{}, d.err
	}
	return v, nil
}

type decoder struct {
	src   string
	pos   int
	depth int
	err   *JSONError
	vals  []Value // values of the arrays being read
	pairs []pair  // entries of the objects being read
	dry   bool    // only check, keep nothing
}

func (d *decoder) fail(message string) Value {
	if d.err == nil {
		d.err = &JSONError{Offset: d.pos, Message: message}
	}
	return nullValue
}

func (d *decoder) space() {
	for d.pos < len(d.src) {
		switch d.src[d.pos] {
		case ' ', '\n', '\t', '\r':
			d.pos++
		default:
			return
		}
	}
}

func (d *decoder) value() Value {
	if d.pos >= len(d.src) {
		return d.fail("a value is expected, the text ends")
	}
	switch c := d.src[d.pos]; c {
	case '{':
		return d.nest((*decoder).object)
	case '[':
		return d.nest((*decoder).list)
	case '"':
		return StringValue(d.string())
	case 't':
		return d.literal("true", trueValue)
	case 'f':
		return d.literal("false", falseValue)
	case 'n':
		return d.literal("null", nullValue)
	default:
		if c == '-' || c-'0' <= 9 {
			return d.number()
		}
		return d.fail("a value is expected")
	}
}

func (d *decoder) nest(read func(*decoder) Value) Value {
	if d.depth++; d.depth > maxJSONDepth {
		return d.fail("nested too deep")
	}
	v := read(d)
	d.depth--
	return v
}

func (d *decoder) literal(word string, v Value) Value {
	if len(d.src)-d.pos < len(word) || d.src[d.pos:d.pos+len(word)] != word {
		return d.fail("a value is expected")
	}
	d.pos += len(word)
	return v
}

func (d *decoder) list() Value {
	d.pos++
	d.space()
	base := len(d.vals)
	if d.pos < len(d.src) && d.src[d.pos] == ']' {
		d.pos++
		return emptyArray
	}
	for {
		v := d.value()
		if !d.dry {
			d.vals = append(d.vals, v)
		}
		if d.err != nil || !d.more(']') {
			break
		}
	}
	if d.dry {
		return nullValue
	}
	h := &Hash{list: append(make([]Value, 0, len(d.vals)-base), d.vals[base:]...)}
	d.vals = d.vals[:base]
	return ArrayValue(h)
}

// more reads a comma and reports true, or the closing byte and reports false.
func (d *decoder) more(closing byte) bool {
	d.space()
	if d.pos >= len(d.src) {
		d.fail(fmt.Sprintf("a comma or %q is expected, the text ends", closing))
		return false
	}
	switch d.src[d.pos] {
	case ',':
		d.pos++
		d.space()
		return true
	case closing:
		d.pos++
		return false
	}
	d.fail(fmt.Sprintf("a comma or %q is expected", closing))
	return false
}

func (d *decoder) object() Value {
	d.pos++
	d.space()
	base := len(d.pairs)
	if d.pos < len(d.src) && d.src[d.pos] == '}' {
		d.pos++
		return ArrayValue(&Hash{object: true})
	}
	for {
		if d.pos >= len(d.src) || d.src[d.pos] != '"' {
			d.fail("an object key in double quotes is expected")
			break
		}
		name := d.string()
		d.space()
		if d.pos >= len(d.src) || d.src[d.pos] != ':' {
			d.fail("a colon is expected after the object key")
			break
		}
		d.pos++
		d.space()
		v := d.value()
		if !d.dry {
			d.pairs = append(d.pairs, pair{keyOf(name), v})
		}
		if d.err != nil || !d.more('}') {
			break
		}
	}
	if d.dry {
		return nullValue
	}
	h := hashOf(d.pairs[base:])
	d.pairs = d.pairs[:base]
	return ArrayValue(h)
}

// hashOf copies decoded pairs into a hash, settling repeated keys.
func hashOf(pairs []pair) *Hash {
	h := &Hash{object: true, pairs: make([]pair, 0, len(pairs))}
	if len(pairs) > linearLimit {
		size := 4 * linearLimit
		for size < 2*len(pairs) {
			size *= 2
		}
		h.index = make([]int32, size)
	}
	for _, p := range pairs {
		if i := h.find(p.key); i >= 0 {
			h.pairs[i].val = p.val
		} else {
			h.push(p.key, p.val)
		}
	}
	return h
}

func (d *decoder) number() Value {
	start := d.pos
	if d.src[d.pos] == '-' {
		d.pos++
	}
	first := d.pos
	n := d.digits()
	if n == 0 {
		return d.fail("a digit is expected")
	}
	if n > 1 && d.src[first] == '0' {
		d.pos = first
		return d.fail("a number does not start with a needless zero")
	}
	whole := true
	if d.pos < len(d.src) && d.src[d.pos] == '.' {
		d.pos++
		whole = false
		if d.digits() == 0 {
			return d.fail("a digit is expected after the decimal point")
		}
	}
	if d.pos < len(d.src) && d.src[d.pos]|0x20 == 'e' {
		d.pos++
		whole = false
		if d.pos < len(d.src) && (d.src[d.pos] == '+' || d.src[d.pos] == '-') {
			d.pos++
		}
		if d.digits() == 0 {
			return d.fail("a digit is expected in the exponent")
		}
	}
	text := d.src[start:d.pos]
	if whole && text != "-0" {
		if i, ok := smallInt(text); ok {
			return IntValue(i)
		}
		if i, err := strconv.ParseInt(text, 10, 64); err == nil {
			return IntValue(i)
		}
	}
	return textValue(inDecimal, text)
}

// smallInt parses integers of up to 18 digits, which cannot overflow.
func smallInt(s string) (int64, bool) {
	if len(s) > 18 {
		return 0, false
	}
	digits := s
	if s[0] == '-' {
		digits = s[1:]
	}
	var n int64
	for i := 0; i < len(digits); i++ {
		n = n*10 + int64(digits[i]-'0')
	}
	if s[0] == '-' {
		n = -n
	}
	return n, true
}

func (d *decoder) digits() int {
	start := d.pos
	for d.pos < len(d.src) && d.src[d.pos]-'0' <= 9 {
		d.pos++
	}
	return d.pos - start
}
