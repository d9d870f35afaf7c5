package twig

import "slices"

func (p *parser) blockTag(name token) stmt {
	t := p.expect(tokName, "", "")
	if first, ok := p.blocks[t.text]; ok {
		line, _ := p.position(first)
		p.fault(t.pos, nil, "The block '%s' has already been defined line %d.", t.text, line)
	}
	p.blocks[t.text] = t.pos
	s := &blockStmt{pos: pos(t.pos), name: t.text}
	if p.peek().kind != tokBlockEnd {
		val := p.expression(0)
		end := p.peek().pos
		p.endTag()
		s.body = []stmt{&printStmt{pos(val.at()), val, end}}
		return s
	}
	p.endTag()
	p.stack = append(p.stack, t.text)
	s.body, _ = p.until(name, "endblock")
	p.stack = p.stack[:len(p.stack)-1]
	if end := p.peek(); end.kind == tokName {
		if end.text != t.text {
			p.fault(end.pos, nil, "Expected endblock for block %q (but %q given).", t.text, end.text)
		}
		p.take()
	}
	p.endTag()
	return s
}

func (p *parser) extendsTag(name token) stmt {
	switch {
	case len(p.stack) > 0:
		p.fault(name.pos, nil, `Cannot use "extend" in a block.`)
	case p.macro:
		p.fault(name.pos, nil, `Cannot use "extend" in a macro.`)
	case p.unit.parent != nil:
		p.fault(name.pos, nil, "Multiple extends tags are forbidden.")
	}
	p.unit.parent = &extendsStmt{pos(name.pos), p.expression(0)}
	p.endTag()
	return nil
}

func (p *parser) useTag(name token) stmt {
	template, ok := p.expression(0).(*constExpr)
	if !ok || !template.val.isText() {
		p.fault(name.pos, nil, `The template references in a "use" statement must be a string.`)
	}
	s := &useStmt{pos: pos(name.pos), template: template.val.text()}
	if p.acceptName("with") {
		for {
			s.aliases = append(s.aliases, p.alias())
			if !p.accept(",") {
				break
			}
		}
	}
	p.endTag()
	p.unit.uses = append(p.unit.uses, s)
	return nil
}

// alias parses name [as other].
func (p *parser) alias() alias {
	from := p.expect(tokName, "", "").text
	to := from
	if p.acceptName("as") {
		to = p.expect(tokName, "", "").text
	}
	return alias{from, to}
}

// includeOptions parses what include and embed allow after the template.
func (p *parser) includeOptions(s *includeStmt) {
	if p.acceptName("ignore") {
		p.expect(tokName, "missing", "")
		s.ignoreMissing = true
	}
	if p.acceptName("with") {
		s.with = p.expression(0)
	}
	s.only = p.acceptName("only")
	p.endTag()
}

func (p *parser) includeTag(name token) stmt {
	s := &includeStmt{pos: pos(name.pos), template: p.expression(0)}
	p.includeOptions(s)
	return s
}

// embedTag parses the body of an embed as a template of its own.
func (p *parser) embedTag(name token) stmt {
	s := &includeStmt{pos: pos(name.pos), template: p.expression(0)}
	p.includeOptions(s)
	outer := *p
	p.unit = &parsed{src: p.source, parent: &extendsStmt{s.pos, s.template}}
	p.blocks, p.stack, p.macro = map[string]int{}, nil, false
	body, _ := p.until(name, "endembed")
	p.unit.body = p.childBody(body, false)
	s.embedded = p.unit
	p.unit, p.blocks, p.stack, p.macro = outer.unit, outer.blocks, outer.stack, outer.macro
	p.endTag()
	return s
}

func (p *parser) importTag(name token) stmt {
	s := &importStmt{pos: pos(name.pos), template: p.expression(0)}
	p.expect(tokName, "as", "")
	s.as = p.target()
	p.endTag()
	return s
}

func (p *parser) fromTag(name token) stmt {
	s := &fromStmt{pos: pos(name.pos), template: p.expression(0)}
	p.expect(tokName, "import", "")
	for {
		s.names = append(s.names, p.alias())
		if !p.accept(",") {
			break
		}
	}
	p.endTag()
	return s
}

func (p *parser) macroTag(name token) stmt {
	s := &macroStmt{pos: pos(name.pos), name: p.expect(tokName, "", "").text}
	p.expectPunct("(", "A list of arguments must begin with an opening parenthesis")
	for !p.peek().is(tokPunct, ")") {
		if len(s.params) > 0 {
			p.expectPunct(",", "Arguments must be separated by a comma")
			if p.peek().is(tokPunct, ")") {
				break
			}
		}
		s.params = append(s.params, p.macroParam(s))
	}
	p.expectPunct(")", "A list of arguments must be closed by a parenthesis")
	p.endTag()
	stack, macro := p.stack, p.macro
	p.stack, p.macro = nil, true
	s.body, _ = p.until(name, "endmacro")
	p.stack, p.macro = stack, macro
	if end := p.peek(); end.kind == tokName {
		if end.text != s.name {
			p.fault(end.pos, nil, "Expected endmacro for macro %q (but %q given).", s.name, end.text)
		}
		p.take()
	}
	p.endTag()
	return s
}

func (p *parser) macroParam(s *macroStmt) macroParam {
	t := p.expect(tokName, "", "An argument must be a name")
	if t.text == "varargs" {
		p.fault(t.pos, nil, `The argument "varargs" in macro %q cannot be defined because the variable "varargs" is reserved for arbitrary arguments.`, s.name)
	}
	if slices.ContainsFunc(s.params, func(q macroParam) bool { return q.name == t.text }) {
		p.fault(t.pos, nil, "The argument %q of macro %q is defined twice.", t.text, s.name)
	}
	p.checkAssignable(t.text, t.pos)
	param := macroParam{name: t.text}
	if p.accept("=") {
		param.def = p.expression(0)
		if !isConstant(param.def) {
			p.fault(param.def.at(), nil, "A default value for an argument must be a constant (a boolean, a string, a number, a sequence, or a mapping).")
		}
	}
	return param
}

// isConstant reports whether an expression is made of literals only.
func isConstant(e expr) bool {
	switch e := e.(type) {
	case *constExpr:
		return true
	case *unaryExpr:
		c, ok := e.operand.(*constExpr)
		return e.op != "not" && ok && isNumber(c.val)
	case *arrayExpr:
		for _, it := range e.items {
			if it.spread || it.key != nil && !isConstant(it.key) || !isConstant(it.val) {
				return false
			}
		}
		return true
	}
	return false
}
