package twig

import (
	"math"
	"slices"
)

func arrayFilters() []*callDef {
	return []*callDef{
		define("join", "glue? and?", join),
		define("sort", "arrow?", sortFilter),
		define("merge", "arrays...", merge),
		define("batch", "size fill? preserve_keys?", batch),
		define("column", "name index?", column),
		define("filter", "arrow", filterItems),
		define("map", "arrow", mapItems),
		define("reduce", "arrow initial?", reduce),
		define("find", "arrow", find),
		define("keys", "", keys),
		define("shuffle", "", shuffle),
		define("reverse", "preserve_keys?", reverse),
		define("slice", "start length? preserve_keys?", slice),
		define("first", "", func(r *run, a []Value) Value { return end(r, a[0], 0) }),
		define("last", "", func(r *run, a []Value) Value { return end(r, a[0], -1) }),
		define("length", "", length),
	}
}

// items returns the entries of a filter's operand, failing when it has none.
func (r *run) items(filter string, v Value) *Hash {
	if v.kind != inArray {
		r.fail("The %q filter expects a sequence or a mapping, got %s.", filter, describeKind(v))
	}
	return v.array()
}

func (r *run) arrowOf(filter string, v Value) *callable {
	if v.kind != inCallable {
		r.fail("The %q filter expects an arrow function, got %s.", filter, describeKind(v))
	}
	return v.callable()
}

func join(r *run, args []Value) Value {
	h := emptyArray.array()
	if args[0].kind == inArray {
		h = args[0].array()
	} else if !args[0].IsNull() {
		h = &Hash{list: args[:1]}
	}
	glue, last := args[1].String(), args[1].String()
	if !args[2].IsNull() {
		last = args[2].String()
	}
	base, n := len(r.scratch), h.Len()
	if n == 1 && last != glue {
		return h.valueAt(0)
	}
	for i := range n {
		switch {
		case i == 0:
		case i == n-1:
			r.scratch = append(r.scratch, last...)
		default:
			r.scratch = append(r.scratch, glue...)
		}
		r.scratch = appendString(r.scratch, h.valueAt(i))
		r.grow(base)
	}
	return r.takeScratch(base)
}

// grow fails early when a text being put together exceeds the memory limit.
func (r *run) grow(base int) {
	if len(r.scratch)-base > r.memory {
		r.use(len(r.scratch) - base)
	}
	r.step()
}

func sortFilter(r *run, args []Value) Value {
	h := r.items("sort", args[0])
	n := h.Len()
	r.useItems(n)
	pairs := make([]pair, n)
	for i := range pairs {
		pairs[i].key, pairs[i].val = h.At(i)
	}
	order := func(a, b pair) int {
		r.step()
		o, _ := r.compare(a.val, b.val)
		return o
	}
	if !args[1].IsNull() {
		fn := r.arrowOf("sort", args[1])
		order = func(a, b pair) int {
			r.iterate()
			return int(max(min(r.invoke(fn, a.val, b.val).toInt(), 1), -1))
		}
	}
	slices.SortStableFunc(pairs, order)
	return ArrayValue(fromPairs(pairs, h.object))
}

// fromPairs makes a hash of entries whose keys differ.
func fromPairs(pairs []pair, object bool) *Hash {
	h := newHash(len(pairs))
	h.object = object
	for _, p := range pairs {
		h.push(p.key, p.val)
	}
	return h
}

// merge is array_merge: names are replaced, numbers count on.
func merge(r *run, args []Value) Value {
	total := 0
	for _, a := range args {
		if a.kind != inArray {
			r.fail(`The "merge" filter expects a sequence or a mapping, got %s.`, describeKind(a))
		}
		total += a.array().Len()
	}
	r.useItems(total)
	out := &Hash{list: make([]Value, 0, total)}
	for _, a := range args {
		h := a.array()
		if h.pairs == nil && out.pairs == nil {
			out.list = append(out.list, h.list...)
			continue
		}
		for i := range h.Len() {
			if k, v := h.At(i); k.kind == inInt {
				out.Append(v)
			} else {
				out.set(k, v)
			}
		}
	}
	return ArrayValue(out)
}

func batch(r *run, args []Value) Value {
	h := r.items("batch", args[0])
	size := int64(math.Ceil(args[1].toFloat()))
	if size < 1 {
		r.fail(`The "batch" filter needs a size greater than 0.`)
	}
	keep := args[3].kind == inAbsent || args[3].truth()
	n := h.Len()
	r.useItems(n)
	out := &Hash{}
	var row *Hash
	for i := range n {
		if int64(i)%size == 0 {
			row = &Hash{}
			out.Append(ArrayValue(row))
		}
		if k, v := h.At(i); keep {
			row.set(k, v)
		} else {
			row.Append(v)
		}
	}
	if row != nil && !args[2].IsNull() {
		missing := size - int64(row.Len())
		if missing > int64(r.env.limits.Loops) {
			r.failLimit(`The "batch" filter fills more than %d items.`, r.env.limits.Loops)
		}
		r.useItems(int(missing))
		for range missing {
			row.Append(args[2])
		}
	}
	return ArrayValue(out)
}

func column(r *run, args []Value) Value {
	h := r.items("column", args[0])
	r.useItems(h.Len())
	out := &Hash{}
	for i := range h.Len() {
		row := h.valueAt(i)
		if row.kind != inArray {
			continue
		}
		v := row
		if !args[1].IsNull() {
			if v = row.array().get(r.key(args[1])); v.kind == inMissing {
				continue
			}
		}
		if !args[2].IsNull() {
			if k := row.array().get(r.key(args[2])); k.kind != inMissing && k.kind != inArray {
				out.set(normalKey(k), v)
				continue
			}
		}
		out.Append(v)
	}
	return ArrayValue(out)
}

func filterItems(r *run, args []Value) Value {
	h, fn := r.items("filter", args[0]), r.arrowOf("filter", args[1])
	out := newHash(0)
	out.object = h.object
	for i := range h.Len() {
		r.iterate()
		k, v := h.At(i)
		if r.invoke(fn, v, k).truth() {
			r.useItems(1)
			out.push(k, v)
		}
	}
	return ArrayValue(out)
}

func mapItems(r *run, args []Value) Value {
	h, fn := r.items("map", args[0]), r.arrowOf("map", args[1])
	r.useItems(h.Len())
	if h.pairs == nil {
		out := &Hash{list: make([]Value, 0, len(h.list))}
		for i, v := range h.list {
			r.iterate()
			item := r.invoke(fn, v, IntValue(int64(i)))
			out.list = append(out.list, item)
		}
		return ArrayValue(out)
	}
	out := newHash(len(h.pairs))
	out.object = h.object
	for i := range h.pairs {
		r.iterate()
		k, v := h.At(i)
		out.push(k, r.invoke(fn, v, k))
	}
	return ArrayValue(out)
}

func reduce(r *run, args []Value) Value {
	h, fn := r.items("reduce", args[0]), r.arrowOf("reduce", args[1])
	carry := args[2]
	if carry.IsNull() {
		carry = nullValue
	}
	for i := range h.Len() {
		r.iterate()
		k, v := h.At(i)
		carry = r.invoke(fn, carry, v, k)
	}
	return carry
}

func find(r *run, args []Value) Value {
	h, fn := r.items("find", args[0]), r.arrowOf("find", args[1])
	for i := range h.Len() {
		r.iterate()
		k, v := h.At(i)
		if r.invoke(fn, v, k).truth() {
			return v
		}
	}
	return nullValue
}

func keys(r *run, args []Value) Value {
	h := r.iterable(args[0])
	r.useItems(h.Len())
	out := &Hash{list: make([]Value, 0, h.Len())}
	for i := range h.Len() {
		out.list = append(out.list, h.keyAt(i))
	}
	return ArrayValue(out)
}

func shuffle(r *run, args []Value) Value {
	h := r.items("shuffle", args[0])
	r.useItems(h.Len())
	list := slices.Clone(h.values())
	for i := len(list) - 1; i > 0; i-- {
		j := r.env.random(int64(i + 1))
		list[i], list[j] = list[j], list[i]
	}
	return ArrayValue(&Hash{list: list})
}

func reverse(r *run, args []Value) Value {
	if args[0].kind != inArray {
		runes := []rune(args[0].String())
		slices.Reverse(runes)
		return r.newText(string(runes))
	}
	h := args[0].array()
	r.useItems(h.Len())
	out := &Hash{}
	for i := h.Len() - 1; i >= 0; i-- {
		if k, v := h.At(i); k.kind == inInt && !args[1].truth() {
			out.Append(v)
		} else {
			out.set(k, v)
		}
	}
	return ArrayValue(out)
}

// newText counts and returns a text that a filter made.
func (r *run) newText(s string) Value {
	r.use(len(s))
	return StringValue(s)
}
