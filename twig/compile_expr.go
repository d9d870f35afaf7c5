package twig

import "strings"

// expr compiles an expression for its value: what does not exist is null, or
// an error with strict variables.
func (c *compiler) expr(e expr) eval {
	switch e := e.(type) {
	case *constExpr:
		v := e.val
		return func(*run) Value { return v }
	case *nameExpr:
		return c.name(e, false)
	case *attrExpr:
		return c.attr(e, false)
	case *joinExpr:
		return c.join(e)
	case *arrayExpr:
		return c.array(e)
	case *unaryExpr:
		return c.unary(e)
	case *binaryExpr:
		return c.binary(e)
	case *condExpr:
		return c.cond(e)
	case *filterExpr:
		return c.filter(e)
	case *callExpr:
		return c.call(e)
	case *testExpr:
		return c.test(e)
	case *arrowExpr:
		return c.arrow(e, true)
	case *assignExpr:
		return c.assign(e)
	}
	panic("twig: unknown expression")
}

// soft compiles an expression so that what does not exist gives missing
// instead of an error, as ??, default and defined need it.
func (c *compiler) soft(e expr) eval {
	switch e := e.(type) {
	case *nameExpr:
		return c.name(e, true)
	case *attrExpr:
		if ref, name, ok := c.macroTarget(e); ok {
			return softly(c.macroDefined(ref, name), c.expr(e))
		}
		return c.attr(e, true)
	case *callExpr:
		return c.softCall(e)
	}
	return c.expr(e)
}

// softCall makes blocks and macros that do not exist missing.
func (c *compiler) softCall(e *callExpr) eval {
	if ref, ok := c.imported(true, e.name); ok {
		return softly(c.macroDefined(ref, ref.name), c.expr(e))
	}
	switch e.name {
	case "block":
		return softly(c.blockDefined(e), c.expr(e))
	case "attribute":
		return c.attributeCall(e, true)
	case "constant":
		return softly(c.constantDefined(e), c.expr(e))
	}
	return c.expr(e)
}

func softly(defined, val eval) eval {
	return func(r *run) Value {
		if !defined(r).truth() {
			return missing
		}
		return val(r)
	}
}

func (c *compiler) name(e *nameExpr, soft bool) eval {
	switch e.name {
	case "_self":
		name := StringValue(c.src.name)
		return func(*run) Value { return name }
	case "_charset":
		charset := StringValue("UTF-8")
		return func(*run) Value { return charset }
	case "_context":
		return c.contextValue()
	case "loop", "_parent":
		return c.loopName(e, soft)
	}
	slot := c.slot(e.name)
	if soft {
		return func(r *run) Value { return r.frame.load(slot) }
	}
	if c.env.strict {
		where := c.site(e.at())
		return func(r *run) Value {
			v := r.frame.load(slot)
			if v.kind == inMissing {
				r.unknownVariable(where, slot)
			}
			return v
		}
	}
	return func(r *run) Value {
		if v := r.frame.load(slot); v.kind != inMissing {
			return v
		}
		return nullValue
	}
}

func (c *compiler) contextValue() eval {
	if !c.parentOf {
		return func(r *run) Value { return ArrayValue(r.contextOf(r.frame)) }
	}
	return func(r *run) Value {
		outer := r.contextOf(r.frame)
		r.useItems(outer.Len())
		h := outer.clone(1)
		if h.pairs == nil {
			h.spread()
		}
		h.Set("_parent", ArrayValue(outer))
		return ArrayValue(h)
	}
}

// loopName compiles the loop variable, which is live inside a for tag, and
// _parent, the context around it.
func (c *compiler) loopName(e *nameExpr, soft bool) eval {
	slot := c.slot(e.name)
	where := c.site(e.at())
	strict := c.env.strict && !soft
	parent := e.name == "_parent"
	return func(r *run) Value {
		if l := r.frame.loop; l != nil {
			if parent {
				return scopeValue(l)
			}
			return loopValue(l)
		}
		v := r.frame.load(slot)
		if v.kind == inMissing {
			if strict {
				r.unknownVariable(where, slot)
			}
			if !soft {
				return nullValue
			}
		}
		return v
	}
}

func (r *run) unknownVariable(where *site, slot int) {
	name := r.frame.u.names[slot]
	r.at = where
	r.fail("Variable %q does not exist.%s", name, suggestion(name, r.frame.variables()))
}

// variables lists the names that exist in a frame.
func (f *frame) variables() []string {
	var names []string
	if f.root != nil { // a macro has no context
		for i := range f.root.Len() {
			names = append(names, f.root.keyAt(i).String())
		}
	}
	for slot, own := range f.own {
		if own {
			names = append(names, f.u.names[slot])
		}
	}
	return names
}

func (c *compiler) join(e *joinExpr) eval {
	parts := make([]eval, len(e.parts))
	for i, p := range e.parts {
		parts[i] = c.expr(p)
	}
	return func(r *run) Value {
		base := len(r.scratch)
		for _, p := range parts {
			v := p(r)
			r.scratch = appendString(r.scratch, v)
		}
		return r.takeScratch(base)
	}
}

func (c *compiler) array(e *arrayExpr) eval {
	if isConstant(e) {
		return c.constantArray(e)
	}
	keys := make([]eval, len(e.items))
	vals := make([]eval, len(e.items))
	for i, it := range e.items {
		if it.val == nil {
			c.fault(e.at(), "Empty elements are only allowed in a destructuring pattern.")
		}
		if it.key != nil {
			keys[i] = c.expr(it.key)
		}
		vals[i] = c.expr(it.val)
	}
	items, mapping, where := e.items, e.mapping, c.site(e.at())
	return func(r *run) Value {
		h := &Hash{}
		if mapping {
			h.pairs = make([]pair, 0, len(items))
		} else {
			h.list = make([]Value, 0, len(items))
		}
		r.use(hashSize + itemSize*len(items))
		for i := range items {
			v := vals[i](r).plain()
			switch {
			case items[i].spread:
				r.at = where
				r.spreadInto(h, v)
			case keys[i] != nil:
				h.set(r.key(keys[i](r)), v)
			default:
				h.Append(v)
			}
		}
		return ArrayValue(h)
	}
}

// spreadInto adds the entries of v: names keep their keys, numbers count on.
func (r *run) spreadInto(h *Hash, v Value) {
	if v.kind != inArray {
		r.fail("The spread operator needs a sequence or a mapping, got %s.", describeKind(v))
	}
	from := v.array()
	r.useItems(from.Len())
	for i := range from.Len() {
		if k, item := from.At(i); k.kind == inInt {
			h.Append(item)
		} else {
			h.set(k, item)
		}
	}
}

// constantArray builds a literal once: values are never changed, so every
// render may share it.
func (c *compiler) constantArray(e *arrayExpr) eval {
	v := constantValue(e)
	return func(*run) Value { return v }
}

func constantValue(e expr) Value {
	switch e := e.(type) {
	case *constExpr:
		return e.val
	case *unaryExpr:
		n, _ := constantValue(e.operand).number()
		if e.op == "-" {
			return negate(n)
		}
		return n
	case *arrayExpr:
		h := &Hash{}
		if e.mapping {
			h.pairs = make([]pair, 0, len(e.items))
		}
		for _, it := range e.items {
			if it.key != nil {
				h.set(normalKey(constantValue(it.key)), constantValue(it.val))
			} else {
				h.Append(constantValue(it.val))
			}
		}
		return ArrayValue(h)
	}
	return nullValue
}

func (c *compiler) unary(e *unaryExpr) eval {
	if e.op != "not" && isConstant(e) {
		v := constantValue(e)
		return func(*run) Value { return v }
	}
	operand := c.expr(e.operand)
	if e.op == "not" {
		return func(r *run) Value { return BoolValue(!operand(r).truth()) }
	}
	where, negative := c.site(e.at()), e.op == "-"
	return func(r *run) Value {
		v := operand(r)
		r.at = where
		n := r.operand(v)
		if negative {
			return negate(n)
		}
		return n
	}
}

func (c *compiler) cond(e *condExpr) eval {
	no := c.expr(e.no)
	if e.yes == nil {
		test := c.expr(e.test)
		return func(r *run) Value {
			if v := test(r); v.truth() {
				return v
			}
			return no(r)
		}
	}
	test, yes := c.expr(e.test), c.expr(e.yes)
	return func(r *run) Value {
		if test(r).truth() {
			return yes(r)
		}
		return no(r)
	}
}

func (c *compiler) assign(e *assignExpr) eval {
	val := c.expr(e.value)
	switch t := e.target.(type) {
	case *nameExpr:
		slot := c.target(t.name)
		return func(r *run) Value {
			v := val(r)
			r.frame.assign(slot, v)
			return v
		}
	case *arrayExpr:
		return c.destructure(t, val)
	}
	panic("twig: unknown assignment")
}

// destructure compiles [a, , b] = … and {a, b: c} = …
func (c *compiler) destructure(t *arrayExpr, val eval) eval {
	type part struct {
		key  Value
		slot int
	}
	var parts []part
	for i, it := range t.items {
		if it.val == nil {
			continue
		}
		name := it.val.(*nameExpr).name
		key := IntValue(int64(i))
		if t.mapping {
			k, ok := it.key.(*constExpr)
			if !ok {
				c.fault(it.key.at(), "A destructuring pattern needs constant keys.")
			}
			key = normalKey(k.val)
		}
		parts = append(parts, part{key, c.target(name)})
	}
	where, strict := c.site(t.at()), c.env.strict
	return func(r *run) Value {
		v := val(r).plain()
		for _, p := range parts {
			item := missing
			if v.kind == inArray {
				item = v.array().get(p.key)
			}
			if item.kind == inMissing && strict {
				r.at = where
				r.fail("Key %q does not exist in the value that is destructured.", p.key.String())
			}
			r.frame.assign(p.slot, item)
		}
		return v
	}
}

// describeKind names the type of a value in an error message.
func describeKind(v Value) string {
	return [...]string{"null", "a boolean", "an integer", "a float", "a string", "a string", "a sequence or mapping", "a date", "an arrow function"}[v.Kind()]
}

func quoteShort(v Value) string {
	s := v.String()
	if len(s) > 60 {
		s = strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}
