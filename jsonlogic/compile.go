package jsonlogic

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Compile reads a rule and checks it. Errors are a *CompileError.
func Compile(raw []byte, options ...Option) (*Rule, error) {
	c := compiler{config: config{depth: DefaultRuleDepth, bytes: DefaultRuleBytes, steps: DefaultSteps}}
	for _, option := range options {
		option(&c.config)
	}
	if err := c.checkOptions(); err != nil {
		return nil, err
	}
	// An operator takes two levels of JSON: its object and its arguments.
	source, err := ParseLimited(raw, Limits{Bytes: c.bytes, Depth: 2*c.depth + 2})
	if err != nil {
		return nil, c.unreadable(err)
	}
	root, err := c.compile(source, &node{}, 1)
	if err != nil {
		return nil, err
	}
	return &Rule{
		root: root, paths: c.paths, steps: c.steps,
		fallback: c.fallback, through: []segment{newSegment(c.fallback)},
	}, nil
}

type compiler struct {
	config
	paths []string
}

func (c *compiler) checkOptions() error {
	for name, op := range c.operators {
		if _, taken := lookupOperator(name); taken {
			return &CompileError{Reason: BadOption,
				Problem: fmt.Sprintf("cannot register the operator %q", name),
				Advice:  "the name is taken; choose another, such as one with a prefix"}
		}
		if op.atMost >= 0 && op.atMost < op.atLeast {
			return &CompileError{Reason: BadOption,
				Problem: fmt.Sprintf("cannot register the operator %q", name),
				Advice:  "let it take at least as many arguments at most as it takes at least"}
		}
	}
	if c.depth <= 0 || c.bytes <= 0 || c.steps <= 0 {
		return &CompileError{Reason: BadOption, Problem: "a bound is not positive", Advice: "leave it out for its default"}
	}
	return nil
}

func (c *compiler) unreadable(err error) error {
	failure := &CompileError{Reason: BadSyntax, Problem: err.Error(), Err: err}
	var parse *ParseError
	if errors.As(err, &parse) {
		failure.Reason = parse.Reason
	}
	switch failure.Reason {
	case TooLarge:
		failure.Problem = fmt.Sprintf("the rule is larger than %d bytes", c.bytes)
	case TooDeep:
		failure.Problem = fmt.Sprintf("the rule is nested deeper than %d levels", c.depth)
	}
	return failure
}

// compile fills in n, which has its place in the rule already, from source.
func (c *compiler) compile(source Value, n *node, depth int) (*node, error) {
	if depth > c.depth {
		return nil, n.reject(TooDeep, fmt.Sprintf("the rule is nested deeper than %d levels", c.depth), "")
	}
	switch {
	case source.kind == KindArray:
		return c.array(source, n, depth)
	case source.kind == KindObject && source.Len() == 1:
		return c.operation(source.object().members[0], n, depth)
	}
	n.value, n.run = source, runLiteral
	return n, nil
}

// array compiles an array; without logic in it, it is a literal.
func (c *compiler) array(source Value, n *node, depth int) (*node, error) {
	constant := true
	for i, element := range source.elements() {
		arg, err := c.compile(element, n.child(i, "/"+strconv.Itoa(i)), depth+1)
		if err != nil {
			return nil, err
		}
		n.args = append(n.args, arg)
		constant = constant && arg.literal()
	}
	if constant {
		n.args, n.value, n.run = nil, source, runLiteral
		return n, nil
	}
	n.run = runArray
	return n, nil
}

func (c *compiler) operation(member Member, n *node, depth int) (*node, error) {
	op, known := lookupOperator(member.Key)
	if !known {
		op, known = c.operators[member.Key]
	}
	if !known {
		return nil, n.reject(UnknownOperator, fmt.Sprintf("unknown operator %q", member.Key), c.advise(member.Key))
	}
	n.operator, n.run = member.Key, op.run
	arguments, token := []Value{member.Value}, "/"+escapeToken(member.Key)
	spread := member.Value.kind == KindArray
	if spread {
		arguments = member.Value.elements()
	}
	if len(arguments) < op.atLeast || (op.atMost >= 0 && len(arguments) > op.atMost) {
		return nil, n.reject(BadArity, op.arityProblem(member.Key, len(arguments)), op.usage)
	}
	for i, argument := range arguments {
		child := n.child(i, token)
		if spread {
			child.token += "/" + strconv.Itoa(i)
		}
		if op.body > 0 && i == 1 {
			child.body, child.scope = true, op.body
		}
		arg, err := c.compile(argument, child, depth+1)
		if err != nil {
			return nil, err
		}
		n.args = append(n.args, arg)
	}
	if op.finish == nil {
		return n, nil
	}
	return n, op.finish(c, n)
}

// child makes the node for argument i of n.
func (n *node) child(i int, token string) *node {
	return &node{parent: n, place: i, token: token, scope: n.scope}
}

func (n *node) reject(reason Reason, problem, advice string) error {
	return &CompileError{Pointer: n.pointer(), Reason: reason, Problem: problem, Advice: advice}
}

// reads notes a constant path that n reads.
func (c *compiler) reads(n *node, path string) {
	if n.scope == rootScope && !slices.Contains(c.paths, path) {
		c.paths = append(c.paths, path)
	}
}

// escapeToken writes a key as a token of a JSON pointer.
func escapeToken(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}
