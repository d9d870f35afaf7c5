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
	if s == jsonMember {
		return jsonValue
	}
	return s
}

// isJSONFragment reports whether a body that becomes a value is itself JSON,
// rather than plain text that will stand inside a string: it has quotes or
// brackets, and outside of its strings nothing that JSON does not know.
func isJSONFragment(body []stmt) bool {
	var f fragment
	f.read(body)
	return f.marks && !f.prose
}

// fragment is what has been read of a body.
type fragment struct {
	spot  jsonSpot
	marks bool // quotes or brackets
	prose bool // words that are no literals of JSON
}

func (f *fragment) read(body []stmt) {
	for _, st := range body {
		switch st := st.(type) {
		case *textStmt:
			f.text(st.text)
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

// branch reads a body whose end does not decide what follows.
func (f *fragment) branch(body []stmt) {
	spot := f.spot
	f.read(body)
	f.spot = spot
}

func (f *fragment) text(text string) {
	if strings.ContainsAny(text, `"{[`) {
		f.marks = true
	}
	word := 0 // where the current word begins
	spot := f.spot
	for i := 0; i <= len(text); i++ {
		if i < len(text) && spot <= jsonMember && strings.IndexByte(" \t\r\n{}[],:\"", text[i]) < 0 {
			continue
		}
		if spot <= jsonMember && word < i && !isJSONPiece(text[word:i]) {
			f.prose = true
		}
		word = i + 1
		if i < len(text) {
			spot = spot.after(text[i : i+1])
		}
	}
}
