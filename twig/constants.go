package twig

// constants are the names of PHP that templates need to call filters: the flags
// of json_encode and the formats of dates. No other constant exists.
var constants = map[string]Value{
	"JSON_HEX_TAG": IntValue(jsonHexTag), "JSON_HEX_AMP": IntValue(jsonHexAmp),
	"JSON_HEX_APOS": IntValue(jsonHexApos), "JSON_HEX_QUOT": IntValue(jsonHexQuot),
	"JSON_FORCE_OBJECT": IntValue(jsonForceObject), "JSON_NUMERIC_CHECK": IntValue(jsonNumericCheck),
	"JSON_UNESCAPED_SLASHES": IntValue(jsonPlainSlashes), "JSON_PRETTY_PRINT": IntValue(jsonPretty),
	"JSON_UNESCAPED_UNICODE": IntValue(jsonPlainUnicode), "JSON_PRESERVE_ZERO_FRACTION": IntValue(jsonKeepFraction),
	"JSON_UNESCAPED_LINE_TERMINATORS": IntValue(jsonLineTerminator), "JSON_THROW_ON_ERROR": IntValue(1 << 22),

	"DATE_ATOM": StringValue(`Y-m-d\TH:i:sP`), "DATE_W3C": StringValue(`Y-m-d\TH:i:sP`),
	"DATE_ISO8601": StringValue(`Y-m-d\TH:i:sO`), "DATE_RFC3339": StringValue(`Y-m-d\TH:i:sP`),
	"DATE_RFC3339_EXTENDED": StringValue(`Y-m-d\TH:i:s.vP`), "DATE_RFC822": StringValue("D, d M y H:i:s O"),
	"DATE_RFC1036": StringValue("D, d M y H:i:s O"), "DATE_RFC1123": StringValue("D, d M Y H:i:s O"),
	"DATE_RFC2822": StringValue("D, d M Y H:i:s O"), "DATE_RFC7231": StringValue(`D, d M Y H:i:s \G\M\T`),
	"DATE_RFC850": StringValue("l, d-M-y H:i:s T"), "DATE_COOKIE": StringValue("l, d-M-Y H:i:s T"),
	"DATE_RSS": StringValue("D, d M Y H:i:s O"),
}

// constant is the function constant(name, object, check_defined).
func constant(r *run, args []Value) Value {
	v, ok := constants[args[0].String()]
	switch {
	case len(args) > 2 && args[2].truth():
		return BoolValue(ok)
	case !ok || !args[1].IsNull():
		r.fail("Constant %q is undefined.", args[0].String())
	}
	return v
}

// isConstantTest is the test constant(name).
func isConstantTest(r *run, args []Value) Value {
	return BoolValue(r.identical(args[0], constant(r, args[1:])))
}

func (c *compiler) constantDefined(e *callExpr) eval {
	b := c.bind("function", c.env.function("constant"), e.at(), nil, e.args)
	name := b.args[0]
	return func(r *run) Value {
		_, ok := constants[name(r).String()]
		return BoolValue(ok)
	}
}
