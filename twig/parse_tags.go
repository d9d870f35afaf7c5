package twig

import (
	"slices"
)

// tagNames lists the tags, for suggestions.
func tagNames() []string {
	return []string{
		"apply", "autoescape", "block", "deprecated", "do", "embed", "extends", "flush", "for", "from",
		"guard", "if", "import", "include", "macro", "sandbox", "set", "spaceless", "types", "use",
		"verbatim", "with",
	}
}

// tag parses the rest of a tag after its name.
func (p *parser) tag(name token) stmt {
	switch name.text {
	case "if":
		return p.ifTag(name)
	case "for":
		return p.forTag(name)
	case "set":
		return p.setTag(name)
	case "block":
		return p.blockTag(name)
	case "extends":
		return p.extendsTag(name)
	case "use":
		return p.useTag(name)
	case "include":
		return p.includeTag(name)
	case "embed":
		return p.embedTag(name)
	case "import":
		return p.importTag(name)
	case "from":
		return p.fromTag(name)
	case "macro":
		return p.macroTag(name)
	case "with":
		return p.withTag(name)
	case "apply":
		return p.applyTag(name)
	case "autoescape":
		return p.autoescapeTag(name)
	case "guard":
		return p.guardTag(name)
	}
	return p.smallTag(name)
}

// smallTag parses the tags that have little or nothing of their own.
func (p *parser) smallTag(name token) stmt {
	switch name.text {
	case "do":
		s := &doStmt{pos(name.pos), p.expression(0)}
		p.endTag()
		return s
	case "flush":
		p.endTag()
		return nil
	case "spaceless":
		p.endTag()
		body, _ := p.until(name, "endspaceless")
		p.endTag()
		return &applyStmt{pos(name.pos), &filterExpr{pos: pos(name.pos), name: "spaceless"}, body}
	case "sandbox":
		return p.sandboxTag(name)
	case "deprecated":
		return p.deprecatedTag(name)
	case "types":
		return p.typesTag()
	}
	p.unknownTag(name)
	return nil
}

func (p *parser) ifTag(name token) stmt {
	s := &ifStmt{pos: pos(name.pos)}
	for {
		test := p.expression(0)
		p.endTag()
		body, end := p.until(name, "elseif", "else", "endif")
		s.branches = append(s.branches, branch{test, body})
		if end == "else" {
			p.endTag()
			s.other, end = p.until(name, "endif")
		}
		if end == "endif" {
			p.endTag()
			return s
		}
	}
}

// target parses a name that a tag assigns to.
func (p *parser) target() string {
	t := p.peek()
	if t.kind == tokOperator && isNameStart(t.text[0]) {
		p.take()
	} else {
		t = p.expect(tokName, "", "Only variables can be assigned to")
	}
	p.checkAssignable(t.text, t.pos)
	return t.text
}

func (p *parser) forTag(name token) stmt {
	s := &forStmt{pos: pos(name.pos)}
	s.val = p.target()
	if p.accept(",") {
		s.key, s.val = s.val, p.target()
	}
	p.expect(tokOperator, "in", "")
	s.seq = p.expression(0)
	p.endTag()
	var end string
	s.body, end = p.until(name, "else", "endfor")
	if end == "else" {
		p.endTag()
		s.hasElse = true
		s.other, _ = p.until(name, "endfor")
	}
	p.endTag()
	return s
}

func (p *parser) setTag(name token) stmt {
	names := []string{p.target()}
	for p.accept(",") {
		names = append(names, p.target())
	}
	if !p.accept("=") {
		if len(names) > 1 {
			p.fault(p.peek().pos, nil, "When using set with a block, you cannot have a multi-target.")
		}
		p.endTag()
		body, _ := p.until(name, "endset")
		p.endTag()
		return &captureStmt{pos(name.pos), names[0], body}
	}
	vals := []expr{p.expression(0)}
	for p.accept(",") {
		vals = append(vals, p.expression(0))
	}
	p.endTag()
	if len(names) != len(vals) {
		p.fault(name.pos, nil, "When using set, you must have the same number of variables and assignments.")
	}
	return &setStmt{pos(name.pos), names, vals}
}

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

func (p *parser) withTag(name token) stmt {
	s := &withStmt{pos: pos(name.pos)}
	if p.peek().kind != tokBlockEnd {
		if !p.peek().is(tokName, "only") {
			s.vars = p.expression(0)
		}
		s.only = p.acceptName("only")
	}
	p.endTag()
	s.body, _ = p.until(name, "endwith")
	p.endTag()
	return s
}

func (p *parser) applyTag(name token) stmt {
	chain := p.filter(nil)
	for p.accept("|") {
		chain = p.filter(chain)
	}
	p.endTag()
	body, _ := p.until(name, "endapply")
	p.endTag()
	return &applyStmt{pos(name.pos), chain, body}
}

func (p *parser) autoescapeTag(name token) stmt {
	s := &autoescapeStmt{pos: pos(name.pos), strategy: StrategyHTML}
	if t := p.peek(); t.kind != tokBlockEnd {
		c, ok := p.expression(0).(*constExpr)
		switch {
		case ok && c.val.kind == inBool && !c.val.bool():
			s.strategy = StrategyNone
		case ok && c.val.kind == inBool:
			s.strategy = StrategyHTML
		case ok && c.val.isText() && knownStrategy(c.val.text()):
			s.strategy = c.val.text()
		default:
			p.fault(t.pos, nil, "An escaping strategy must be one of %s, or false.", strategyList())
		}
	}
	p.endTag()
	s.body, _ = p.until(name, "endautoescape")
	p.endTag()
	return s
}

func (p *parser) guardTag(name token) stmt {
	kind := p.expect(tokName, "", "")
	if !slices.Contains([]string{"function", "filter", "test"}, kind.text) {
		p.fault(kind.pos, nil, "Supported guard types are function, filter and test, %q given.", kind.text)
	}
	s := &guardStmt{pos: pos(name.pos), kind: kind.text, name: p.expect(tokName, "", "").text}
	if kind.text == "test" && p.peek().kind == tokName {
		s.name += " " + p.take().text
	}
	p.endTag()
	var end string
	s.body, end = p.until(name, "else", "endguard")
	if end == "else" {
		p.endTag()
		s.other, _ = p.until(name, "endguard")
	}
	p.endTag()
	return s
}

func (p *parser) sandboxTag(name token) stmt {
	p.endTag()
	body, _ := p.until(name, "endsandbox")
	p.endTag()
	for _, s := range body {
		switch s := s.(type) {
		case *includeStmt:
		case *textStmt:
			if !isBlank(s.text) {
				p.fault(s.at(), nil, `Only "include" tags are allowed within a "sandbox" section.`)
			}
		default:
			p.fault(s.at(), nil, `Only "include" tags are allowed within a "sandbox" section.`)
		}
	}
	return &groupStmt{pos(name.pos), body}
}

func (p *parser) deprecatedTag(name token) stmt {
	s := &deprecatedStmt{pos(name.pos), p.expression(0)}
	for p.peek().kind == tokName {
		t := p.take()
		if t.text != "package" && t.text != "version" {
			p.fault(t.pos, nil, "Unknown %q option.", t.text)
		}
		p.expect(tokOperator, "=", "")
		p.expression(0)
	}
	p.endTag()
	return s
}

// typesTag reads and drops {% types {name: 'type', other?: 'type'} %}.
func (p *parser) typesTag() stmt {
	closing := ""
	if p.accept("{") {
		closing = "}"
	}
	for p.peek().kind == tokName {
		p.take()
		p.accept("?")
		p.expectPunct(":", "A type name must be followed by a colon (:)")
		p.expect(tokString, "", "")
		if !p.accept(",") {
			break
		}
	}
	if closing != "" {
		p.expectPunct(closing, "An opened mapping is not properly closed")
	}
	p.endTag()
	return nil
}
