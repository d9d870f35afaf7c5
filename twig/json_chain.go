package twig

import "strings"

// jsonChain returns the parts of a ~ chain or an interpolated string by which
// the author writes JSON, such as '"' ~ email ~ '"', or nil. Its first literal
// begins with a quote or a bracket, and with a value for each other part it is
// JSON: '[VIP] ' ~ name is not, and is encoded as one text.
func jsonChain(e expr) []expr {
	switch k := e.(type) {
	case *binaryExpr:
		if k.op != "~" {
			return nil
		}
	case *joinExpr:
	default:
		return nil
	}
	parts := concatParts(e, nil)
	first, ok := literalText(parts[0])
	if !ok || !strings.HasPrefix(first, `"`) && !strings.HasPrefix(first, "{") && !strings.HasPrefix(first, "[") {
		return nil
	}
	var sample []byte
	spot := jsonValue
	for _, p := range parts {
		text, ok := literalText(p)
		switch {
		case ok:
		case spot == jsonEscape:
			return nil
		case spot == jsonString:
			text = "x"
		default:
			text = " 0 "
		}
		sample = append(sample, text...)
		spot = spot.after(text)
	}
	if !isJSONFragment(string(sample)) {
		return nil
	}
	return parts
}

// isJSONFragment reports whether a text is JSON by itself, or as items of an
// array or members of an object, with a comma behind them or not.
func isJSONFragment(s string) bool {
	s = strings.TrimSuffix(strings.TrimRight(s, " \t\r\n"), ",")
	return checkJSON([]byte(s)) == nil || checkJSON([]byte("["+s+"]")) == nil || checkJSON([]byte("{"+s+"}")) == nil
}

func literalText(e expr) (string, bool) {
	if k, ok := e.(*constExpr); ok && k.val.isText() {
		return k.val.text(), true
	}
	return "", false
}

// afterPart returns the spot behind a part of a chain.
func (s jsonSpot) afterPart(p expr) jsonSpot {
	if text, ok := literalText(p); ok {
		return s.after(text)
	}
	return s.afterPrint(p)
}

// showChain writes a chain as a template would: its literals as they are and
// the other parts for where they stand. Where that is only known when rendering
// and turns out to be inside a string, whole writes the chain as one text.
func (c *compiler) showChain(parts []expr, whole exec, spot jsonSpot) exec {
	shows := make([]exec, len(parts))
	at := spot
	for i, p := range parts {
		if text, ok := literalText(p); ok {
			shows[i] = func(r *run) { r.out = append(r.out, text...) }
		} else {
			shows[i] = c.show(p, nil, at, false)
		}
		at = at.afterPart(p)
	}
	return func(r *run) {
		if spot == jsonUnknown && r.spotNow(spot) > jsonMember {
			whole(r)
			return
		}
		for _, show := range shows {
			show(r)
		}
	}
}
