package twig

import "strconv"

func (p *parser) primary() expr {
	t := p.peek()
	switch t.kind {
	case tokName:
		return p.nameOrCall(p.take())
	case tokNumber:
		p.take()
		return &constExpr{pos(t.pos), literalNumber(t.text)}
	case tokString, tokInterpStart:
		return p.stringParts()
	case tokOperator:
		if isNameStart(t.text[0]) {
			p.take()
			return &nameExpr{pos(t.pos), t.text}
		}
		if prev := p.toks[max(p.next-1, 0)]; t.text == "=" && (prev.is(tokOperator, "==") || prev.is(tokOperator, "!=")) {
			p.fault(t.pos, nil, `Unexpected operator of value "=". Did you try to use "===" or "!==" for strict comparison? Use "is same as(value)" instead.`)
		}
	case tokPunct:
		switch t.text {
		case "(":
			p.take()
			e := p.expression(0)
			p.expectPunct(")", "An opened parenthesis is not properly closed")
			return e
		case "[":
			return p.sequence()
		case "{":
			return p.mapping()
		}
	}
	p.fault(t.pos, nil, "Unexpected %s.", t.describe())
	return nil
}

func literalNumber(s string) Value {
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return IntValue(i)
	}
	f, _ := strconv.ParseFloat(s, 64) // out of range is infinite, as in PHP
	return FloatValue(f)
}

func (p *parser) nameOrCall(t token) expr {
	switch t.text {
	case "true", "TRUE":
		return &constExpr{pos(t.pos), trueValue}
	case "false", "FALSE":
		return &constExpr{pos(t.pos), falseValue}
	case "none", "NONE", "null", "NULL":
		return &constExpr{pos(t.pos), nullValue}
	}
	if p.peek().is(tokPunct, "(") {
		return &callExpr{pos(t.pos), t.text, p.arguments()}
	}
	return &nameExpr{pos(t.pos), t.text}
}

func (p *parser) stringParts() expr {
	start := p.peek().pos
	var parts []expr
	for afterString := false; ; {
		t := p.peek()
		switch {
		case t.kind == tokString && !afterString:
			p.take()
			parts = append(parts, &constExpr{pos(t.pos), StringValue(t.text)})
			afterString = true
			continue
		case t.kind == tokInterpStart:
			p.take()
			parts = append(parts, p.expression(0))
			p.expect(tokInterpEnd, "", "")
			afterString = false
			continue
		}
		break
	}
	if len(parts) == 1 {
		if c, ok := parts[0].(*constExpr); ok {
			return c
		}
	}
	return &joinExpr{pos(start), parts}
}

func (p *parser) sequence() expr {
	a := &arrayExpr{pos: pos(p.take().pos)}
	for !p.peek().is(tokPunct, "]") {
		if len(a.items) > 0 {
			p.expectPunct(",", "A sequence element must be followed by a comma")
			if p.peek().is(tokPunct, "]") {
				break
			}
		}
		if p.peek().is(tokPunct, ",") {
			a.items = append(a.items, arrayItem{})
			continue
		}
		spread := p.accept("...")
		a.items = append(a.items, arrayItem{val: p.expression(0), spread: spread})
	}
	p.expectPunct("]", "An opened sequence is not properly closed")
	return a
}

func (p *parser) mapping() expr {
	a := &arrayExpr{pos: pos(p.take().pos), mapping: true}
	for !p.peek().is(tokPunct, "}") {
		if len(a.items) > 0 {
			p.expectPunct(",", "A mapping value must be followed by a comma")
			if p.peek().is(tokPunct, "}") {
				break
			}
		}
		if p.accept("...") {
			a.items = append(a.items, arrayItem{val: p.expression(0), spread: true})
			continue
		}
		a.items = append(a.items, p.mappingItem())
	}
	p.expectPunct("}", "An opened mapping is not properly closed")
	return a
}

func (p *parser) mappingItem() arrayItem {
	t := p.peek()
	var key expr
	switch {
	case t.kind == tokName || t.kind == tokOperator && isNameStart(t.text[0]):
		p.take()
		key = &constExpr{pos(t.pos), StringValue(t.text)}
		if n := p.peek(); t.kind == tokName && (n.is(tokPunct, ",") || n.is(tokPunct, "}")) {
			return arrayItem{key: key, val: &nameExpr{pos(t.pos), t.text}}
		}
	case t.kind == tokString || t.kind == tokInterpStart:
		key = p.stringParts()
	case t.kind == tokNumber:
		p.take()
		key = &constExpr{pos(t.pos), literalNumber(t.text)}
	case t.is(tokPunct, "("):
		key = p.expression(0)
	case t.is(tokOperator, "-") && p.look(1).kind == tokNumber:
		key = p.expression(bindUnary)
	default:
		p.fault(t.pos, nil, "A mapping key must be a quoted string, a number, a name, or an expression enclosed in parentheses (unexpected %s).", t.describe())
	}
	p.expectPunct(":", "A mapping key must be followed by a colon (:)")
	return arrayItem{key: key, val: p.expression(0)}
}

// postfix parses attribute accesses, slices and filters after a value.
func (p *parser) postfix(e expr) expr {
	for chain := 0; ; chain++ {
		t := p.peek()
		if chain > 2*p.env.limits.Nesting {
			p.fault(t.pos, ErrLimit, "The expression is too long (more than %d accesses and filters in a row).", chain)
		}
		switch {
		case t.is(tokPunct, ".") || t.is(tokOperator, "?."):
			e = p.attribute(e)
		case t.is(tokPunct, "["):
			e = p.subscript(e)
		case t.is(tokPunct, "|"):
			p.take()
			e = p.filter(e)
		default:
			return e
		}
	}
}

func (p *parser) attribute(object expr) expr {
	dot := p.take()
	a := &attrExpr{pos: pos(dot.pos), object: object, nullSafe: dot.text == "?."}
	t := p.take()
	switch {
	case t.kind == tokName || t.kind == tokOperator && isNameStart(t.text[0]):
		a.name = &constExpr{pos(t.pos), StringValue(t.text)}
	case t.kind == tokNumber:
		a.name = &constExpr{pos(t.pos), literalNumber(t.text)}
	case t.is(tokPunct, "("):
		a.name = p.expression(0)
		p.expectPunct(")", "An opened parenthesis is not properly closed")
	default:
		p.fault(t.pos, nil, "Expected name or number, got value %q of type %s.", t.text, t.kind)
	}
	if p.peek().is(tokPunct, "(") {
		a.call = true
		a.args = p.arguments()
	}
	return a
}

func (p *parser) subscript(object expr) expr {
	open := p.take()
	var index expr
	slice := false
	if p.accept(":") {
		slice = true
		index = &constExpr{pos(open.pos), IntValue(0)}
	} else {
		index = p.expression(0)
		slice = p.accept(":")
	}
	if !slice {
		p.expectPunct("]", "")
		return &attrExpr{pos: pos(open.pos), object: object, name: index, bracket: true}
	}
	args := []argument{{val: index, pos: index.at()}}
	if !p.peek().is(tokPunct, "]") {
		length := p.expression(0)
		args = append(args, argument{val: length, pos: length.at()})
	}
	p.expectPunct("]", "")
	return &filterExpr{pos(open.pos), object, "slice", args}
}

func (p *parser) filter(operand expr) expr {
	t := p.expect(tokName, "", "")
	f := &filterExpr{pos: pos(t.pos), operand: operand, name: t.text}
	if p.peek().is(tokPunct, "(") {
		f.args = p.arguments()
	}
	return f
}

func (p *parser) arguments() []argument {
	p.expectPunct("(", "A list of arguments must begin with an opening parenthesis")
	var args []argument
	named, spread := false, false
	for !p.peek().is(tokPunct, ")") {
		if len(args) > 0 {
			p.expectPunct(",", "Arguments must be separated by a comma")
			if p.peek().is(tokPunct, ")") {
				break
			}
		}
		t := p.peek()
		a := argument{pos: t.pos}
		switch n := p.look(1); {
		case p.accept("..."):
			a.spread, spread = true, true
		case t.kind == tokName && (n.is(tokOperator, "=") || n.is(tokPunct, ":")):
			a.name, named = t.text, true
			p.next += 2
		case spread:
			p.fault(t.pos, nil, "Normal arguments must be placed before argument unpacking.")
		case named:
			p.fault(t.pos, nil, "Positional arguments cannot be used after named arguments.")
		}
		a.val = p.expression(0)
		args = append(args, a)
	}
	p.expectPunct(")", "A list of arguments must be closed by a parenthesis")
	return args
}
