package twig

import "strings"

// afterBody returns the spot behind the statements of a body.
func (s jsonSpot) afterBody(body []stmt) jsonSpot {
	for _, st := range body {
		s = s.afterStmt(st)
	}
	return s
}

func (s jsonSpot) afterStmt(st stmt) jsonSpot {
	switch st := st.(type) {
	case *textStmt:
		return s.after(st.text)
	case *printStmt:
		return s.afterPrint(st.val)
	case *ifStmt:
		ends := []jsonSpot{s.afterBody(st.other)}
		for _, b := range st.branches {
			ends = append(ends, s.afterBody(b.body))
		}
		return joinSpots(ends...)
	case *forStmt:
		return joinSpots(s, s.afterBody(st.body), s.afterBody(st.other))
	case *blockStmt:
		return s.afterBody(st.body)
	case *autoescapeStmt:
		return s.afterBody(st.body)
	case *withStmt:
		return s.afterBody(st.body)
	case *groupStmt:
		return s.afterBody(st.body)
	case *guardStmt:
		return joinSpots(s.afterBody(st.body), s.afterBody(st.other))
	}
	return s
}

// joinSpots is the spot behind branches that end at the given ones.
func joinSpots(spots ...jsonSpot) jsonSpot {
	all := spots[0]
	for _, s := range spots[1:] {
		switch {
		case s == all:
		case s <= jsonMember && all <= jsonMember:
			all = jsonValue
		default:
			return jsonUnknown
		}
	}
	return all
}

// afterPrint returns the spot behind a print: a literal may hold the quote that
// opens or closes a string; every other value is whole.
func (s jsonSpot) afterPrint(e expr) jsonSpot {
	switch e := e.(type) {
	case *constExpr:
		if text := e.val.String(); s.inString() && closesString(text) || !s.inString() && isJSONPiece(text) {
			return s.after(text)
		}
	case *condExpr:
		if e.yes == nil {
			return joinSpots(s.afterPrint(e.test), s.afterPrint(e.no))
		}
		return joinSpots(s.afterPrint(e.yes), s.afterPrint(e.no))
	}
	if parts := jsonChain(e); parts != nil && s <= jsonMember {
		for _, p := range parts {
			s = s.afterPart(p)
		}
		return s
	}
	if s == jsonMember {
		return jsonValue
	}
	return s
}

// textForm is what the output of a template, block, macro or capture is.
type textForm uint8

const (
	formJSON   textForm = iota // JSON, or what another strategy escaped
	formQuoted                 // JSON with quotes, which no string holds as it is
	formValue                  // one value: printed as such, else as plain text
	formText                   // plain text, which is escaped where it is printed
)

// formOf reads a body's form off its text. JSON has quotes or brackets, and
// outside of its strings nothing that JSON does not know.
func formOf(body []stmt) textForm {
	var f fragment
	f.read(body)
	switch {
	case f.prose:
		return formText
	case f.quotes:
		return formQuoted
	case f.marks:
		return formJSON
	}
	return formValue
}

// fragment is what has been read of a body.
type fragment struct {
	spot          jsonSpot
	marks, quotes bool // brackets or quotes were read
	value         bool // a print, and only space after it
	prose         bool // words that are no literals of JSON, or a value after a value
}

func (f *fragment) read(body []stmt) {
	for _, st := range body {
		switch st := st.(type) {
		case *textStmt:
			f.text(st.text)
		case *printStmt:
			f.print(st.val)
		case *ifStmt:
			for _, b := range st.branches {
				f.branch(b.body)
			}
			f.branch(st.other)
		case *forStmt:
			f.branch(st.body)
			f.branch(st.other)
		case *applyStmt:
			f.branch(st.body)
		case *blockStmt:
			f.branch(st.body)
		case *withStmt:
			f.branch(st.body)
		}
		f.spot = f.spot.afterStmt(st)
	}
}

// branch reads a body that may not be run.
func (f *fragment) branch(body []stmt) {
	spot := f.spot
	f.read(body)
	f.spot, f.value = spot, false
}

func (f *fragment) print(e expr) {
	if k, ok := e.(*condExpr); ok && k.yes != nil && (isPunctuation(k.yes) || isPunctuation(k.no)) || isPunctuation(e) {
		f.value = false
		return
	}
	if f.value && f.spot <= jsonMember {
		f.prose = true
	}
	f.value = f.spot <= jsonMember
}

func (f *fragment) text(text string) {
	f.marks = f.marks || strings.ContainsAny(text, "{[")
	f.quotes = f.quotes || strings.Contains(text, `"`)
	if strings.Trim(text, " \t\r\n") != "" {
		f.value = false
	}
	word := 0 // where the current word begins
	spot := f.spot
	for i := 0; i <= len(text); i++ {
		if i < len(text) && spot <= jsonMember && strings.IndexByte(" \t\r\n{}[],:\"", text[i]) < 0 {
			continue
		}
		if spot <= jsonMember && word < i && text[word:i] != "-" && !isJSONPiece(text[word:i]) {
			f.prose = true
		}
		word = i + 1
		if i < len(text) {
			spot = spot.after(text[i : i+1])
		}
	}
}
