package twig

import (
	"hash/maphash"
	"math"
	"strconv"
	"unsafe"
)

// Hash is PHP's array: an ordered map from integers and strings to values,
// with a fast form for sequences. It is built once and then only read.
type Hash struct {
	list   []Value // keys 0..n-1, when entries is nil
	pairs  []pair
	index  []int32 // open addressing over pairs, position+1; nil while small
	next   int64   // the key that an appended value gets
	object bool    // decoded from a JSON object: stays one even when empty
}

type pair struct{ key, val Value }

// linearLimit is the size up to which a scan beats a hash table.
const linearLimit = 8

var hashSeed = maphash.MakeSeed()

// Len returns the number of entries.
func (h *Hash) Len() int {
	if h.pairs != nil {
		return len(h.pairs)
	}
	return len(h.list)
}

// At returns the key and the value of the i-th entry in insertion order.
func (h *Hash) At(i int) (key, val Value) {
	if h.pairs != nil {
		return h.pairs[i].key, h.pairs[i].val
	}
	return IntValue(int64(i)), h.list[i]
}

func (h *Hash) valueAt(i int) Value {
	if h.pairs != nil {
		return h.pairs[i].val
	}
	return h.list[i]
}

func (h *Hash) keyAt(i int) Value {
	if h.pairs != nil {
		return h.pairs[i].key
	}
	return IntValue(int64(i))
}

// Get returns the value stored under a name, which PHP treats as an integer
// key when it is written like one.
func (h *Hash) Get(name string) (Value, bool) {
	v := h.get(keyOf(name))
	return v, v.kind != inMissing
}

// get returns the value under a normalised key, or missing.
func (h *Hash) get(key Value) Value {
	if h.pairs == nil {
		if key.kind == inInt && key.int() >= 0 && key.int() < int64(len(h.list)) {
			return h.list[key.int()]
		}
		return missing
	}
	if i := h.find(key); i >= 0 {
		return h.pairs[i].val
	}
	return missing
}

func (h *Hash) find(key Value) int {
	if h.index == nil {
		for i := range h.pairs {
			if sameKey(h.pairs[i].key, key) {
				return i
			}
		}
		return -1
	}
	mask := uint64(len(h.index) - 1)
	for at := hashKey(key) & mask; ; at = (at + 1) & mask {
		i := h.index[at]
		if i == 0 {
			return -1
		}
		if sameKey(h.pairs[i-1].key, key) {
			return int(i - 1)
		}
	}
}

func sameKey(a, b Value) bool {
	if a.kind != b.kind || a.num != b.num {
		return false
	}
	return a.kind == inInt || a.ptr == b.ptr || a.text() == b.text()
}

func hashKey(key Value) uint64 {
	if key.kind == inInt {
		return maphash.Comparable(hashSeed, key.num)
	}
	return maphash.String(hashSeed, key.text())
}

// Set stores val under name. It must not be called once the hash is shared.
func (h *Hash) Set(name string, val Value) { h.set(keyOf(name), val) }

// Append stores val under the next integer key.
func (h *Hash) Append(val Value) {
	if h.pairs == nil {
		h.list = append(h.list, val)
		return
	}
	h.set(IntValue(h.next), val)
}

func (h *Hash) set(key, val Value) {
	if h.pairs == nil {
		if key.kind == inInt && key.int() == int64(len(h.list)) {
			h.list = append(h.list, val)
			return
		}
		if key.kind == inInt && key.int() >= 0 && key.int() < int64(len(h.list)) {
			h.list[key.int()] = val
			return
		}
		h.spread()
	}
	if i := h.find(key); i >= 0 {
		h.pairs[i].val = val
		return
	}
	h.push(key, val)
}

// push appends a key known to be new.
func (h *Hash) push(key, val Value) {
	h.pairs = append(h.pairs, pair{key, val})
	if key.kind == inInt && key.int() >= h.next && key.int() < math.MaxInt64 {
		h.next = key.int() + 1
	}
	if h.index == nil && len(h.pairs) <= linearLimit {
		return
	}
	if 2*len(h.pairs) > len(h.index) {
		h.reindex()
		return
	}
	h.place(len(h.pairs) - 1)
}

func (h *Hash) place(i int) {
	mask := uint64(len(h.index) - 1)
	at := hashKey(h.pairs[i].key) & mask
	for h.index[at] != 0 {
		at = (at + 1) & mask
	}
	h.index[at] = int32(i + 1)
}

func (h *Hash) reindex() {
	size := 4 * linearLimit
	for size < 4*len(h.pairs) {
		size *= 2
	}
	h.index = make([]int32, size)
	for i := range h.pairs {
		h.place(i)
	}
}

// spread turns the sequence form into the general one.
func (h *Hash) spread() {
	h.pairs = make([]pair, 0, len(h.list)+4)
	for i, v := range h.list {
		h.push(IntValue(int64(i)), v)
	}
	h.list = nil
}

// clone returns a hash with the same entries that may still be changed.
func (h *Hash) clone(extra int) *Hash {
	c := &Hash{next: h.next, object: h.object}
	if h.pairs == nil {
		c.list = append(make([]Value, 0, len(h.list)+extra), h.list...)
		return c
	}
	c.pairs = append(make([]pair, 0, len(h.pairs)+extra), h.pairs...)
	if h.index != nil {
		c.index = append([]int32(nil), h.index...)
	}
	return c
}

// isList reports whether the keys are 0..n-1 in order.
func (h *Hash) isList() bool {
	for i := range h.pairs {
		if k := h.pairs[i].key; k.kind != inInt || k.int() != int64(i) {
			return false
		}
	}
	return true
}

// newHash returns an empty hash that keeps keys, with room for n entries.
func newHash(n int) *Hash { return &Hash{pairs: make([]pair, 0, n)} }

// keyOf normalises a name: PHP stores "12" under the integer 12.
func keyOf(s string) Value {
	if n := len(s); n > 0 && n <= 20 && (s[0] == '-' || s[0]-'0' <= 9) {
		if i, ok := integerKey(s); ok {
			return IntValue(i)
		}
	}
	return Value{kind: inString, num: uint64(len(s)), ptr: unsafe.Pointer(unsafe.StringData(s))}
}

func integerKey(s string) (int64, bool) {
	digits := s
	if s[0] == '-' {
		digits = s[1:]
	}
	if digits == "" || digits[0] == '0' && (len(digits) > 1 || len(s) > 1) {
		return 0, false
	}
	i, err := strconv.ParseInt(s, 10, 64)
	return i, err == nil
}
