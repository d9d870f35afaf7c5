package twig

import "slices"

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
