package twig

import "strings"

// Safety is a set of strategies for which a text needs no escaping.
const (
	maskHTML uint8 = 1 << iota
	maskJS
	maskCSS
	maskURL
	maskHTMLAttr
	maskJSON
	maskAll uint8 = 0xff
)

func strategyMask(name string) uint8 {
	switch name {
	case StrategyHTML:
		return maskHTML
	case StrategyJS:
		return maskJS
	case StrategyCSS:
		return maskCSS
	case StrategyURL:
		return maskURL
	case StrategyHTMLAttr, strategyRelaxed:
		return maskHTMLAttr
	case StrategyJSON:
		return maskJSON
	case "all":
		return maskAll
	}
	return 0
}

// safety tells for which strategies an expression is known to be safe: what
// the author wrote, and what an escaping filter or a template produced.
func (c *compiler) safety(e expr) uint8 {
	switch e := e.(type) {
	case *constExpr:
		return maskAll
	case *condExpr:
		if e.yes == nil {
			return c.safety(e.test) & c.safety(e.no)
		}
		return c.safety(e.yes) & c.safety(e.no)
	case *binaryExpr:
		if e.op == "??" {
			return c.safety(e.left) & c.safety(e.right)
		}
	case *filterExpr:
		return c.filterSafety(e)
	case *callExpr:
		if _, ok := c.imported(true, e.name); ok {
			return maskAll
		}
		switch e.name {
		case "parent", "block", "include":
			return maskAll
		}
		if def := c.env.function(e.name); def != nil {
			return def.safe
		}
	case *attrExpr:
		if _, _, ok := c.macroTarget(e); ok {
			return maskAll
		}
	}
	return 0
}

func (c *compiler) filterSafety(e *filterExpr) uint8 {
	switch e.name {
	case "raw":
		return maskAll
	case "escape", "e":
		strategy := StrategyHTML
		if len(e.args) > 0 {
			k, ok := e.args[0].val.(*constExpr)
			if !ok {
				return 0
			}
			strategy = k.val.String()
		}
		if strategy == StrategyHTMLAttr {
			return maskHTMLAttr | maskHTML
		}
		return strategyMask(strategy)
	}
	if def := c.env.filter(e.name); def != nil {
		return def.safe
	}
	return 0
}

func (c *compiler) print(s *printStmt) exec {
	show := c.show(s.val, nil, c.json, false)
	c.json = c.json.afterPrint(s.val)
	at, origin := s.at(), &printed{c.src, s.val.at(), s.end}
	return func(r *run) {
		r.mark(at, origin)
		show(r)
		r.printed()
	}
}

// printed remembers the source of a print for errors in the rendered body.
type printed struct {
	src        *source
	start, end int
}

func (p *printed) String() string {
	if p == nil {
		return ""
	}
	start := min(p.start, p.end)
	for start > 0 && p.src.code[start-1] != '{' && p.src.code[start-1] != '\n' {
		start--
	}
	return strings.Trim(p.src.code[start:p.end], wideSpace+"-~{}")
}

// show compiles the printing of a value in the current strategy. val computes
// it; nil compiles the expression. fragment marks the captured JSON text of an
// apply tag, which stays as it is.
func (c *compiler) show(e expr, val eval, spot jsonSpot, fragment bool) exec {
	mask := strategyMask(c.strategy)
	if c.strategy == StrategyNone || fragment && spot <= jsonMember ||
		c.strategy != StrategyJSON && c.safety(e)&mask != 0 {
		return c.showPlain(e, val)
	}
	switch e := e.(type) {
	case *condExpr:
		if e.yes == nil {
			return c.showEither(c.expr(e.test), e.test, e.no, spot, Value.truth)
		}
		if c.strategy == StrategyJSON || (c.safety(e.yes)^c.safety(e.no))&mask != 0 {
			return c.showCond(e, spot)
		}
	case *binaryExpr:
		if e.op == "??" {
			return c.showEither(c.soft(e.left), e.left, e.right, spot, func(v Value) bool { return !v.IsNull() })
		}
	}
	if val == nil {
		val = c.expr(e)
	}
	if c.strategy == StrategyJSON {
		return c.showJSON(e, val, spot)
	}
	strategy := c.strategy
	return func(r *run) {
		v := val(r)
		if v.kind == inString {
			r.out = appendEscaped(r.out, v.text(), strategy)
			return
		}
		r.out = appendString(r.out, v)
	}
}

func (c *compiler) showPlain(e expr, val eval) exec {
	if val == nil {
		val = c.expr(e)
	}
	return func(r *run) {
		v := val(r)
		r.out = appendString(r.out, v)
	}
}

func (c *compiler) showCond(e *condExpr, spot jsonSpot) exec {
	test := c.expr(e.test)
	outer := c.piece
	c.piece = outer || isPunctuation(e.yes) || isPunctuation(e.no)
	yes := c.show(e.yes, nil, spot, false)
	no := c.show(e.no, nil, spot, false)
	c.piece = outer
	return func(r *run) {
		if test(r).truth() {
			yes(r)
		} else {
			no(r)
		}
	}
}

// showEither prints a ?? b and a ?: b, so that a literal b is not escaped.
func (c *compiler) showEither(left eval, first, second expr, spot jsonSpot, takes func(Value) bool) exec {
	no := c.show(second, nil, spot, false)
	slot := c.slot(" either") // no variable can have this name
	yes := c.show(first, func(r *run) Value { return r.frame.vars[slot] }, spot, false)
	return func(r *run) {
		v := left(r)
		if !takes(v) {
			no(r)
			return
		}
		r.frame.vars[slot] = v
		yes(r)
	}
}
