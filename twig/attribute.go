package twig

import "strings"

// attr compiles a.b, a[b], a?.b and a.b(…).
func (c *compiler) attr(e *attrExpr, soft bool) eval {
	if m := c.macroCall(e); m != nil {
		return m
	}
	var object eval
	if soft || e.nullSafe {
		object = c.soft(e.object)
	} else {
		object = c.expr(e.object)
	}
	a := access{
		where: c.site(e.at()), bracket: e.bracket, call: e.call,
		strict: c.env.strict && !soft, soft: soft, nullSafe: e.nullSafe,
		variable: variableName(e.object),
	}
	if a.call {
		return c.methodCall(e, object, a)
	}
	if name, ok := e.name.(*constExpr); ok {
		key := normalKey(name.val)
		return func(r *run) Value {
			o := object(r)
			if o.kind == inArray {
				if v := o.array().get(key); v.kind != inMissing {
					return v
				}
			}
			return a.get(r, o, key)
		}
	}
	index := c.expr(e.name)
	return func(r *run) Value {
		o := object(r)
		k := index(r)
		if o.kind == inArray {
			r.at = a.where
			if v := o.array().get(r.key(k)); v.kind != inMissing {
				return v
			}
		}
		return a.get(r, o, k)
	}
}

// access is what get needs to know about an attribute in the source.
type access struct {
	where    *site
	bracket  bool
	call     bool
	strict   bool
	soft     bool
	nullSafe bool
	variable string // the object, when it is a plain name
}

// get settles what the fast path in attr could not: special objects, and what
// does not exist.
func (a *access) get(r *run, o, key Value) Value {
	switch o.kind {
	case inLoop:
		if v := o.loop().attribute(key.String()); v.kind != inMissing {
			return v
		}
	case inScope:
		if v := o.loop().outerVariable(key.String()); v.kind != inMissing {
			return v
		}
	case inTime:
		r.at = a.where
		if v := r.timeAttribute(o.time(), key.String()); v.kind != inMissing {
			return v
		}
	case inInterval:
		if v := o.interval().attribute(key.String()); v.kind != inMissing {
			return v
		}
	}
	switch {
	case a.soft:
		return missing
	case a.nullSafe && o.IsNull(), !a.strict:
		return nullValue
	}
	r.at = a.where
	a.explain(r, o, key)
	return nullValue
}

// explain fails with Twig's words for an attribute that does not exist.
func (a *access) explain(r *run, o, key Value) {
	name := key.String()
	what := "attribute"
	if a.bracket {
		what = "key"
	}
	switch o.kind {
	case inArray:
		if o.array().Len() == 0 {
			r.fail("Key %q does not exist as the sequence/mapping is empty.", name)
		}
		r.fail("Key %q for sequence/mapping with keys %q does not exist.%s", name, keyList(o.array()), suggestion(name, keyNames(o.array())))
	case inLoop, inScope:
		r.fail("Key %q does not exist in the loop variable.", name)
	case inTime, inInterval:
		r.fail("A date has no attribute %q.", name)
	case inCallable:
		r.fail("Impossible to access a key %q on an arrow function.", name)
	}
	if o.IsNull() {
		if a.variable != "" {
			r.fail("Impossible to access an %s (%q) on a null variable (%q).", what, name, a.variable)
		}
		r.fail("Impossible to access an %s (%q) on a null variable.", what, name)
	}
	r.fail("Impossible to access an %s (%q) on %s variable (%q).", what, name, describeKind(o), quoteShort(o))
}

func keyNames(h *Hash) []string {
	names := make([]string, h.Len())
	for i := range names {
		names[i] = h.keyAt(i).String()
	}
	return names
}

// keyList shows the keys of a mapping, shortened when there are many.
func keyList(h *Hash) string {
	names := keyNames(h)
	if len(names) > 20 {
		return strings.Join(names[:20], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

func variableName(e expr) string {
	if n, ok := e.(*nameExpr); ok {
		return n.name
	}
	return ""
}

// methodCall compiles a.b(…). Only dates have methods; an arrow function kept
// in a mapping is no method, as in PHP.
func (c *compiler) methodCall(e *attrExpr, object eval, a access) eval {
	index := c.expr(e.name)
	args := make([]eval, len(e.args))
	for i, arg := range e.args {
		if arg.name != "" || arg.spread {
			c.fault(arg.pos, "Method calls take positional arguments only.")
		}
		args[i] = c.expr(arg.val)
	}
	return func(r *run) Value {
		o, name := object(r), index(r)
		base := len(r.stack)
		for _, arg := range args {
			v := arg(r).plain()
			r.stack = append(r.stack, v)
		}
		r.at = a.where
		v := r.method(o, name.String(), r.stack[base:])
		r.stack = r.stack[:base]
		switch {
		case v.kind != inMissing || a.soft:
			return v
		case a.nullSafe && o.IsNull(), !a.strict:
			return nullValue
		}
		if o.IsNull() {
			r.fail("Impossible to invoke a method (%q) on a null variable.", name.String())
		}
		r.fail("Impossible to invoke a method (%q) on %s.", name.String(), describeKind(o))
		return nullValue
	}
}

func (r *run) method(o Value, name string, args []Value) Value {
	switch o.kind {
	case inTime:
		return r.timeMethod(o.time(), name, args)
	case inInterval:
		if name == "format" && len(args) == 1 {
			return StringValue(o.interval().format(r.dateFormat(args[0])))
		}
	}
	return missing
}

// key turns a value into an array key as PHP does.
func (r *run) key(v Value) Value {
	r.workOn(v, v)
	if v.kind == inArray || v.kind == inCallable || v.kind >= inLoop {
		r.fail("Illegal offset type: a key must be a string or a number, not %s.", describeKind(v))
	}
	return normalKey(v)
}

func normalKey(v Value) Value {
	switch v.kind {
	case inInt:
		return v
	case inBool:
		return IntValue(int64(v.num))
	case inFloat, inDecimal:
		return IntValue(floatToInt(v.float()))
	case inString, inMarkup:
		return keyOf(v.text())
	}
	return keyOf(v.String())
}
