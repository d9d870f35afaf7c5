package twig

import (
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Flags of PHP's json_encode that change what it writes.
const (
	jsonHexTag         = 1
	jsonHexAmp         = 2
	jsonHexApos        = 4
	jsonHexQuot        = 8
	jsonForceObject    = 16
	jsonNumericCheck   = 32
	jsonPlainSlashes   = 64
	jsonPretty         = 128
	jsonPlainUnicode   = 256
	jsonKeepFraction   = 1024
	jsonLineTerminator = 2048

	jsonKeepDigits = 1 << 30 // ours: numbers of the context as they were written
)

// encoder writes JSON as PHP's json_encode does.
type encoder struct {
	r     *run
	out   []byte
	flags int64
	depth int
}

// appendJSON writes a value into a JSON body: characters and slashes plain,
// and every number with the digits that it came with.
func (r *run) appendJSON(b []byte, v Value) []byte {
	switch v.kind {
	case inString:
		return append(appendJSONText(append(b, '"'), v.text()), '"')
	case inInt:
		return strconv.AppendInt(b, v.int(), 10)
	}
	e := encoder{r: r, out: b, flags: jsonPlainSlashes | jsonPlainUnicode | jsonLineTerminator | jsonKeepDigits}
	e.value(v)
	return e.out
}

// jsonEncode is the filter json_encode(options, depth).
func jsonEncode(r *run, args []Value) Value {
	base := len(r.scratch)
	e := encoder{r: r, out: r.scratch, flags: args[1].toInt() &^ jsonKeepDigits}
	e.value(args[0])
	r.scratch = e.out
	return r.takeScratch(base)
}

func (e *encoder) value(v Value) {
	switch v.kind {
	case inBool:
		if v.bool() {
			e.out = append(e.out, "true"...)
		} else {
			e.out = append(e.out, "false"...)
		}
	case inInt:
		e.out = strconv.AppendInt(e.out, v.int(), 10)
	case inDecimal:
		if e.flags&jsonKeepDigits != 0 {
			e.out = append(e.out, v.text()...)
			return
		}
		e.float(v.float())
	case inFloat:
		e.float(v.float())
	case inString, inMarkup:
		e.text(v.text())
	case inArray:
		e.array(v.array())
	case inLoop, inScope:
		e.value(v.snapshot())
	case inTime:
		e.time(v)
	case inInterval, inCallable:
		e.out = append(e.out, "{}"...)
	default:
		e.out = append(e.out, "null"...)
	}
}

func (e *encoder) float(f float64) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		if e.flags&jsonKeepDigits == 0 {
			e.r.fail("Inf and NaN cannot be JSON encoded.")
		}
		e.out = append(e.out, "null"...)
		return
	}
	if f == 0 && math.Signbit(f) {
		e.out = append(e.out, "-0.0"...)
		return
	}
	start, precision := len(e.out), 0
	if e.flags&jsonKeepDigits != 0 {
		precision = 14 // it was computed: 3 * 1.1 is 3.3, as where it is printed as text
	}
	e.out = appendPrecise(e.out, f, precision)
	if at := indexByte(e.out[start:], 'E'); at >= 0 {
		e.out[start+at] = 'e'
	}
	if e.flags&jsonKeepFraction != 0 && f == math.Trunc(f) && indexByte(e.out[start:], '.') < 0 {
		e.out = append(e.out, ".0"...)
	}
}

func indexByte(b []byte, c byte) int {
	for i := range b {
		if b[i] == c {
			return i
		}
	}
	return -1
}

func (e *encoder) time(v Value) {
	if e.flags&jsonKeepDigits != 0 {
		e.text(v.String())
		return
	}
	h := newHash(3)
	h.Set("date", StringValue(formatTime(v.time(), "Y-m-d H:i:s.u")))
	h.Set("timezone_type", IntValue(3))
	h.Set("timezone", StringValue(zoneName(v.time())))
	e.array(h)
}

func (e *encoder) array(h *Hash) {
	if e.depth++; e.depth > maxJSONDepth {
		e.r.fail("Maximum stack depth exceeded.")
	}
	e.r.work(h.Len()/8 + 1)
	list := e.flags&jsonForceObject == 0 && !h.object && h.isList()
	open, shut := byte('{'), byte('}')
	if list {
		open, shut = '[', ']'
	}
	e.out = append(e.out, open)
	for i := range h.Len() {
		k, v := h.At(i)
		if i > 0 {
			e.out = append(e.out, ',')
		}
		e.line()
		if !list {
			e.key(k)
		}
		e.value(v)
		if len(e.out) > e.r.env.limits.Output {
			e.r.failLimit("The output is longer than %d bytes.", e.r.env.limits.Output)
		}
	}
	e.depth--
	if h.Len() > 0 {
		e.line()
	}
	e.out = append(e.out, shut)
}

func (e *encoder) key(k Value) {
	flags := e.flags
	e.flags &^= jsonNumericCheck
	e.text(k.String())
	e.flags = flags
	e.out = append(e.out, ':')
	if e.flags&jsonPretty != 0 {
		e.out = append(e.out, ' ')
	}
}

func (e *encoder) line() {
	if e.flags&jsonPretty == 0 {
		return
	}
	e.out = append(e.out, '\n')
	for range e.depth {
		e.out = append(e.out, "    "...)
	}
}

func (e *encoder) text(s string) {
	if e.flags&jsonNumericCheck != 0 {
		if n, ok := numericString(s); ok {
			e.value(n)
			return
		}
	}
	e.out = append(e.out, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			e.ascii(c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if size == 1 && e.flags&jsonKeepDigits == 0 {
			e.r.fail("Malformed UTF-8 characters, possibly incorrectly encoded.")
		}
		e.rune(r)
		i += size
	}
	e.out = append(e.out, '"')
}

func (e *encoder) ascii(c byte) {
	hex := int64(0)
	switch c {
	case '<', '>':
		hex = jsonHexTag
	case '&':
		hex = jsonHexAmp
	case '\'':
		hex = jsonHexApos
	case '"':
		hex = jsonHexQuot
	case '/':
		if e.flags&jsonPlainSlashes == 0 {
			e.out = append(e.out, '\\')
		}
	}
	switch {
	case hex != 0 && e.flags&hex != 0:
		e.out = appendHex(append(e.out, `\u`...), uint64(c), 4)
	case c < 0x20 || c == '"' || c == '\\':
		e.out = appendJSONEscape(e.out, c)
	default:
		e.out = append(e.out, c)
	}
}

func (e *encoder) rune(r rune) {
	if e.flags&jsonPlainUnicode != 0 && (r != '\u2028' && r != '\u2029' || e.flags&jsonLineTerminator != 0) {
		e.out = utf8.AppendRune(e.out, r)
		return
	}
	units := []rune{r}
	if r >= 0x10000 {
		hi, lo := utf16.EncodeRune(r)
		units = []rune{hi, lo}
	}
	for _, u := range units {
		const digits = "0123456789abcdef"
		e.out = append(e.out, '\\', 'u', digits[u>>12&15], digits[u>>8&15], digits[u>>4&15], digits[u&15])
	}
}
