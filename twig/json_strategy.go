package twig

import (
	"strings"
	"unicode/utf8"
)

// jsonSpot is where in a JSON text a template stands.
type jsonSpot uint8

const (
	jsonValue   jsonSpot = iota // outside strings
	jsonMember                  // outside strings after a colon, where a value must stand
	jsonString                  // inside a string
	jsonEscape                  // inside a string, after a backslash
	jsonUnknown                 // only known when rendering
	jsonPlain                   // in plain text that is escaped when it is printed
)

func (s jsonSpot) inString() bool { return s == jsonString || s == jsonEscape }

// after returns the spot behind a text.
func (s jsonSpot) after(text string) jsonSpot {
	if s == jsonUnknown || s == jsonPlain {
		return s
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case s == jsonEscape:
			s = jsonString
		case s == jsonString:
			if c == '"' {
				s = jsonValue
			} else if c == '\\' {
				s = jsonEscape
			}
		case c == '"':
			s = jsonString
		case c == ':':
			s = jsonMember
		case c > ' ':
			s = jsonValue
		}
	}
	return s
}

// showJSON compiles a print for a JSON body. Inside a string the value is
// converted to text and escaped; elsewhere it is encoded whole.
func (c *compiler) showJSON(e expr, val eval, spot jsonSpot) exec {
	if parts := jsonChain(e); parts != nil && !spot.inString() && spot != jsonPlain {
		return c.showChain(parts, c.showWhole(e, val, jsonUnknown), spot)
	}
	return c.showWhole(e, val, spot)
}

func (c *compiler) showWhole(e expr, val eval, spot jsonSpot) exec {
	inside := c.jsonInside(e)
	outside := c.jsonOutside(e, spot)
	if c.rendersTemplates(e) {
		plain := val
		val = func(r *run) Value {
			saved := r.captureSpot
			r.captureSpot = r.spotNow(spot)
			v := plain(r)
			r.captureSpot = saved
			return v
		}
	}
	switch spot {
	case jsonValue, jsonMember:
		return func(r *run) {
			v := val(r)
			r.out = outside(r, v)
		}
	case jsonString, jsonEscape:
		return func(r *run) {
			v := val(r)
			r.out = inside(r, v)
		}
	}
	return func(r *run) {
		v := val(r)
		switch r.spotNow(jsonUnknown) {
		case jsonValue, jsonMember:
			r.out = outside(r, v)
		case jsonPlain:
			r.out = appendString(r.out, v)
		default:
			r.out = inside(r, v)
		}
	}
}

// jsonInside returns how a value is written inside a string.
func (c *compiler) jsonInside(e expr) func(r *run, v Value) []byte {
	raw := func(r *run, v Value) []byte { return appendString(r.out, v) }
	switch e := e.(type) {
	case *constExpr:
		text := e.val.String()
		if !closesString(text) && !isJSONText(text) {
			text = string(appendJSONText(nil, text))
		}
		return func(r *run, _ Value) []byte { return append(r.out, text...) }
	case *filterExpr:
		if e.name == "raw" || c.safety(e)&(maskJSON|maskJS) != 0 && e.name != "json_encode" || trimsEncoded(e) {
			return raw
		}
	}
	templates := c.rendersTemplates(e)
	return func(r *run, v Value) []byte {
		if templates && v.kind == inMarkup {
			return append(r.out, v.text()...)
		}
		if v.isText() {
			return appendJSONText(r.out, v.text())
		}
		if v.kind == inArray || v.kind >= inLoop {
			return append(r.out, "Array"...)
		}
		return appendString(r.out, v)
	}
}

// trimsEncoded recognises x|json_encode|trim('"') and x|json_encode[1:-1],
// which authors write to escape by hand.
func trimsEncoded(e *filterExpr) bool {
	if e.name != "trim" && e.name != "slice" {
		return false
	}
	f, ok := e.operand.(*filterExpr)
	return ok && f.name == "json_encode"
}

// closesString reports whether a text that the author wrote into a print has a
// quote which ends the JSON string around it: structure follows, or nothing.
func closesString(text string) bool {
	if strings.IndexByte(text, '"') < 0 {
		return false
	}
	d := decoder{src: text, pos: -1, dry: true}
	d.string()
	if d.err != nil {
		return false
	}
	rest := strings.TrimLeft(text[d.pos:], " \t\r\n")
	return rest == "" || strings.IndexByte(",:}]", rest[0]) >= 0
}

// isJSONText reports whether a text may stand in a JSON string as it is.
func isJSONText(text string) bool {
	if text == "" {
		return true
	}
	d := decoder{src: text + `"`, pos: -1, dry: true}
	d.string()
	return d.err == nil && d.pos == len(d.src)
}

// jsonOutside returns how a value is written outside strings.
func (c *compiler) jsonOutside(e expr, spot jsonSpot) func(r *run, v Value) []byte {
	encode := func(r *run, v Value) []byte {
		if v.kind == inMarkup {
			return append(r.out, v.text()...)
		}
		return r.appendJSON(r.out, v)
	}
	switch e := e.(type) {
	case *constExpr:
		if e.val.isText() && e.val.num == 0 && !c.piece {
			return func(r *run, _ Value) []byte {
				if r.spotNow(spot) == jsonMember {
					return append(r.out, `""`...) // where something must stand
				}
				return r.out
			}
		}
		if e.val.isText() && isJSONPiece(e.val.text()) {
			text := e.val.text()
			return func(r *run, _ Value) []byte { return append(r.out, text...) }
		}
	case *filterExpr:
		if e.name == "raw" || e.name == "json_encode" || e.name == "slice" && trimsEncoded(e) {
			return func(r *run, v Value) []byte { return appendString(r.out, v) }
		}
		if def := c.env.filter(e.name); def != nil && def.numeric != nil && def.numeric(e.args) {
			return func(r *run, v Value) []byte {
				if v.isText() && isJSONNumber(v.text()) {
					return append(r.out, v.text()...)
				}
				return encode(r, v)
			}
		}
		if c.safety(e)&maskJSON != 0 {
			return func(r *run, v Value) []byte { return appendString(r.out, v) }
		}
	}
	return encode
}

// rendersTemplates reports whether a print shows the output of a macro, a
// block or a template, which escaped its own values.
func (c *compiler) rendersTemplates(e expr) bool {
	switch e := e.(type) {
	case *filterExpr:
		return e.name == "raw" && c.rendersTemplates(e.operand)
	case *callExpr:
		return c.safety(e) == maskAll
	case *attrExpr:
		return c.safety(e) == maskAll
	}
	return false
}

// isPunctuation reports whether a print is a literal that is a part of JSON
// but no value, such as a comma or a quote.
func isPunctuation(e expr) bool {
	k, ok := e.(*constExpr)
	if !ok || !k.val.isText() || k.val.num == 0 || !isJSONPiece(k.val.text()) {
		return false
	}
	return checkJSON([]byte(k.val.text())) != nil
}

// isJSONPiece reports whether a text that the author wrote into a print is
// meant as JSON: empty, punctuation, a literal or a number.
func isJSONPiece(s string) bool {
	t := strings.Trim(s, " \t\r\n")
	if t == "" || strings.IndexByte(`{}[],:"`, t[0]) >= 0 {
		return true
	}
	return t == "true" || t == "false" || t == "null" || isJSONNumber(t)
}

func isJSONNumber(s string) bool {
	if s == "" {
		return false
	}
	d := decoder{src: s}
	if s[0] != '-' && s[0]-'0' > 9 {
		return false
	}
	d.number()
	return d.err == nil && d.pos == len(s)
}

// spotNow returns where the output stands: spot when that was known, else what
// the output so far says. Each byte of the output is looked at once.
func (r *run) spotNow(spot jsonSpot) jsonSpot {
	if spot != jsonUnknown {
		return spot
	}
	r.spot = r.spot.after(bytesText(r.out[r.scanned:]))
	r.scanned = len(r.out)
	return r.spot
}

// appendJSONText escapes a text for the inside of a JSON string.
func appendJSONText(b []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			if _, size := utf8.DecodeRuneInString(s[i:]); size > 1 {
				i += size
				continue
			}
			b = append(b, s[start:i]...)
			b = append(b, "\ufffd"...)
			i++
			start = i
			continue
		}
		b = append(b, s[start:i]...)
		b = appendJSONEscape(b, c)
		i++
		start = i
	}
	return append(b, s[start:]...)
}

func appendJSONEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\', '/':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	case '\b':
		return append(b, '\\', 'b')
	case '\f':
		return append(b, '\\', 'f')
	}
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
