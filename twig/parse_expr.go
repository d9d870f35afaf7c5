package twig

import "strings"

// How tightly operators bind, from Twig's own table.
const (
	bindAssign  = 0
	bindTernary = 0
	bindElvis   = 5
	bindNot     = 50
	bindTest    = 100
	bindUnary   = 500
)

type binding struct {
	level int
	right bool // associates to the right
}

var binaryBindings = map[string]binding{
	"or": {level: 10}, "xor": {level: 12}, "and": {level: 15},
	"b-or": {level: 16}, "b-xor": {level: 17}, "b-and": {level: 18},
	"==": {level: 20}, "!=": {level: 20}, "<=>": {level: 20}, "<": {level: 20}, ">": {level: 20},
	">=": {level: 20}, "<=": {level: 20}, "===": {level: 20}, "!==": {level: 20},
	"in": {level: 20}, "not in": {level: 20}, "matches": {level: 20},
	"starts with": {level: 20}, "ends with": {level: 20}, "has some": {level: 20}, "has every": {level: 20},
	"..": {level: 25}, "+": {level: 30}, "-": {level: 30}, "~": {level: 40},
	"*": {level: 60}, "/": {level: 60}, "//": {level: 60}, "%": {level: 60},
	"is": {level: bindTest}, "is not": {level: bindTest},
	"**": {level: 200, right: true}, "??": {level: 300, right: true},
}

// expression parses operators that bind at least as tightly as level.
func (p *parser) expression(level int) expr {
	start := p.peek()
	p.enter(start.pos)
	defer p.leave()
	if arrow := p.arrow(); arrow != nil {
		return arrow
	}
	left := p.prefix()
	for chain := 0; ; chain++ {
		t := p.peek()
		if chain > 2*p.env.limits.Nesting && t.kind == tokOperator && t.text != "~" {
			p.fault(t.pos, ErrLimit, "The expression is too long (more than %d operators in a row).", chain)
		}
		if t.kind == tokOperator {
			if b, ok := binaryBindings[t.text]; ok && b.level >= level {
				p.take()
				left = p.infix(left, t, b)
				continue
			}
		}
		if t.is(tokPunct, "?") && p.ternary(&left, level) {
			continue
		}
		if t.is(tokOperator, "=") && level <= bindAssign {
			left = p.assignment(left)
			continue
		}
		return left
	}
}

func (p *parser) infix(left expr, op token, b binding) expr {
	switch op.text {
	case "is", "is not":
		return p.test(left, op)
	}
	next := b.level + 1
	if b.right {
		next = b.level
	}
	right := p.expression(next)
	// PHP, which Twig compiles to, lets ** bind tighter than a sign before it.
	if sign, ok := left.(*unaryExpr); ok && op.text == "**" && sign.op != "not" {
		return &unaryExpr{sign.pos, sign.op, &binaryExpr{pos(op.pos), "**", sign.operand, right}}
	}
	return &binaryExpr{pos(op.pos), op.text, left, right}
}

// ternary parses what follows a question mark if it binds tightly enough.
func (p *parser) ternary(left *expr, level int) bool {
	mark := p.peek()
	if p.look(1).is(tokPunct, ":") {
		if level > bindElvis {
			return false
		}
		p.next += 2
		*left = &condExpr{pos(mark.pos), *left, nil, p.expression(bindElvis)}
		return true
	}
	if level > bindTernary {
		return false
	}
	p.take()
	yes := p.expression(bindTernary)
	var no expr = &constExpr{pos(p.peek().pos), emptyString}
	if p.accept(":") {
		no = p.expression(bindTernary)
	}
	*left = &condExpr{pos(mark.pos), *left, yes, no}
	return true
}

func (p *parser) assignment(target expr) expr {
	op := p.take()
	switch t := target.(type) {
	case *nameExpr:
		p.checkAssignable(t.name, t.at())
	case *arrayExpr:
		p.checkPattern(t)
	default:
		p.fault(op.pos, nil, "Only variables and destructuring patterns can be assigned to.")
	}
	return &assignExpr{pos(op.pos), target, p.expression(bindAssign)}
}

// checkPattern accepts [a, , b] and {a, b: c} as targets of an assignment.
func (p *parser) checkPattern(a *arrayExpr) {
	if len(a.items) == 0 {
		p.fault(a.at(), nil, "A destructuring pattern needs at least one variable.")
	}
	for _, it := range a.items {
		if it.val == nil {
			continue
		}
		name, ok := it.val.(*nameExpr)
		if !ok || it.spread {
			p.fault(it.val.at(), nil, "Only variables can stand in a destructuring pattern.")
		}
		p.checkAssignable(name.name, name.at())
	}
}

func (p *parser) checkAssignable(name string, at int) {
	switch strings.ToLower(name) {
	case "true", "false", "none", "null":
		p.fault(at, nil, "You cannot assign a value to %q.", name)
	}
}

// arrow parses v => … and (v, k) => …, or returns nil when there is none.
func (p *parser) arrow() expr {
	start := p.peek()
	var params []string
	switch {
	case start.kind == tokName && p.look(1).is(tokOperator, "=>"):
		params = []string{start.text}
		p.next += 2
	case start.is(tokPunct, "("):
		i := 1
		if p.look(1).is(tokPunct, ")") {
			i++
		} else {
			for {
				if p.look(i).kind != tokName {
					return nil
				}
				params = append(params, p.look(i).text)
				i += 2
				if !p.look(i-1).is(tokPunct, ",") {
					break
				}
			}
			if !p.look(i-1).is(tokPunct, ")") {
				return nil
			}
		}
		if !p.look(i).is(tokOperator, "=>") {
			return nil
		}
		p.next += i + 1
	default:
		return nil
	}
	for _, name := range params {
		p.checkAssignable(name, start.pos)
	}
	return &arrowExpr{pos(start.pos), params, p.expression(0)}
}

func (p *parser) prefix() expr {
	t := p.peek()
	if t.kind == tokOperator {
		switch t.text {
		case "not":
			if !p.operatorAsName() {
				p.take()
				return &unaryExpr{pos(t.pos), "not", p.expression(bindNot)}
			}
		case "-", "+":
			p.take()
			return p.postfix(&unaryExpr{pos(t.pos), t.text, p.expression(bindUnary)})
		}
	}
	return p.postfix(p.primary())
}

// operatorAsName reports whether a word operator stands where a value ends, so
// that it can only be a variable of that name.
func (p *parser) operatorAsName() bool {
	switch n := p.look(1); n.kind {
	case tokBlockEnd, tokPrintEnd, tokEOF, tokInterpEnd:
		return true
	case tokPunct:
		return n.text == ")" || n.text == "]" || n.text == "}" || n.text == "," || n.text == "|"
	}
	return false
}

func (p *parser) test(operand expr, op token) expr {
	t := p.peek()
	if t.kind != tokName && !(t.kind == tokOperator && isNameStart(t.text[0])) {
		p.expect(tokName, "", "")
	}
	p.take()
	name := t.text
	def := p.env.test(name)
	if second := p.peek(); def == nil && second.kind == tokName {
		name += " " + p.take().text
		def = p.env.test(name)
	}
	e := &testExpr{pos: pos(t.pos), operand: operand, name: name, negated: op.text == "is not"}
	if p.peek().is(tokPunct, "(") {
		e.args = p.arguments()
	} else if def != nil && def.wantsArgument() {
		arg := p.expression(bindTest + 1)
		e.args = []argument{{val: arg, pos: arg.at()}}
	}
	return e
}
