package jsonlogic

import (
	"iter"
	"math"
	"strconv"
	"unsafe"
)

// Kind is the JSON type of a Value.
type Kind uint8

// The kinds of a Value. Those from KindString on have a length.
const (
	KindNull Kind = iota
	KindBool
	KindNumber
	KindString
	KindArray
	KindObject
)

// String gives the name that JSON has for the kind.
func (k Kind) String() string {
	switch k {
	case KindNull:
		return "null"
	case KindBool:
		return "bool"
	case KindNumber:
		return "number"
	case KindString:
		return "string"
	case KindArray:
		return "array"
	case KindObject:
		return "object"
	}
	return "kind " + strconv.Itoa(int(k))
}

// Value is one immutable JSON value. The zero Value is null. Objects keep the
// order in which their members were given. Values are small and copied freely;
// they may share memory with the document they were parsed from.
type Value struct {
	_ [0]func() // no ==, which would compare addresses: see Equal

	// ptr leads to the bytes of a string, the elements of an array, an *object,
	// or, for an integer that float64 cannot hold, to its digits as *string.
	ptr unsafe.Pointer
	// num is the length of a string or array, the bits of a number, or a bool.
	num uint64
	shape
}

// shape is a part of its own since the compiler keeps structs in registers
// only up to four fields.
type shape struct {
	// weight and depth are set for arrays and objects only. They count shared
	// parts each time, so they bound the work of walking the value.
	weight uint32
	depth  uint16
	kind   Kind
}

// Bool gives the JSON true or false.
func Bool(b bool) Value {
	v := Value{shape: shape{kind: KindBool}}
	if b {
		v.num = 1
	}
	return v
}

// Number gives a JSON number. NaN and the infinities are allowed, since
// arithmetic yields them, and print as null in JSON.
func Number(f float64) Value {
	return Value{shape: shape{kind: KindNumber}, num: math.Float64bits(f)}
}

// Int gives a JSON number that prints all digits of i, even those that its
// float64 loses.
func Int(i int64) Value {
	const exact = 1 << 53
	if i >= -exact && i <= exact {
		return Number(float64(i))
	}
	return integer(float64(i), strconv.FormatInt(i, 10))
}

// integer gives the number f that prints as digits.
func integer(f float64, digits string) Value {
	v := Number(f)
	if string(appendNumber(nil, f)) != digits {
		v.ptr = unsafe.Pointer(&digits)
	}
	return v
}

// String gives a JSON string. It should be valid UTF-8.
func String(s string) Value {
	return Value{shape: shape{kind: KindString}, num: uint64(len(s)), ptr: unsafe.Pointer(unsafe.StringData(s))}
}

// Array gives a JSON array of the elements, which are copied.
func Array(elements ...Value) Value {
	own := make([]Value, len(elements), max(len(elements), 1))
	copy(own, elements)
	return newArray(own)
}

// newArray makes the slice an array and keeps it.
func newArray(elements []Value) Value {
	v := Value{shape: shape{kind: KindArray, depth: 1}, num: uint64(len(elements))}
	if cap(elements) > 0 {
		v.ptr = unsafe.Pointer(unsafe.SliceData(elements))
	}
	weight := uint64(1)
	for i := range elements {
		weight += uint64(elements[i].cost())
		v.depth = max(v.depth, deeper(elements[i].depth))
	}
	v.weight = saturate(weight)
	return v
}

// Object gives a JSON object of the members, which are copied. A key that
// comes twice keeps its first place and its last value.
func Object(members ...Member) Value {
	own := make([]Member, len(members))
	copy(own, members)
	return newObject(&object{}, own)
}

// Kind gives the JSON type.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether v is null.
func (v Value) IsNull() bool { return v.kind == KindNull }

// Bool gives the bool, and false for any other kind.
func (v Value) Bool() bool { return v.kind == KindBool && v.num != 0 }

// Float gives the number, and 0 for any other kind.
func (v Value) Float() float64 {
	if v.kind != KindNumber {
		return 0
	}
	return math.Float64frombits(v.num)
}

// Text gives the content of a string, and "" for any other kind.
func (v Value) Text() string {
	if v.kind != KindString {
		return ""
	}
	return unsafe.String((*byte)(v.ptr), int(v.num))
}

// String gives v as JSON text.
func (v Value) String() string { return string(v.AppendJSON(nil)) }

// Len counts the elements of an array or the members of an object, and is 0
// for any other kind.
func (v Value) Len() int {
	switch v.kind {
	case KindArray:
		return int(v.num)
	case KindObject:
		return len(v.object().members)
	}
	return 0
}

// At gives the element i of an array; it panics when there is none.
func (v Value) At(i int) Value { return v.elements()[i] }

// Get gives the member of an object and whether there is one.
func (v Value) Get(key string) (Value, bool) {
	if v.kind != KindObject {
		return Value{}, false
	}
	return v.object().get(key)
}

// Elements yields the elements of an array in order.
func (v Value) Elements() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		for _, element := range v.elements() {
			if !yield(element) {
				return
			}
		}
	}
}

// Members yields the members of an object in order.
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if v.kind != KindObject {
			return
		}
		for _, member := range v.object().members {
			if !yield(member.Key, member.Value) {
				return
			}
		}
	}
}

// Equal reports whether both are the same JSON: numbers by value, arrays
// element by element, objects without regard to order. The operators of a
// rule compare as JavaScript does instead.
func (v Value) Equal(other Value) bool {
	if v.kind != other.kind {
		return false
	}
	switch v.kind {
	case KindNumber:
		return v.Float() == other.Float() && v.digits() == other.digits()
	case KindString:
		return v.Text() == other.Text()
	case KindArray:
		return equalElements(v.elements(), other.elements())
	case KindObject:
		return v.object().equal(other.object())
	}
	return v.num == other.num
}

func equalElements(a, b []Value) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].Equal(b[i]) {
			return false
		}
	}
	return true
}

func (v Value) elements() []Value {
	if v.kind != KindArray {
		return nil
	}
	return unsafe.Slice((*Value)(v.ptr), int(v.num))
}

func (v Value) object() *object { return (*object)(v.ptr) }

// digits gives the text of an integer that float64 cannot hold, else "".
func (v Value) digits() string {
	if v.ptr == nil {
		return ""
	}
	return *(*string)(v.ptr)
}

// same reports whether both are one array or one object, which is what
// JavaScript calls equal.
func (v Value) same(other Value) bool {
	return v.kind == other.kind && v.ptr != nil && v.ptr == other.ptr && v.num == other.num
}

// cost is the work of walking v, in units of a node or some bytes of text.
func (v Value) cost() uint32 {
	const bytesPerUnit = 16
	switch v.kind {
	case KindNumber:
		return saturate(1 + uint64(len(v.digits()))/bytesPerUnit)
	case KindString:
		return saturate(1 + v.num/bytesPerUnit)
	case KindArray, KindObject:
		return v.weight
	}
	return 1
}

func saturate(weight uint64) uint32 { return uint32(min(weight, math.MaxUint32)) }

func deeper(depth uint16) uint16 {
	if depth == math.MaxUint16 {
		return depth
	}
	return depth + 1
}
