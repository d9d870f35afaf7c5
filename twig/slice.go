package twig

// span turns PHP's start and length, which may count from the end, into a
// range of n items.
func span(n int, start int64, length Value) (from, to int) {
	from = int(clamp(start, n))
	to = n
	if !length.IsNull() {
		if l := length.toInt(); l < 0 {
			to = int(max(int64(n)+max(l, -int64(n)), 0))
		} else if l < int64(n-from) {
			to = from + int(l)
		}
	}
	return from, max(from, to)
}

func clamp(start int64, n int) int64 {
	if start < 0 {
		return max(int64(n)+max(start, -int64(n)), 0)
	}
	return min(start, int64(n))
}

func slice(r *run, args []Value) Value {
	start := args[1].toInt()
	if args[0].kind != inArray {
		return r.sliceText(args[0].String(), start, args[2])
	}
	h := args[0].array()
	from, to := span(h.Len(), start, args[2])
	r.useItems(to - from)
	keep := args[3].truth()
	out := &Hash{}
	if h.pairs == nil && !keep {
		out.list = h.list[from:to:to]
		return ArrayValue(out)
	}
	for i := from; i < to; i++ {
		if k, v := h.At(i); k.kind == inInt && !keep {
			out.Append(v)
		} else {
			out.set(k, v)
		}
	}
	return ArrayValue(out)
}

func (r *run) sliceText(s string, start int64, length Value) Value {
	r.work(len(s) / 64)
	from, to := span(runeCount(s), start, length)
	return StringValue(s[runeOffset(s, from):runeOffset(s, to)])
}

// runeOffset returns the byte at which the n-th character starts.
func runeOffset(s string, n int) int {
	if n == 0 {
		return 0
	}
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

// end returns the first (at 0) or last (at -1) item or character.
func end(r *run, v Value, at int64) Value {
	if v.kind != inArray {
		return r.sliceText(v.String(), at, IntValue(1))
	}
	h := v.array()
	if h.Len() == 0 {
		return falseValue
	}
	if at < 0 {
		return h.valueAt(h.Len() - 1)
	}
	return h.valueAt(0)
}

func length(_ *run, args []Value) Value {
	switch v := args[0]; {
	case v.kind == inArray:
		return IntValue(int64(v.array().Len()))
	case v.kind == inTime || v.kind == inInterval || v.kind == inCallable:
		return IntValue(1)
	default:
		return IntValue(int64(runeCount(v.String())))
	}
}
