package twig

import (
	"strconv"
	"strings"
)

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
	case "true", "false", "none", "null", "_self", "_context", "_charset":
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
