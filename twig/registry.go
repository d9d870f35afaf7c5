package twig

import "sync"

// builtinFilters returns the filters of the language, made once.
var builtinFilters = sync.OnceValue(func() map[string]*callDef {
	return index(textFilters(), arrayFilters(), numberFilters(), dateFilters(), intlFilters(), []*callDef{
		define("escape", "strategy? charset?", escapeFilter),
		define("e", "strategy? charset?", escapeFilter),
		define("json_encode", "options? depth?", jsonEncode),
		define("convert_encoding", "to from", convertEncoding),
		define("url_encode", "", urlEncode),
		define("invoke", "arguments...", invokeFilter),
	})
})

var builtinFunctions = sync.OnceValue(func() map[string]*callDef {
	return index([]*callDef{
		define("max", "value values...", maxFunction),
		define("min", "value values...", minFunction),
		define("range", "low high step?", rangeFunction),
		define("cycle", "values position", cycle),
		define("random", "values? max?", random),
		define("date", "date? timezone?", dateFunction),
		define("source", "name ignore_missing?", sourceFunction).safeFor(maskAll),
		define("constant", "constant object? check_defined?", constant),
	})
})

var builtinTests = sync.OnceValue(func() map[string]*callDef {
	return index([]*callDef{
		define("even", "", func(r *run, a []Value) Value { return BoolValue(r.operand(a[0]).toInt()%2 == 0) }),
		define("odd", "", func(r *run, a []Value) Value { return BoolValue(r.operand(a[0]).toInt()%2 != 0) }),
		define("null", "", func(_ *run, a []Value) Value { return BoolValue(a[0].IsNull()) }),
		define("none", "", func(_ *run, a []Value) Value { return BoolValue(a[0].IsNull()) }),
		define("empty", "", func(_ *run, a []Value) Value { return BoolValue(isEmpty(a[0])) }),
		define("iterable", "", func(_ *run, a []Value) Value { return BoolValue(a[0].kind == inArray) }),
		define("sequence", "", func(_ *run, a []Value) Value {
			return BoolValue(a[0].kind == inArray && a[0].array().isList())
		}),
		define("mapping", "", func(_ *run, a []Value) Value {
			return BoolValue(a[0].kind == inArray && !a[0].array().isList())
		}),
		define("same as", "value", func(r *run, a []Value) Value { return BoolValue(r.identical(a[0], a[1])) }),
		define("divisible by", "num", divisibleBy),
		define("constant", "constant object?", isConstantTest),
	})
})

func index(lists ...[]*callDef) map[string]*callDef {
	m := map[string]*callDef{}
	for _, list := range lists {
		for _, d := range list {
			m[d.name] = d
		}
	}
	return m
}

func divisibleBy(r *run, args []Value) Value {
	return BoolValue(modulo(r, args[0], args[1]).int() == 0)
}
