package twig

import (
	"maps"
	"slices"
)

// loop is the live state behind the loop variable of a for tag.
type loop struct {
	index0 int
	length int
	outer  *loop
	frame  *frame
	saved  [2]savedVar // what the key and the value variable hid
}

// savedVar remembers a variable that a loop hides.
type savedVar struct {
	slot int
	val  Value
	own  bool
}

func (c *compiler) forTag(s *forStmt) exec {
	parentOf := c.parentOf
	c.parentOf = true
	seq := c.expr(s.seq)
	c.parentOf = parentOf

	key := -1
	if s.key != "" {
		key = c.target(s.key)
	}
	val := c.target(s.val)

	start := c.json
	end := start.afterBody(s.body)
	if end != start {
		c.json = jsonUnknown
	}
	outer := c.assigned
	c.assigned = map[int]bool{}
	body := c.body(s.body)
	assigned := slices.Sorted(maps.Keys(c.assigned))
	c.assigned = outer
	if outer != nil {
		for _, slot := range assigned {
			c.assigned[slot] = true
		}
	}
	c.json = start
	other := c.body(s.other)
	c.json = joinSpots(end, start, c.json)
	where := c.site(s.at())
	return func(r *run) {
		h := r.iterable(seq(r))
		n := h.Len()
		if n == 0 {
			r.exec(other)
			return
		}
		r.at = where
		r.loopOver(h, key, val, body, assigned)
	}
}

// loopOver runs the body once for each entry. Variables that the body creates
// end with the loop; the key and value variables get back what they hid.
func (r *run) loopOver(h *Hash, key, val int, body []exec, assigned []int) {
	f := r.frame
	r.work(len(assigned) / 8)
	var buf [8]bool
	defined := buf[:0]
	for _, slot := range assigned {
		defined = append(defined, f.has(slot))
	}
	order := len(f.order)
	l := &loop{length: h.Len(), outer: f.loop, frame: f}
	l.saved[0] = f.save(val)
	f.loop = l
	f.enter(val)
	if key >= 0 {
		l.saved[1] = f.save(key)
		f.enter(key)
	} else {
		l.saved[1].slot = -1
	}
	for i := 0; i < l.length; i++ {
		r.iterate()
		l.index0 = i
		if h.pairs != nil {
			f.vars[val] = h.pairs[i].val
			if key >= 0 {
				f.vars[key] = h.pairs[i].key
			}
		} else {
			f.vars[val] = h.list[i]
			if key >= 0 {
				f.vars[key] = IntValue(int64(i))
			}
		}
		r.exec(body)
	}
	f.loop = l.outer
	for i, slot := range assigned {
		if !defined[i] {
			f.vars[slot], f.own[slot] = Value{}, false
		}
	}
	f.restore(l.saved[0])
	if key >= 0 {
		f.restore(l.saved[1])
	}
	f.order = f.order[:min(order, len(f.order))]
}

// attribute reads one property of the loop variable.
func (l *loop) attribute(name string) Value {
	switch name {
	case "index":
		return IntValue(int64(l.index0 + 1))
	case "index0":
		return IntValue(int64(l.index0))
	case "revindex":
		return IntValue(int64(l.length - l.index0))
	case "revindex0":
		return IntValue(int64(l.length - l.index0 - 1))
	case "first":
		return BoolValue(l.index0 == 0)
	case "last":
		return BoolValue(l.index0 == l.length-1)
	case "length":
		return IntValue(int64(l.length))
	case "parent":
		return scopeValue(l)
	}
	return missing
}

// outerVariable reads loop.parent.name: the variable as it was around the loop.
func (l *loop) outerVariable(name string) Value {
	if name == "loop" && l.outer != nil {
		return loopValue(l.outer)
	}
	for _, s := range l.saved {
		if s.slot >= 0 && l.frame.u.names[s.slot] == name {
			if s.val.kind != inUndefined {
				return s.val
			}
			return l.frame.fromRoot(keyOf(name))
		}
	}
	for slot, n := range l.frame.u.names {
		if n == name {
			return l.frame.load(slot)
		}
	}
	return l.frame.fromRoot(keyOf(name))
}

// snapshot turns the live loop variable into an ordinary mapping.
func (v Value) snapshot() Value {
	l := v.loop()
	if v.kind == inScope {
		return ArrayValue(l.frame.around(l))
	}
	h := newHash(8)
	h.Set("parent", ArrayValue(l.frame.around(l)))
	for _, name := range []string{"index0", "index", "first", "revindex0", "revindex", "length", "last"} {
		h.Set(name, l.attribute(name))
	}
	return ArrayValue(h)
}

// around returns the context as it is outside the loop.
func (f *frame) around(l *loop) *Hash {
	outside := f.copy()
	outside.loop = l.outer
	for _, s := range l.saved {
		if s.slot >= 0 {
			outside.restore(s)
		}
	}
	return outside.context()
}
