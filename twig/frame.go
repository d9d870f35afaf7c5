package twig

// frame holds the variables of one template, block or macro while it runs.
type frame struct {
	u        *unit
	root     *Hash // the context that was handed in
	fallback *Hash // where a name missing in the context is looked up
	vars     []Value
	own      []bool  // assigned here, not read from the context
	order    []int32 // assigned slots that the context lacks, in order
	loop     *loop
}

func newFrame(u *unit, root, fallback *Hash) *frame {
	n := len(u.names)
	return &frame{u: u, root: root, fallback: fallback, vars: make([]Value, n), own: make([]bool, n)}
}

// reset prepares a frame whose slices are clear for a unit.
func (f *frame) reset(u *unit, root, fallback *Hash) {
	f.u, f.root, f.fallback = u, root, fallback
	n := len(u.names)
	if cap(f.vars) < n {
		f.vars, f.own = make([]Value, n), make([]bool, n)
	}
	f.vars, f.own = f.vars[:n], f.own[:n]
}

// load returns a variable, or missing.
func (f *frame) load(slot int) Value {
	if v := f.vars[slot]; v.kind != inUndefined {
		return v
	}
	v := f.fromRoot(f.u.keys[slot])
	f.vars[slot] = v
	return v
}

// fromRoot looks a name up in the context, the globals and the fallback.
func (f *frame) fromRoot(key Value) Value {
	if f.root != nil {
		if v := f.root.get(key); v.kind != inMissing {
			return v
		}
	}
	if g := f.u.env.globals; g != nil {
		if v := g.get(key); v.kind != inMissing {
			return v
		}
	}
	if f.fallback != nil {
		return f.fallback.get(key)
	}
	return missing
}

func (f *frame) has(slot int) bool { return f.load(slot).kind != inMissing }

func (f *frame) assign(slot int, v Value) {
	if v.kind <= inMissing {
		v = nullValue
	} else if v.kind >= inLoop {
		v = v.snapshot()
	}
	f.enter(slot)
	f.vars[slot] = v
}

// enter marks a slot as assigned.
func (f *frame) enter(slot int) {
	if f.own[slot] {
		return
	}
	if f.root == nil || f.root.get(f.u.keys[slot]).kind == inMissing {
		f.order = append(f.order, int32(slot))
	}
	f.own[slot] = true
}

func (f *frame) save(slot int) savedVar { return savedVar{slot, f.vars[slot], f.own[slot]} }

func (f *frame) restore(s savedVar) { f.vars[s.slot], f.own[s.slot] = s.val, s.own }

// copy returns a frame with the same variables, so that what is assigned
// there stays there.
func (f *frame) copy() *frame {
	c := *f
	c.vars = append([]Value(nil), f.vars...)
	c.own = append([]bool(nil), f.own...)
	c.order = append([]int32(nil), f.order...)
	return &c
}

// context returns all variables as one mapping, as _context does.
func (f *frame) context() *Hash {
	globals := f.u.env.globals
	if f.root != nil && len(f.order) == 0 && f.loop == nil && globals.Len() == 0 && !f.overrides() {
		return f.root
	}
	h := newHash(8)
	if f.root != nil {
		h = f.root.clone(len(f.order) + 4)
		if h.pairs == nil {
			h.spread()
		}
	}
	for i := range globals.Len() {
		if k, v := globals.At(i); h.get(k).kind == inMissing {
			h.set(k, v)
		}
	}
	for slot, own := range f.own {
		if own && h.get(f.u.keys[slot]).kind != inMissing {
			h.set(f.u.keys[slot], f.vars[slot])
		}
	}
	for _, slot := range f.order {
		if f.own[slot] {
			h.set(f.u.keys[slot], f.vars[slot])
		}
	}
	if f.loop != nil {
		h.Set("loop", loopValue(f.loop))
	}
	return h
}

func (f *frame) overrides() bool {
	for _, own := range f.own {
		if own {
			return true
		}
	}
	return false
}
