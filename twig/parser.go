package twig

import (
	"fmt"
	"strings"
)

// parser builds the tree of one template by recursive descent over its tokens.
type parser struct {
	*source
	env   *Env
	toks  []token
	next  int
	depth int // nested expressions and tags

	unit   *parsed
	blocks map[string]int // name of each block to its position
	stack  []string       // blocks around the cursor
	macro  bool           // inside a macro
}

func (p *parser) peek() token { return p.toks[p.next] }

func (p *parser) look(n int) token { return p.toks[min(p.next+n, len(p.toks)-1)] }

func (p *parser) take() token {
	t := p.toks[p.next]
	if t.kind != tokEOF {
		p.next++
	}
	return t
}

// accept takes the next token when it is the given punctuation or operator.
func (p *parser) accept(text string) bool {
	if t := p.peek(); (t.kind == tokPunct || t.kind == tokOperator) && t.text == text {
		p.next++
		return true
	}
	return false
}

func (p *parser) acceptName(name string) bool {
	if p.peek().is(tokName, name) {
		p.next++
		return true
	}
	return false
}

// expect takes a token of a kind (and a text, unless empty) or fails, with a
// sentence about what the grammar wants before Twig's own message.
func (p *parser) expect(kind tokenKind, text, want string) token {
	t := p.peek()
	if t.kind != kind || text != "" && t.text != text {
		if want != "" {
			want += ". "
		}
		need := fmt.Sprintf("%q expected", kind)
		if text != "" {
			need += fmt.Sprintf(" with value %q", text)
		}
		p.fault(t.pos, nil, "%sUnexpected %s (%s).", want, t.describe(), need)
	}
	return p.take()
}

func (p *parser) expectPunct(text, want string) token { return p.expect(tokPunct, text, want) }

func (p *parser) endTag() { p.expect(tokBlockEnd, "", "") }

// enter guards the recursion of the parser, and so of everything after it.
func (p *parser) enter(at int) {
	if p.depth++; p.depth > p.env.limits.Nesting {
		p.fault(at, ErrLimit, "The template is nested too deep (more than %d levels).", p.env.limits.Nesting)
	}
}

func (p *parser) leave() { p.depth-- }

// template parses all tokens.
func (p *parser) template() *parsed {
	p.unit = &parsed{src: p.source}
	p.blocks = map[string]int{}
	p.unit.body = p.body(nil)
	if p.unit.parent != nil {
		p.unit.body = p.childBody(p.unit.body, false)
	}
	return p.unit
}

// childBody keeps of a template that extends another what still acts: blocks
// are only declared, and nothing may be printed.
func (p *parser) childBody(body []stmt, nested bool) []stmt {
	kept := body[:0:0]
	for _, s := range body {
		switch s := s.(type) {
		case *textStmt:
			if !isBlank(strings.TrimPrefix(s.text, "\ufeff")) {
				p.outsideBlock(s)
			}
			continue
		case *printStmt, *includeStmt, *applyStmt:
			p.outsideBlock(s)
		case *blockStmt:
			if nested {
				p.fault(s.at(), nil, "A block definition cannot be nested under non-capturing nodes.")
			}
			s.declared = true
		case *ifStmt:
			for i := range s.branches {
				s.branches[i].body = p.childBody(s.branches[i].body, true)
			}
			s.other = p.childBody(s.other, true)
		case *forStmt:
			s.body, s.other = p.childBody(s.body, true), p.childBody(s.other, true)
		case *withStmt:
			s.body = p.childBody(s.body, true)
		case *autoescapeStmt:
			s.body = p.childBody(s.body, nested)
		case *groupStmt:
			s.body = p.childBody(s.body, nested)
		}
		kept = append(kept, s)
	}
	return kept
}

func (p *parser) outsideBlock(s stmt) {
	p.fault(s.at(), nil, "A template that extends another one cannot include content outside Twig blocks. Did you forget to put the content inside a {%% block %%} tag?")
}

func isBlank(s string) bool { return strings.Trim(s, wideSpace+"\f") == "" }

// body parses statements up to a tag whose name satisfies stop, and leaves the
// cursor on that name. A nil stop means the end of the template.
func (p *parser) body(stop func(string) bool) []stmt {
	opened := p.peek().pos
	p.enter(opened)
	defer p.leave()
	var list []stmt
	for {
		t := p.take()
		switch t.kind {
		case tokEOF:
			if stop != nil {
				p.fault(opened, nil, "Unexpected end of template.")
			}
			return list
		case tokText:
			list = append(list, &textStmt{pos(t.pos), t.text})
		case tokPrintStart:
			val := p.expression(0)
			end := p.expect(tokPrintEnd, "", "")
			list = append(list, &printStmt{pos(t.pos), val, end.pos})
		case tokBlockStart:
			name := p.peek()
			if name.kind != tokName && name.kind != tokOperator {
				p.fault(name.pos, nil, "A block must start with a tag name.")
			}
			if stop != nil && stop(name.text) {
				return list
			}
			p.take()
			if s := p.tag(name); s != nil {
				list = append(list, s)
			}
		default:
			p.fault(t.pos, nil, "Unexpected %s.", t.describe())
		}
	}
}

// until parses a body that ends at one of the given tags, takes the tag's name
// and returns it.
func (p *parser) until(opened token, ends ...string) ([]stmt, string) {
	body := p.body(func(name string) bool {
		for _, e := range ends {
			if e == name {
				return true
			}
		}
		if strings.HasPrefix(name, "end") || name == "else" || name == "elseif" {
			line, _ := p.position(opened.pos)
			p.fault(p.peek().pos, nil, "Unexpected %q tag (expecting closing tag for the %q tag defined near line %d).", name, opened.text, line)
		}
		return false
	})
	return body, p.take().text
}

func (p *parser) unknownTag(name token) {
	if strings.HasPrefix(name.text, "end") || name.text == "else" || name.text == "elseif" {
		p.fault(name.pos, nil, "Unexpected %q tag.", name.text)
	}
	p.fault(name.pos, nil, "Unknown %q tag.%s", name.text, suggestion(name.text, tagNames()))
}
