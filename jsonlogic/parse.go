package jsonlogic

import (
	"unicode/utf8"
)

// The bounds of Parse.
const (
	DefaultDepth = 512
	DefaultBytes = 16 << 20
)

// Limits bounds a document from a stranger. A field that is zero has its
// default: DefaultDepth levels of nesting, DefaultBytes bytes.
type Limits struct {
	Depth int
	Bytes int
}

// Parse decodes one JSON document within the default Limits. It accepts what
// RFC 8259 does, in UTF-8; of a repeated key the last value counts. Errors are
// a *ParseError. The Value holds on to one copy of the document and none of
// data.
func Parse(data []byte) (Value, error) { return ParseLimited(data, Limits{}) }

// ParseLimited is Parse with other bounds.
func ParseLimited(data []byte, limits Limits) (Value, error) {
	if limits.Bytes == 0 {
		limits.Bytes = DefaultBytes
	}
	if limits.Depth == 0 {
		limits.Depth = DefaultDepth
	}
	if len(data) > limits.Bytes {
		return Value{}, &ParseError{Offset: limits.Bytes, Reason: TooLarge, Problem: "the document is too large"}
	}
	d := decoder{src: string(data), room: limits.Depth}
	// The stacks begin on the stack; the slabs with what such a size often takes.
	var elements [16]Value
	var members [32]Member
	d.openElements, d.openMembers = elements[:0], members[:0]
	d.elements.next, d.members.next, d.objects.next = len(data)/64, len(data)/32, len(data)/128
	return d.document()
}

// decoder reads src from pos. Elements and members of the containers that are
// still open lie on two stacks; a finished container is cut out of a slab, so
// that a document costs a handful of allocations.
type decoder struct {
	src  string
	pos  int
	room int // levels of nesting left

	openElements []Value
	openMembers  []Member
	elements     slab[Value]
	members      slab[Member]
	objects      slab[object]
}

func (d *decoder) document() (Value, error) {
	if at := invalidUTF8(d.src); at >= 0 {
		d.pos = at
		return Value{}, d.fail("the text is not UTF-8")
	}
	v, err := d.value()
	if err != nil {
		return Value{}, err
	}
	if d.space(); d.pos < len(d.src) {
		return Value{}, d.fail("there is text after the value")
	}
	return v, nil
}

func (d *decoder) value() (Value, error) {
	switch c := d.space(); c {
	case '{':
		return d.object()
	case '[':
		return d.array()
	case '"':
		text, err := d.text()
		return String(text), err
	case 't':
		return d.literal("true", Bool(true))
	case 'f':
		return d.literal("false", Bool(false))
	case 'n':
		return d.literal("null", Value{})
	default:
		if c == '-' || isDigit(c) {
			return d.number()
		}
		return Value{}, d.unexpected("a value")
	}
}

func (d *decoder) literal(word string, v Value) (Value, error) {
	if len(d.src)-d.pos < len(word) || d.src[d.pos:d.pos+len(word)] != word {
		return Value{}, d.unexpected("a value")
	}
	d.pos += len(word)
	return v, nil
}

func (d *decoder) array() (Value, error) {
	if err := d.enter(); err != nil {
		return Value{}, err
	}
	base := len(d.openElements)
	for c := d.space(); c != ']'; {
		element, err := d.value()
		if err != nil {
			return Value{}, err
		}
		d.openElements = append(d.openElements, element)
		if c, err = d.separator(']'); err != nil {
			return Value{}, err
		}
	}
	d.leave()
	open := d.openElements[base:]
	d.openElements = d.openElements[:base]
	// An empty array still takes a place, which is its identity.
	own := d.elements.take(max(len(open), 1))[:len(open)]
	copy(own, open)
	return newArray(own), nil
}

func (d *decoder) object() (Value, error) {
	if err := d.enter(); err != nil {
		return Value{}, err
	}
	base := len(d.openMembers)
	for c := d.space(); c != '}'; {
		member, err := d.member()
		if err != nil {
			return Value{}, err
		}
		d.openMembers = append(d.openMembers, member)
		if c, err = d.separator('}'); err != nil {
			return Value{}, err
		}
	}
	d.leave()
	open := d.openMembers[base:]
	d.openMembers = d.openMembers[:base]
	own := d.members.take(len(open))
	copy(own, open)
	return newObject(&d.objects.take(1)[0], own), nil
}

func (d *decoder) member() (Member, error) {
	if d.space() != '"' {
		return Member{}, d.unexpected("a key in double quotes")
	}
	key, err := d.text()
	if err != nil {
		return Member{}, err
	}
	if d.space() != ':' {
		return Member{}, d.unexpected(`":"`)
	}
	d.pos++
	value, err := d.value()
	return Member{Key: key, Value: value}, err
}

// separator reads a comma, or sees the closing bracket and gives it back.
func (d *decoder) separator(closing byte) (byte, error) {
	switch c := d.space(); c {
	case closing:
		return c, nil
	case ',':
		d.pos++
		return c, nil
	}
	return 0, d.unexpected(`"," or "` + string(closing) + `"`)
}

func (d *decoder) enter() error {
	if d.room == 0 {
		return &ParseError{Offset: d.pos, Reason: TooDeep, Problem: "the document is nested too deeply"}
	}
	d.room--
	d.pos++
	return nil
}

func (d *decoder) leave() {
	d.room++
	d.pos++
}

// space skips white space and gives the byte after it, 0 at the end.
func (d *decoder) space() byte {
	for d.pos < len(d.src) {
		switch c := d.src[d.pos]; c {
		case ' ', '\n', '\r', '\t':
			d.pos++
		default:
			return c
		}
	}
	return 0
}

func (d *decoder) unexpected(want string) error {
	if d.pos >= len(d.src) {
		return d.fail("the text ends where " + want + " should be")
	}
	return d.fail("this is not " + want)
}

func (d *decoder) fail(problem string) error {
	return &ParseError{Offset: d.pos, Reason: BadSyntax, Problem: problem}
}

// invalidUTF8 gives the offset of the first byte that is not UTF-8, else -1.
func invalidUTF8(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i := 0; ; {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
}

// slab hands out slices of chunks.
type slab[T any] struct {
	free []T
	next int // size of the next chunk
}

func (s *slab[T]) take(n int) []T {
	const smallest, largest = 4, 512
	if n > len(s.free) {
		s.free = make([]T, max(n, min(max(s.next, smallest), largest)))
	}
	taken := s.free[:n:n]
	s.free = s.free[n:]
	return taken
}
