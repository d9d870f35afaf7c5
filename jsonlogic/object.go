package jsonlogic

import (
	"hash/maphash"
	"unsafe"
)

// Member is one key of an object with its value.
type Member struct {
	Key   string
	Value Value
}

// indexFrom is the number of members from which a hash beats a linear search.
const indexFrom = 16

// seed is random, so that a stranger cannot choose keys that collide.
var seed = maphash.MakeSeed()

// object holds members with distinct keys in their first order.
type object struct {
	members []Member
	// slots is an open hash table of positions in members, each plus one; it is
	// nil in a small object.
	slots []uint32
}

// newObject fills o with the members, keeps the slice, and gives the Value.
func newObject(o *object, members []Member) Value {
	if len(members) > indexFrom {
		o.index(members)
	} else {
		o.members = dropRepeated(members)
	}
	weight, depth := uint64(1), uint16(1)
	for i := range o.members {
		value := &o.members[i].Value
		weight += uint64(value.cost()) + uint64(len(o.members[i].Key))/16
		depth = max(depth, deeper(value.depth))
	}
	return Value{
		shape: shape{kind: KindObject, weight: saturate(weight), depth: depth},
		ptr:   unsafe.Pointer(o), num: uint64(len(o.members)),
	}
}

// dropRepeated gives a repeated key its first place and its last value.
func dropRepeated(members []Member) []Member {
	kept := 0
	for i := range members {
		if at := search(members[:kept], members[i].Key); at >= 0 {
			members[at].Value = members[i].Value
			continue
		}
		if kept != i {
			members[kept] = members[i]
		}
		kept++
	}
	return members[:kept]
}

// index does the same as dropRepeated and builds the slots.
func (o *object) index(members []Member) {
	size := 1
	for size < 2*len(members) {
		size *= 2
	}
	o.members, o.slots = members, make([]uint32, size)
	kept := 0
	for i := range members {
		slot := o.slot(members[i].Key, hashKey(members[i].Key))
		if at := *slot; at > 0 {
			members[at-1].Value = members[i].Value
			continue
		}
		if kept != i {
			members[kept] = members[i]
		}
		kept++
		*slot = uint32(kept)
	}
	o.members = members[:kept]
}

// slot finds the slot of the key, or the free one where it belongs.
func (o *object) slot(key string, hash uint64) *uint32 {
	mask := uint64(len(o.slots) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		slot := &o.slots[at]
		if *slot == 0 || o.members[*slot-1].Key == key {
			return slot
		}
	}
}

func (o *object) get(key string) (Value, bool) {
	if o.slots == nil {
		return o.at(search(o.members, key))
	}
	return o.at(int(*o.slot(key, hashKey(key))) - 1)
}

// getHashed is get for a key whose hash is known.
func (o *object) getHashed(key string, hash uint64) (Value, bool) {
	if o.slots == nil {
		return o.at(search(o.members, key))
	}
	return o.at(int(*o.slot(key, hash)) - 1)
}

func (o *object) at(position int) (Value, bool) {
	if position < 0 {
		return Value{}, false
	}
	return o.members[position].Value, true
}

func (o *object) equal(other *object) bool {
	if len(o.members) != len(other.members) {
		return false
	}
	for i := range o.members {
		value, found := other.get(o.members[i].Key)
		if !found || !value.Equal(o.members[i].Value) {
			return false
		}
	}
	return true
}

func search(members []Member, key string) int {
	for i := range members {
		if members[i].Key == key {
			return i
		}
	}
	return -1
}

func hashKey(key string) uint64 { return maphash.String(seed, key) }
