package twig

import (
	"math"
	"math/bits"
	"strings"
)

func (c *compiler) binary(e *binaryExpr) eval {
	switch e.op {
	case "??":
		return c.coalesce(e)
	case "and":
		left, right := c.expr(e.left), c.expr(e.right)
		return func(r *run) Value { return BoolValue(left(r).truth() && right(r).truth()) }
	case "or":
		left, right := c.expr(e.left), c.expr(e.right)
		return func(r *run) Value { return BoolValue(left(r).truth() || right(r).truth()) }
	case "matches":
		return c.matches(e)
	case "has some", "has every":
		return c.quantified(e)
	case "starts with":
		return c.affix(e, strings.HasPrefix)
	case "ends with":
		return c.affix(e, strings.HasSuffix)
	case "~":
		return c.join(&joinExpr{e.pos, concatParts(e, nil)})
	}
	left, right := c.expr(e.left), c.expr(e.right)
	if holds := comparison(e.op); holds != nil {
		return func(r *run) Value {
			l := left(r)
			return BoolValue(holds(r, l, right(r)))
		}
	}
	op, where := arithmeticOperator(e.op), c.site(e.at())
	return func(r *run) Value {
		l := left(r)
		v := right(r)
		r.at = where
		return op(r, l, v)
	}
}

func (c *compiler) coalesce(e *binaryExpr) eval {
	left, right := c.soft(e.left), c.expr(e.right)
	return func(r *run) Value {
		if v := left(r); !v.IsNull() {
			return v
		}
		return right(r)
	}
}

// comparison finds what computes an operator that compares, or nil.
func comparison(op string) func(r *run, a, b Value) bool {
	switch op {
	case "==":
		return (*run).looseEqual
	case "!=":
		return func(r *run, a, b Value) bool { return !r.looseEqual(a, b) }
	case "===":
		return (*run).identical
	case "!==":
		return func(r *run, a, b Value) bool { return !r.identical(a, b) }
	case "<":
		return (*run).less
	case ">":
		return func(r *run, a, b Value) bool { return r.less(b, a) }
	case "<=":
		return (*run).lessOrEqual
	case ">=":
		return func(r *run, a, b Value) bool { return r.lessOrEqual(b, a) }
	case "in":
		return func(r *run, a, b Value) bool { return r.contains(b, a) }
	case "not in":
		return func(r *run, a, b Value) bool { return !r.contains(b, a) }
	case "xor":
		return func(_ *run, a, b Value) bool { return a.truth() != b.truth() }
	}
	return nil
}

func (r *run) less(a, b Value) bool {
	order, ok := r.compare(a, b)
	return ok && order < 0
}

func (r *run) lessOrEqual(a, b Value) bool {
	order, ok := r.compare(a, b)
	return ok && order <= 0
}

// affix compiles starts with and ends with, which compare texts only. The
// right side is not looked at when the left one is no text.
func (c *compiler) affix(e *binaryExpr, has func(s, part string) bool) eval {
	left, right := c.expr(e.left), c.expr(e.right)
	return func(r *run) Value {
		l := left(r)
		if !l.isText() {
			return falseValue
		}
		v := right(r)
		r.workOn(l, v)
		return BoolValue(v.isText() && has(l.text(), v.text()))
	}
}

// contains is Twig's in: a part of a text, or an equal item of a sequence.
func (r *run) contains(where, what Value) bool {
	where, what = where.plain(), what.plain()
	r.workOn(where, what)
	if where.isText() {
		if what.isText() || isNumber(what) {
			return strings.Contains(where.text(), what.String())
		}
		return false
	}
	if where.kind != inArray {
		return false
	}
	h := where.array()
	for i := range h.Len() {
		r.step()
		if order, ok := r.compare(what, h.valueAt(i)); ok && order == 0 {
			return true
		}
	}
	return false
}

// arithmeticOperator finds what computes an operator.
func arithmeticOperator(op string) func(r *run, a, b Value) Value {
	switch op {
	case "<=>":
		return func(r *run, a, b Value) Value {
			order, _ := r.compare(a, b)
			return IntValue(int64(order))
		}
	case "+":
		return add
	case "-":
		return subtract
	case "*":
		return multiply
	case "/":
		return divide
	case "//":
		return floorDivide
	case "%":
		return modulo
	case "**":
		return power
	case "..":
		return func(r *run, a, b Value) Value { return r.rangeOf(a, b, IntValue(1)) }
	case "b-and":
		return bitwise(func(x, y uint64) uint64 { return x & y }, shorter)
	case "b-or":
		return bitwise(func(x, y uint64) uint64 { return x | y }, longer)
	case "b-xor":
		return bitwise(func(x, y uint64) uint64 { return x ^ y }, shorter)
	}
	panic("twig: unknown operator " + op)
}

// operand converts a value for arithmetic, failing where PHP throws.
func (r *run) operand(v Value) Value {
	r.workOn(v, v)
	n, ok := v.number()
	if ok {
		return n
	}
	if v.isText() {
		r.fail("Unsupported operand: %q is not a number.", quoteShort(v))
	}
	r.fail("Unsupported operand: %s is not a number.", describeKind(v))
	return n
}

func (r *run) operands(a, b Value) (x, y Value, whole bool) {
	x, y = r.operand(a), r.operand(b)
	return x, y, x.kind == inInt && y.kind == inInt
}

func asFloat(v Value) float64 {
	if v.kind == inInt {
		return float64(v.int())
	}
	return v.float()
}

func add(r *run, a, b Value) Value {
	if a.kind == inArray && b.kind == inArray {
		return r.union(a.array(), b.array())
	}
	x, y, whole := r.operands(a, b)
	if whole {
		if s := x.int() + y.int(); (s > x.int()) == (y.int() > 0) {
			return IntValue(s)
		}
	}
	return FloatValue(asFloat(x) + asFloat(y))
}

// union is PHP's + for arrays: entries of b whose keys a lacks are added.
func (r *run) union(a, b *Hash) Value {
	r.useItems(a.Len() + b.Len())
	h := a.clone(b.Len())
	for i := range b.Len() {
		if k, v := b.At(i); h.get(k).kind == inMissing {
			h.set(k, v)
		}
	}
	return ArrayValue(h)
}

func subtract(r *run, a, b Value) Value {
	x, y, whole := r.operands(a, b)
	if whole {
		if s := x.int() - y.int(); (s < x.int()) == (y.int() > 0) {
			return IntValue(s)
		}
	}
	return FloatValue(asFloat(x) - asFloat(y))
}

func multiply(r *run, a, b Value) Value {
	x, y, whole := r.operands(a, b)
	if whole {
		if p, ok := multiplyInt(x.int(), y.int()); ok {
			return IntValue(p)
		}
	}
	return FloatValue(asFloat(x) * asFloat(y))
}

func multiplyInt(x, y int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(x), magnitude(y))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	if (x < 0) != (y < 0) {
		return -int64(lo), true
	}
	return int64(lo), true
}

func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

// bitwise works on integers, and on two texts byte by byte: up to the shorter
// or the longer one, as length says.
func bitwise(op func(x, y uint64) uint64, length func(a, b int) int) func(r *run, a, b Value) Value {
	return func(r *run, a, b Value) Value {
		if !a.isText() || !b.isText() {
			x, y, _ := r.operands(a, b)
			return IntValue(int64(op(uint64(x.toInt()), uint64(y.toInt()))))
		}
		s, t := a.text(), b.text()
		out := make([]byte, length(len(s), len(t)))
		for i := range out {
			var x, y uint64
			if i < len(s) {
				x = uint64(s[i])
			}
			if i < len(t) {
				y = uint64(t[i])
			}
			out[i] = byte(op(x, y))
		}
		return r.newText(string(out))
	}
}

func shorter(a, b int) int { return min(a, b) }

func longer(a, b int) int { return max(a, b) }

func divide(r *run, a, b Value) Value {
	x, y, whole := r.operands(a, b)
	if asFloat(y) == 0 {
		r.fail("Division by zero.")
	}
	if whole && x.int()%y.int() == 0 && !(x.int() == math.MinInt64 && y.int() == -1) {
		return IntValue(x.int() / y.int())
	}
	return FloatValue(asFloat(x) / asFloat(y))
}

func floorDivide(r *run, a, b Value) Value {
	q := divide(r, a, b)
	if q.kind == inInt {
		return q
	}
	return IntValue(floatToInt(math.Floor(q.float())))
}

func modulo(r *run, a, b Value) Value {
	x, y, _ := r.operands(a, b)
	n, d := x.toInt(), y.toInt()
	switch d {
	case 0:
		r.fail("Modulo by zero.")
	case -1:
		return IntValue(0)
	}
	return IntValue(n % d)
}

func power(r *run, a, b Value) Value {
	x, y, whole := r.operands(a, b)
	if whole && y.int() >= 0 {
		if p, ok := powerInt(x.int(), y.int()); ok {
			return IntValue(p)
		}
	}
	return FloatValue(math.Pow(asFloat(x), asFloat(y)))
}

func powerInt(base, exp int64) (int64, bool) {
	result, ok := int64(1), true
	for exp > 0 {
		if exp&1 == 1 {
			if result, ok = multiplyInt(result, base); !ok {
				return 0, false
			}
		}
		if exp >>= 1; exp > 0 {
			if base, ok = multiplyInt(base, base); !ok {
				return 0, false
			}
		}
	}
	return result, true
}

func negate(n Value) Value {
	if n.kind == inInt {
		if n.int() != math.MinInt64 {
			return IntValue(-n.int())
		}
		return FloatValue(0x1p63)
	}
	return FloatValue(-n.float())
}

// concatParts flattens a ~ b ~ c.
func concatParts(e expr, parts []expr) []expr {
	switch e := e.(type) {
	case *binaryExpr:
		if e.op == "~" {
			return concatParts(e.right, concatParts(e.left, parts))
		}
	case *joinExpr:
		return append(parts, e.parts...)
	}
	return append(parts, e)
}

// quantified compiles has some and has every.
func (c *compiler) quantified(e *binaryExpr) eval {
	left := c.expr(e.left)
	right := c.callback(e.right)
	some, where := e.op == "has some", c.site(e.at())
	return func(r *run) Value {
		l, fn := left(r), right(r)
		r.at = where
		if fn.kind != inCallable {
			r.fail("The right side of %q must be an arrow function.", e.op)
		}
		h := r.iterable(l)
		for i := range h.Len() {
			r.iterate()
			k, v := h.At(i)
			if r.invoke(fn.callable(), v, k).truth() == some {
				return BoolValue(some)
			}
		}
		return BoolValue(!some)
	}
}

// callback compiles an argument that is called at once, so that an arrow
// function may share the variables around it.
func (c *compiler) callback(e expr) eval {
	if a, ok := e.(*arrowExpr); ok {
		return c.arrow(a, false)
	}
	return c.expr(e)
}
