package twig

import (
	"math"
	"strconv"
	"time"
	"unsafe"
)

// Kind is the type of a Value, in Twig's own terms.
type Kind uint8

// The kinds of a Value. The zero Value is Null.
const (
	Null     Kind = iota
	Bool          // true or false
	Int           // 64-bit signed integer
	Float         // 64-bit float, or a decimal kept as it was written in JSON
	String        // text, escaped when printed
	Markup        // text that is never escaped again
	Array         // PHP's ordered hash: a sequence or a mapping
	Time          // a date with its time zone
	Callable      // an arrow function
)

// The inner kinds split the outer ones where the engine needs to tell more.
const (
	inUndefined uint8 = iota // zero Value: null, or a slot that was never looked at
	inNull
	inMissing // a name or key that does not exist; never leaves the engine
	inAbsent  // an optional argument that was not given
	inBool
	inInt
	inFloat
	inDecimal // a JSON number that is no int64, kept as its text
	inString
	inMarkup
	inArray
	inTime
	inInterval
	inCallable
	inLoop  // the live loop variable
	inScope // loop.parent
)

// Value is one Twig value: 24 bytes, copied freely and never changed in place.
type Value struct {
	kind uint8
	num  uint64         // bool, int, float bits, or the length of a text
	ptr  unsafe.Pointer // text bytes, or what the kind points to
}

var kindOf = [...]Kind{
	inBool: Bool, inInt: Int, inFloat: Float, inDecimal: Float, inString: String,
	inMarkup: Markup, inArray: Array, inTime: Time, inInterval: Time, inCallable: Callable,
	inLoop: Array, inScope: Array,
}

// Kind tells the type of v.
func (v Value) Kind() Kind { return kindOf[v.kind] }

// IsNull reports whether v is null.
func (v Value) IsNull() bool { return v.kind <= inAbsent }

var (
	nullValue   = Value{kind: inNull}
	missing     = Value{kind: inMissing}
	absent      = Value{kind: inAbsent}
	trueValue   = Value{kind: inBool, num: 1}
	falseValue  = Value{kind: inBool}
	emptyString = Value{kind: inString}
	emptyMarkup = Value{kind: inMarkup}
	emptyArray  = ArrayValue(&Hash{})
)

// NullValue returns null.
func NullValue() Value { return nullValue }

// BoolValue returns b as a Value.
func BoolValue(b bool) Value {
	if b {
		return trueValue
	}
	return falseValue
}

// IntValue returns i as a Value.
func IntValue(i int64) Value { return Value{kind: inInt, num: uint64(i)} }

// FloatValue returns f as a Value that prints with up to 14 digits, as the
// result of a calculation does. ValueOf keeps every digit.
func FloatValue(f float64) Value { return Value{kind: inFloat, num: math.Float64bits(f)} }

// StringValue returns s as a Value that is escaped where it is printed.
func StringValue(s string) Value { return textValue(inString, s) }

// MarkupValue returns s as a Value that no strategy escapes.
func MarkupValue(s string) Value { return textValue(inMarkup, s) }

// ArrayValue returns the hash a as a Value. The hash must not be changed afterwards.
func ArrayValue(a *Hash) Value {
	if a == nil {
		a = &Hash{}
	}
	return Value{kind: inArray, ptr: unsafe.Pointer(a)}
}

// TimeValue returns t as a Value; filters print it in its own zone or in the environment's.
func TimeValue(t time.Time) Value { return Value{kind: inTime, ptr: unsafe.Pointer(&t)} }

// ListValue returns the items as a sequence.
func ListValue(items ...Value) Value { return ArrayValue(&Hash{list: items}) }

func textValue(kind uint8, s string) Value {
	return Value{kind: kind, num: uint64(len(s)), ptr: unsafe.Pointer(unsafe.StringData(s))}
}

func callableValue(c *callable) Value { return Value{kind: inCallable, ptr: unsafe.Pointer(c)} }

func (v Value) text() string {
	return unsafe.String((*byte)(v.ptr), int(v.num))
}

func (v Value) array() *Hash        { return (*Hash)(v.ptr) }
func (v Value) callable() *callable { return (*callable)(v.ptr) }
func (v Value) time() time.Time     { return *(*time.Time)(v.ptr) }
func (v Value) int() int64          { return int64(v.num) }
func (v Value) bool() bool          { return v.num != 0 }

func (v Value) float() float64 {
	if v.kind == inDecimal {
		f, _ := strconv.ParseFloat(v.text(), 64) // out of range is ±Inf, as in PHP
		return f
	}
	return math.Float64frombits(v.num)
}

func (v Value) isText() bool { return v.kind == inString || v.kind == inMarkup }

// Array returns the ordered hash of an Array value, else nil.
func (v Value) Array() *Hash {
	if v.kind == inArray {
		return v.array()
	}
	return nil
}

// Time returns the instant of a Time value and whether v is one.
func (v Value) Time() (time.Time, bool) {
	if v.kind == inTime {
		return v.time(), true
	}
	return time.Time{}, false
}

func loopValue(l *loop) Value { return Value{kind: inLoop, ptr: unsafe.Pointer(l)} }

func scopeValue(l *loop) Value { return Value{kind: inScope, ptr: unsafe.Pointer(l)} }

func (v Value) loop() *loop { return (*loop)(v.ptr) }
