package twig

import (
	"context"
	"fmt"
	"strings"
)

// Function is a filter, function or test that the caller adds. A filter gets
// its operand as the first argument; a test returns a Bool.
type Function struct {
	// Params names the arguments after a filter's or test's operand, for named
	// arguments and for checks when a template is compiled. A name that ends in
	// "?" may be left out (the argument is then null), and a last name that ends
	// in "..." takes any number of further arguments.
	Params []string

	// Safe lists the strategies for which the result needs no escaping;
	// "all" stands for every one.
	Safe []string

	// Call computes the result. An error stops the render and is wrapped in the
	// *Error that Render returns.
	Call func(ctx context.Context, args []Value) (Value, error)
}

// callDef is a filter, function or test, built in or added.
type callDef struct {
	name      string
	params    []paramDef
	rest      bool // takes further arguments
	safe      uint8
	preEscape bool                       // the operand is escaped as HTML first
	numeric   func(args []argument) bool // whether a number that it gives stays one as a JSON value
	call      func(r *run, args []Value) Value
}

type paramDef struct {
	name     string
	optional bool
}

// define makes a definition from a signature such as "format? timezone?".
func define(name, signature string, call func(r *run, args []Value) Value) *callDef {
	d := &callDef{name: name, call: call}
	for _, p := range strings.Fields(signature) {
		d.param(p)
	}
	return d
}

func (d *callDef) param(p string) {
	switch {
	case strings.HasSuffix(p, "..."):
		d.rest = true
	case strings.HasSuffix(p, "?"):
		d.params = append(d.params, paramDef{p[:len(p)-1], true})
	default:
		d.params = append(d.params, paramDef{p, false})
	}
}

func (d *callDef) safeFor(mask uint8) *callDef { d.safe = mask; return d }

// wantsArgument reports whether a test reads one argument without parentheses.
func (d *callDef) wantsArgument() bool { return len(d.params) == 1 && !d.params[0].optional }

// added wraps what the caller supplies in Options.
func added(name string, f Function) *callDef {
	d := &callDef{name: name}
	for _, p := range f.Params {
		d.param(p)
	}
	for _, s := range f.Safe {
		d.safe |= strategyMask(s)
	}
	d.call = func(r *run, args []Value) Value {
		own := make([]Value, len(args))
		for i, a := range args {
			if a.IsNull() {
				a = nullValue
			}
			own[i] = a
		}
		v, err := f.Call(r.ctx, own)
		if err != nil {
			r.failBecause(err, "%s: %v", name, err)
		}
		return v
	}
	return d
}

// bound is a call whose arguments have been matched to parameters.
type bound struct {
	def    *callDef
	where  *site
	args   []eval // operand and parameters in order; nil where left out
	rest   []eval
	spread bool // the last of rest is spread over what follows
}

// bind matches arguments to parameters. kind names the callable in errors.
func (c *compiler) bind(kind string, def *callDef, at int, operand expr, args []argument) *bound {
	b := &bound{def: def, where: c.site(at)}
	fixed := 0
	if kind != "function" {
		b.args = append(b.args, nil)
		if operand != nil {
			b.args[0] = c.callback(operand)
		}
		fixed = 1
	}
	b.args = append(b.args, make([]eval, len(def.params))...)
	next := fixed
	for _, a := range args {
		val := c.callback(a.val)
		switch {
		case a.spread:
			b.rest = append(b.rest, val)
			b.spread = true
		case a.name != "":
			i := c.paramIndex(kind, def, a)
			if b.args[fixed+i] != nil {
				c.fault(a.pos, "Argument %q is defined twice for %s %q.", a.name, kind, def.name)
			}
			b.args[fixed+i] = val
		case next < len(b.args):
			b.args[next] = val
			next++
		case def.rest:
			b.rest = append(b.rest, val)
		default:
			c.fault(a.pos, "Too many arguments for %s %q: at most %d expected.", kind, signature(def), len(def.params))
		}
	}
	if !b.spread {
		for i, p := range def.params {
			if b.args[fixed+i] == nil && !p.optional {
				c.fault(at, "Value for argument %q is required for %s %q.", p.name, kind, def.name)
			}
		}
	}
	return b
}

func (c *compiler) paramIndex(kind string, def *callDef, a argument) int {
	name := snakeCase(a.name)
	for i, p := range def.params {
		if p.name == name {
			return i
		}
	}
	names := make([]string, len(def.params))
	for i, p := range def.params {
		names[i] = p.name
	}
	c.fault(a.pos, "Unknown argument %q for %s %q.%s", a.name, kind, signature(def), suggestion(name, names))
	return 0
}

func signature(def *callDef) string {
	names := make([]string, len(def.params))
	for i, p := range def.params {
		names[i] = p.name
	}
	return fmt.Sprintf("%s(%s)", def.name, strings.Join(names, ", "))
}

// snakeCase lets characterMask stand for character_mask.
func snakeCase(s string) string {
	b := make([]byte, 0, len(s)+4)
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 'A' && c <= 'Z' {
			if i > 0 {
				b = append(b, '_')
			}
			b = append(b, c|0x20)
		} else {
			b = append(b, c)
		}
	}
	return string(b)
}

// eval returns the closure that evaluates the arguments and makes the call.
func (b *bound) eval() eval {
	if b.spread {
		return b.evalSpread
	}
	args, rest, call, where := b.args, b.rest, b.def.call, b.where
	return func(r *run) Value {
		base := len(r.stack)
		for _, a := range args {
			v := absent
			if a != nil {
				v = a(r).plain()
				r.work(v.size() / 16)
			}
			r.stack = append(r.stack, v)
		}
		for _, a := range rest {
			v := a(r).plain()
			r.stack = append(r.stack, v)
		}
		r.step()
		r.at = where
		v := call(r, r.stack[base:len(r.stack):len(r.stack)])
		r.stack = r.stack[:base]
		return v
	}
}

// evalSpread makes a call with ...arguments, whose number is only known now.
func (b *bound) evalSpread(r *run) Value {
	var given []Value
	for _, a := range b.args {
		if a == nil {
			break
		}
		given = append(given, a(r).plain())
	}
	for i, a := range b.rest {
		v := a(r).plain()
		if i < len(b.rest)-1 && v.kind != inArray {
			given = append(given, v)
			continue
		}
		h := r.iterable(v)
		r.useItems(h.Len())
		for j := range h.Len() {
			given = append(given, h.valueAt(j))
		}
	}
	r.at = b.where
	if len(given) > len(b.args) && !b.def.rest {
		given = given[:len(b.args)]
	}
	for i := len(given); i < len(b.args); i++ {
		if p := i - (len(b.args) - len(b.def.params)); !b.def.params[p].optional {
			r.fail("Value for argument %q is required for %q.", b.def.params[p].name, b.def.name)
		}
		given = append(given, absent)
	}
	r.step()
	return b.def.call(r, given)
}

func (c *compiler) filter(e *filterExpr) eval {
	c.uses("filter", e.name, e.at())
	switch e.name {
	case "raw":
		return c.expr(e.operand)
	case "default":
		return c.defaultFilter(e)
	}
	def := c.env.filter(e.name)
	if def == nil {
		c.fault(e.at(), "Unknown %q filter.%s", e.name, suggestion(e.name, c.env.filterNames()))
	}
	b := c.bind("filter", def, e.at(), e.operand, e.args)
	if def.preEscape && c.safety(e.operand)&maskHTML == 0 {
		operand := b.args[0]
		b.args[0] = func(r *run) Value {
			v := operand(r)
			if v.kind == inMarkup {
				return v
			}
			return r.escaped(v, StrategyHTML)
		}
	}
	return b.eval()
}

func (c *compiler) defaultFilter(e *filterExpr) eval {
	val := c.soft(e.operand)
	b := c.bind("filter", define("default", "default?", nil), e.at(), nil, e.args)
	other := b.args[len(b.args)-1]
	if other == nil {
		other = func(*run) Value { return emptyString }
	}
	return func(r *run) Value {
		if v := val(r); !isEmpty(v) {
			return v
		}
		return other(r)
	}
}

// isEmpty is Twig's empty test: "0" and 0 are not empty.
func isEmpty(v Value) bool {
	switch v.kind {
	case inString, inMarkup:
		return v.num == 0
	case inBool:
		return !v.bool()
	case inArray:
		return v.array().Len() == 0
	}
	return v.IsNull()
}

func (c *compiler) call(e *callExpr) eval {
	if ref, ok := c.imported(true, e.name); ok {
		return c.macroReference(ref, ref.name, e.at(), e.args)
	}
	c.uses("function", e.name, e.at())
	switch e.name {
	case "parent":
		return c.parentCall(e)
	case "block":
		return c.blockCall(e)
	case "include":
		return c.includeCall(e)
	case "attribute":
		return c.attributeCall(e, false)
	}
	def := c.env.function(e.name)
	if def == nil {
		c.fault(e.at(), "Unknown %q function.%s", e.name, suggestion(e.name, c.env.functionNames()))
	}
	return c.bind("function", def, e.at(), nil, e.args).eval()
}

// attributeCall compiles attribute(object, name, arguments).
func (c *compiler) attributeCall(e *callExpr, soft bool) eval {
	if len(e.args) < 2 || len(e.args) > 3 {
		c.fault(e.at(), `The "attribute" function takes at least two arguments (the variable and the attributes).`)
	}
	a := &attrExpr{pos: e.pos, object: e.args[0].val, name: e.args[1].val}
	if len(e.args) == 3 {
		if list, ok := e.args[2].val.(*arrayExpr); ok && len(list.items) > 0 {
			a.call = true
			for _, it := range list.items {
				a.args = append(a.args, argument{val: it.val, pos: it.val.at()})
			}
		}
	}
	return c.attr(a, soft)
}

func (c *compiler) test(e *testExpr) eval {
	if e.name == "defined" {
		return negated(c.defined(e.operand), e.negated)
	}
	def := c.env.test(e.name)
	if def == nil {
		c.fault(e.at(), "Unknown %q test.%s", e.name, suggestion(e.name, c.env.testNames()))
	}
	return negated(c.bind("test", def, e.at(), e.operand, e.args).eval(), e.negated)
}

func negated(test eval, not bool) eval {
	if !not {
		return test
	}
	return func(r *run) Value { return BoolValue(!test(r).truth()) }
}

// defined compiles x is defined.
func (c *compiler) defined(e expr) eval {
	switch e := e.(type) {
	case *nameExpr:
		if ref, ok := c.imported(true, e.name); ok {
			return c.macroDefined(ref, ref.name)
		}
		if ref, ok := c.imported(false, e.name); ok {
			return func(r *run) Value { return BoolValue(r.importedUnit(ref, nil) != nil) }
		}
		return isDefined(c.soft(e))
	case *attrExpr:
		if ref, name, ok := c.macroTarget(e); ok {
			return c.macroDefined(ref, name)
		}
		return isDefined(c.soft(e))
	case *callExpr:
		if ref, ok := c.imported(true, e.name); ok {
			return c.macroDefined(ref, ref.name)
		}
		switch e.name {
		case "block":
			return c.blockDefined(e)
		case "parent":
			return c.parentDefined(e)
		case "attribute":
			return isDefined(c.attributeCall(e, true))
		case "constant":
			return c.constantDefined(e)
		}
	case *constExpr, *arrayExpr:
		return func(*run) Value { return trueValue }
	}
	c.fault(e.at(), `The "defined" test only works with simple variables.`)
	return nil
}

func isDefined(val eval) eval {
	return func(r *run) Value { return BoolValue(val(r).kind != inMissing) }
}
