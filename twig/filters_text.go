package twig

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

func textFilters() []*callDef {
	nl2br := define("nl2br", "", nl2brFilter).safeFor(maskHTML)
	nl2br.preEscape = true
	spaceless := define("spaceless", "", spacelessFilter).safeFor(maskHTML)
	spaceless.preEscape = true
	format := define("format", "values...", sprintf)
	format.numeric = func([]argument) bool { return true }
	return []*callDef{
		nl2br, spaceless, format,
		define("replace", "from", replace),
		define("title", "", caseFilter("title", titleCase)),
		define("capitalize", "", caseFilter("capitalize", capitalize)),
		define("upper", "", caseFilter("upper", upperCase)),
		define("lower", "", caseFilter("lower", lowerCase)),
		define("striptags", "allowable_tags?", stripTags),
		define("trim", "character_mask? side?", trim),
		define("split", "delimiter limit?", split),
	}
}

// caseFilter makes a filter of a function on texts.
func caseFilter(name string, change func(string) string) func(*run, []Value) Value {
	return func(r *run, args []Value) Value { return r.newText(change(r.textOf(name, args[0]))) }
}

// textOf converts the operand of a filter that only works on texts.
func (r *run) textOf(filter string, v Value) string {
	if v.kind == inArray || v.kind == inCallable {
		r.fail("The %q filter expects a string, got %s.", filter, describeKind(v))
	}
	return v.String()
}

func upperCase(s string) string {
	up := strings.ToUpper(s)
	if !strings.ContainsAny(up, "ßŉǰΐΰևﬀﬁﬂﬃﬄﬅﬆ") {
		return up
	}
	return strings.NewReplacer("ß", "SS", "ŉ", "ʼN", "ǰ", "J̌", "ΐ", "Ϊ́", "ΰ", "Ϋ́", "և", "ԵՒ",
		"ﬀ", "FF", "ﬁ", "FI", "ﬂ", "FL", "ﬃ", "FFI", "ﬄ", "FFL", "ﬅ", "ST", "ﬆ", "ST").Replace(up)
}

func lowerCase(s string) string {
	return strings.ReplaceAll(strings.ToLower(s), "İ", "i̇")
}

func capitalize(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return upperCase(s[:size]) + lowerCase(s[size:])
}

// titleCase starts each word with a capital. A word goes on over apostrophes
// and the like, but not over digits.
func titleCase(s string) string {
	b := make([]byte, 0, len(s))
	inWord := false
	for _, c := range s {
		switch {
		case inWord:
			b = utf8.AppendRune(b, unicode.ToLower(c))
		case c == 'ß':
			b = append(b, "Ss"...)
		default:
			b = utf8.AppendRune(b, unicode.ToTitle(c))
		}
		if !caseIgnorable(c) {
			inWord = unicode.IsUpper(c) || unicode.IsLower(c) || unicode.IsTitle(c)
		}
	}
	return string(b)
}

func caseIgnorable(c rune) bool {
	return strings.ContainsRune("'.:^`¨\u00ad·´¸’‘․﹒＇．：", c) || unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk)
}

const trimDefault = " \t\n\r\x00\v"

func trim(r *run, args []Value) Value {
	set := byteSet(trimDefault)
	plain := args[1].IsNull()
	if !plain {
		set = byteSet(args[1].String())
	}
	s := r.textOf("trim", args[0])
	from, to := 0, len(s)
	side := "both"
	if !args[2].IsNull() {
		side = args[2].String()
	}
	if side != "both" && side != "left" && side != "right" {
		r.fail(`Trimming side must be "left", "right" or "both".`)
	}
	for side != "right" && from < to && set[s[from]] {
		from++
	}
	for side != "left" && from < to && set[s[to-1]] {
		to--
	}
	if args[0].kind == inMarkup && plain {
		return MarkupValue(s[from:to])
	}
	return StringValue(s[from:to])
}

// byteSet reads a list of characters in which a..z is a range.
func byteSet(mask string) (set [256]bool) {
	for i := 0; i < len(mask); i++ {
		if i+3 < len(mask) && mask[i+1] == '.' && mask[i+2] == '.' && mask[i+3] >= mask[i] {
			for c := int(mask[i]); c <= int(mask[i+3]); c++ {
				set[c] = true
			}
			i += 3
			continue
		}
		set[mask[i]] = true
	}
	return set
}

func nl2brFilter(r *run, args []Value) Value {
	s := r.textOf("nl2br", args[0])
	base := len(r.scratch)
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '\n' && c != '\r' {
			r.scratch = append(r.scratch, c)
			continue
		}
		r.scratch = append(append(r.scratch, "<br />"...), c)
		r.grow(base)
		if i+1 < len(s) && (s[i+1] == '\n' || s[i+1] == '\r') && s[i+1] != c {
			i++
			r.scratch = append(r.scratch, s[i])
		}
	}
	return r.takeScratch(base)
}

// spacelessFilter removes the space between tags.
func spacelessFilter(r *run, args []Value) Value {
	s := r.textOf("spaceless", args[0])
	base := len(r.scratch)
	for i := 0; i < len(s); {
		c := s[i]
		r.scratch = append(r.scratch, c)
		i++
		if c != '>' {
			continue
		}
		end := i
		for end < len(s) && strings.IndexByte(" \t\n\r\v\f", s[end]) >= 0 {
			end++
		}
		if end < len(s) && s[end] == '<' {
			i = end
		}
	}
	text := strings.Trim(string(r.scratch[base:]), trimDefault)
	r.scratch = r.scratch[:base]
	return r.newText(text)
}

// replace is strtr: at each place the longest key that fits is replaced.
func replace(r *run, args []Value) Value {
	if args[1].kind != inArray {
		r.fail(`The "replace" filter expects a sequence or a mapping, got %s.`, describeKind(args[1]))
	}
	h := args[1].array()
	with := make(map[string]string, h.Len())
	longest, shortest := 0, 1<<30
	for i := range h.Len() {
		k, v := h.At(i)
		if key := k.String(); key != "" {
			with[key] = v.String()
			longest, shortest = max(longest, len(key)), min(shortest, len(key))
		}
	}
	s := r.textOf("replace", args[0])
	base := len(r.scratch)
next:
	for i := 0; i < len(s); {
		for n := min(longest, len(s)-i); n >= shortest; n-- {
			r.step()
			if text, ok := with[s[i:i+n]]; ok {
				r.scratch = append(r.scratch, text...)
				r.grow(base)
				i += n
				continue next
			}
		}
		r.scratch = append(r.scratch, s[i])
		i++
	}
	return r.takeScratch(base)
}

func split(r *run, args []Value) Value {
	s, delimiter := r.textOf("split", args[0]), r.textOf("split", args[1])
	if delimiter == "" {
		return r.splitRunes(s, args[2])
	}
	limit := -1
	drop := 0
	if !args[2].IsNull() {
		switch n := args[2].toInt(); {
		case n < 0:
			drop = int(max(n, -int64(len(s))-1))
		case n == 0:
			limit = 1
		default:
			limit = int(min(n, int64(len(s))+1))
		}
	}
	r.useItems(strings.Count(s, delimiter) + 1)
	parts := strings.SplitN(s, delimiter, limit)
	return textList(parts[:max(len(parts)+drop, 0)])
}

func textList(parts []string) Value {
	list := make([]Value, len(parts))
	for i, p := range parts {
		list[i] = StringValue(p)
	}
	return ArrayValue(&Hash{list: list})
}

// splitRunes cuts a text into pieces of a number of characters.
func (r *run) splitRunes(s string, size Value) Value {
	n := 1
	if !size.IsNull() {
		n = int(min(max(size.toInt(), 1), int64(len(s)+1)))
	}
	if s == "" {
		return textList([]string{""})
	}
	count := (runeCount(s) + n - 1) / n
	r.useItems(count)
	parts := make([]string, 0, count)
	for start, count := 0, 0; start < len(s); {
		end := start
		for count = 0; count < n && end < len(s); count++ {
			_, width := utf8.DecodeRuneInString(s[end:])
			end += width
		}
		parts = append(parts, s[start:end])
		start = end
	}
	return textList(parts)
}

// stripTags removes HTML and PHP tags except those listed as "<b><i>".
func stripTags(r *run, args []Value) Value {
	s := r.textOf("striptags", args[0])
	allowed := strings.ToLower(args[1].String())
	if args[1].kind == inArray {
		for i := range args[1].array().Len() {
			allowed += "<" + strings.ToLower(args[1].array().valueAt(i).String()) + ">"
		}
	}
	base := len(r.scratch)
	for i := 0; i < len(s); {
		if s[i] != '<' || i+1 < len(s) && strings.IndexByte(" \t\n\r\v\f", s[i+1]) >= 0 {
			r.scratch = append(r.scratch, s[i])
			i++
			continue
		}
		end := tagEnd(s, i)
		if tag := s[i:end]; allowed != "" && strings.Contains(allowed, "<"+tagName(tag)+">") {
			r.scratch = append(r.scratch, tag...)
		}
		i = end
	}
	return r.takeScratch(base)
}

// tagEnd returns the end of the tag that starts at i; quotes and comments may
// hold angle brackets.
func tagEnd(s string, i int) int {
	if strings.HasPrefix(s[i:], "<!--") {
		if n := strings.Index(s[i:], "-->"); n >= 0 {
			return i + n + 3
		}
		return len(s)
	}
	quote := byte(0)
	for depth := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '<':
			depth++
		case c == '>':
			if depth--; depth <= 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

func tagName(tag string) string {
	name := strings.Trim(tag, "</> \t\r\n")
	if i := strings.IndexAny(name, " \t\r\n/>"); i >= 0 {
		name = name[:i]
	}
	return strings.ToLower(name)
}

// urlEncode escapes a text, or makes the query string of a mapping.
func urlEncode(r *run, args []Value) Value {
	base := len(r.scratch)
	if args[0].kind != inArray {
		r.scratch = appendURL(r.scratch, args[0].String())
		return r.takeScratch(base)
	}
	r.appendQuery(base, "", args[0].array(), 0)
	return r.takeScratch(base)
}

func (r *run) appendQuery(base int, prefix string, h *Hash, depth int) {
	if depth > maxJSONDepth {
		r.fail("A query string is nested too deep.")
	}
	for i := range h.Len() {
		r.step()
		k, v := h.At(i)
		name := string(appendURL(nil, k.String()))
		if prefix != "" {
			name = prefix + "%5B" + name + "%5D"
			r.use(len(name))
		}
		if v.kind == inArray {
			r.appendQuery(base, name, v.array(), depth+1)
			continue
		}
		if v.IsNull() {
			continue
		}
		if len(r.scratch) > base {
			r.scratch = append(r.scratch, '&')
		}
		text := v.String()
		if v.kind == inBool && !v.bool() {
			text = "0"
		}
		r.scratch = appendURL(append(append(r.scratch, name...), '='), text)
		r.grow(base)
	}
}
