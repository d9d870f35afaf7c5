package twig

import (
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

func maxFunction(r *run, args []Value) Value { return r.extreme("max", args, 1) }

func minFunction(r *run, args []Value) Value { return r.extreme("min", args, -1) }

// extreme returns the first of the greatest (or least) values, given one by
// one or as one array.
func (r *run) extreme(name string, args []Value, sign int) Value {
	items := args
	if len(args) == 1 {
		if args[0].kind != inArray {
			r.fail("The %q function expects a sequence or at least two values.", name)
		}
		h := args[0].array()
		if h.Len() == 0 {
			r.fail("The %q function cannot work on an empty sequence or mapping.", name)
		}
		items = h.values()
		r.work(len(items))
	}
	best := items[0]
	for _, v := range items[1:] {
		if order, _ := r.compare(v, best); order*sign > 0 {
			best = v
		}
	}
	return best
}

// values returns the values in order; the slice must not be changed.
func (h *Hash) values() []Value {
	if h.pairs == nil {
		return h.list
	}
	list := make([]Value, len(h.pairs))
	for i, p := range h.pairs {
		list[i] = p.val
	}
	return list
}

func rangeFunction(r *run, args []Value) Value {
	step := args[2]
	if step.kind == inAbsent {
		step = IntValue(1)
	}
	return r.rangeOf(args[0], args[1], step)
}

// rangeOf is PHP's range: over characters when both ends are such, else over
// numbers, up or down.
func (r *run) rangeOf(low, high, step Value) Value {
	if a, ok := rangeByte(low); ok {
		if b, ok := rangeByte(high); ok {
			return r.byteRange(a, b, step)
		}
	}
	x, y, s := numberOrZero(low), numberOrZero(high), numberOrZero(step)
	if x.kind == inInt && y.kind == inInt && s.kind == inInt {
		return r.intRange(x.int(), y.int(), s.int())
	}
	return r.floatRange(asFloat(x), asFloat(y), asFloat(s))
}

func numberOrZero(v Value) Value {
	if v.kind == inArray {
		return IntValue(v.toInt())
	}
	n, _ := v.number()
	return n
}

func rangeByte(v Value) (byte, bool) {
	if !v.isText() || v.num == 0 {
		return 0, false
	}
	if _, ok := numericString(v.text()); ok {
		return 0, false
	}
	return v.text()[0], true
}

func (r *run) rangeSize(n, step float64) int {
	if step == 0 {
		r.fail("The step of a range must not be 0.")
	}
	if n > 0 && n < step {
		r.fail("The step of a range must not exceed the range.")
	}
	size := n/step + 1 + 1e-9 // steps such as 0.1 do not add up exactly
	if size > float64(r.env.limits.Loops) {
		r.failLimit("A range has more than %d items.", r.env.limits.Loops)
	}
	r.useItems(int(size))
	return int(size)
}

func (r *run) intRange(low, high, step int64) Value {
	step = abs(step)
	n := r.rangeSize(absFloat(float64(high)-float64(low)), float64(step))
	if high < low {
		step = -step
	}
	list := make([]Value, 0, n)
	for i := range n {
		list = append(list, IntValue(low+int64(i)*step))
	}
	return ArrayValue(&Hash{list: list})
}

func (r *run) floatRange(low, high, step float64) Value {
	step = absFloat(step)
	n := r.rangeSize(absFloat(high-low), step)
	if high < low {
		step = -step
	}
	list := make([]Value, 0, n)
	for i := range n {
		list = append(list, FloatValue(low+float64(i)*step))
	}
	return ArrayValue(&Hash{list: list})
}

func (r *run) byteRange(low, high byte, step Value) Value {
	s := int(abs(step.toInt()))
	if s == 0 {
		s = 1
	}
	if distance := int(abs(int64(high) - int64(low))); distance > 0 && distance < s {
		r.fail("The step of a range must not exceed the range.")
	}
	var list []Value
	for at := int(low); ; {
		list = append(list, StringValue(string([]byte{byte(at)})))
		if low <= high {
			at += s
		} else {
			at -= s
		}
		if low <= high && at > int(high) || low > high && at < int(high) {
			return ArrayValue(&Hash{list: list})
		}
	}
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

func absFloat(f float64) float64 {
	if f < 0 {
		return -f
	}
	return f
}

func cycle(r *run, args []Value) Value {
	if args[0].kind != inArray {
		return args[0]
	}
	h := args[0].array()
	if h.Len() == 0 {
		r.fail(`The "cycle" function expects a non-empty sequence.`)
	}
	v := h.get(IntValue(args[1].toInt() % int64(h.Len())))
	if v.kind == inMissing {
		return nullValue
	}
	return v
}

func randomBelow(n int64) int64 { return rand.Int64N(n) }

// random picks from a sequence or a text, or a number up to the given one.
func random(r *run, args []Value) Value {
	v, limit := args[0], args[1]
	switch {
	case v.IsNull():
		if limit.IsNull() {
			return IntValue(r.env.random(1 << 31))
		}
		return r.randomBetween(0, limit.toInt())
	case isNumber(v):
		n := v.toInt()
		if !limit.IsNull() {
			return r.randomBetween(n, limit.toInt())
		}
		return r.randomBetween(min(n, 0), max(n, 0))
	case v.isText():
		if v.num == 0 {
			return emptyString
		}
		at := r.env.random(int64(runeCount(v.text())))
		return r.sliceText(v.text(), at, IntValue(1))
	case v.kind != inArray:
		return v
	}
	h := v.array()
	if h.Len() == 0 {
		r.fail(`The "random" function cannot pick from an empty sequence or mapping.`)
	}
	return h.valueAt(int(r.env.random(int64(h.Len()))))
}

func (r *run) randomBetween(low, high int64) Value {
	span := uint64(high) - uint64(low) + 1
	if low > high {
		r.fail(`The "random" function needs a maximum that is not below the minimum.`)
	}
	if span == 0 || span > 1<<62 {
		span = 1 << 62
	}
	return IntValue(low + r.env.random(int64(span)))
}

// sourceFunction returns the text of another template.
func sourceFunction(r *run, args []Value) Value {
	name := args[0].String()
	code, ok := r.env.templates[name]
	if !ok {
		if args[1].truth() {
			return emptyString
		}
		r.fail("Template %q is not defined.%s", name, suggestion(name, r.env.templateNames()))
	}
	return StringValue(code)
}

// dump shows values for debugging, as readable JSON.
func dump(r *run, args []Value) Value {
	if len(args) == 0 {
		args = []Value{ArrayValue(r.contextOf(r.frame))}
	}
	var b strings.Builder
	for _, v := range args {
		e := encoder{r: r, flags: jsonPretty | jsonPlainSlashes | jsonPlainUnicode | jsonLineTerminator | jsonKeepDigits}
		e.value(v)
		r.use(len(e.out))
		b.Write(e.out)
		b.WriteByte('\n')
	}
	return StringValue(b.String())
}

func invokeFilter(r *run, args []Value) Value {
	if args[0].kind != inCallable {
		r.fail(`The "invoke" filter expects an arrow function, got %s.`, describeKind(args[0]))
	}
	return r.invoke(args[0].callable(), args[1:]...)
}

func runeCount(s string) int { return utf8.RuneCountInString(s) }
