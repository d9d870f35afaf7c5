package jsonlogic

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// Rule is a compiled rule. It is immutable and safe for concurrent use.
type Rule struct {
	root     *node
	paths    []string
	fallback string
	through  []segment // the step to fallback
	steps    int
	machines sync.Pool // of *machine
}

// Paths lists the constant paths that the rule reads from its data, each once:
// the arguments of var, and those of missing and missing_some. Paths in the body of map, filter, reduce, all, some and none
// are relative to an element and not listed; neither is the empty path, which
// is all of the data.
func (r *Rule) Paths() []string { return slices.Clone(r.paths) }

// Eval runs the rule on data. Errors are an *EvalError.
func (r *Rule) Eval(data Value, options ...EvalOption) (Value, error) {
	m := r.start(data, options)
	v, err := m.eval(r.root)
	r.stop(m)
	return v, err
}

// Truthy runs the rule as a condition. Errors are an *EvalError.
func (r *Rule) Truthy(data Value, options ...EvalOption) (bool, error) {
	v, err := r.Eval(data, options...)
	return v.Truthy(), err
}

func (r *Rule) start(data Value, options []EvalOption) *machine {
	m, reused := r.machines.Get().(*machine)
	if !reused {
		m = &machine{rule: r}
	}
	m.scope, m.steps = data, r.steps
	for _, option := range options {
		m.now = option.now
	}
	return m
}

func (r *Rule) stop(m *machine) {
	clear(m.stack[:cap(m.stack)])
	*m = machine{rule: r, stack: m.stack[:0], buffer: m.buffer[:0]}
	if cap(m.buffer) <= 4096 {
		r.machines.Put(m)
	}
}

// node is one node of a compiled rule: an operator with its arguments, an
// array of nodes, or a literal.
type node struct {
	run      func(*machine, *node) (Value, error)
	operator string // "" in an array or a literal
	args     []*node
	value    Value // of a literal

	// Of a var: the constant path, and the node for when it is not there.
	path     string
	segments []segment
	absent   *node

	parent *node
	token  string // the end of the JSON pointer, on from parent's
	place  int    // among the parent's args
	scope  scope
	body   bool // runs once per element
}

// scope says what the paths of a node start from.
type scope uint8

const (
	rootScope    scope = iota // the data
	elementScope              // an element of a list
	reduceScope               // the pair of current and accumulator
)

func (n *node) literal() bool { return n.operator == "" && n.args == nil }

// pointer gives the JSON pointer of the node in the rule.
func (n *node) pointer() string {
	var tokens []string
	for ; n != nil; n = n.parent {
		tokens = append(tokens, n.token)
	}
	slices.Reverse(tokens)
	return strings.Join(tokens, "")
}

// machine is the state of one evaluation.
type machine struct {
	rule        *Rule
	scope       Value // what paths start from; in a reduce body, current
	accumulator Value // in a reduce body
	steps       int   // left
	now         time.Time
	element     int     // index of the element the body is to run on
	stack       []Value // arguments of the operators under way
	buffer      []byte
	tracer      *tracer
}

func (m *machine) eval(n *node) (Value, error) {
	if m.steps--; m.steps < 0 {
		return Value{}, n.fail(ErrTooManySteps)
	}
	if m.tracer != nil {
		return m.tracer.eval(m, n)
	}
	return n.run(m, n)
}

// charge takes the steps that walking v costs, if it costs more than a node.
func (m *machine) charge(n *node, v Value) error {
	if v.kind < KindString {
		return nil
	}
	return m.spend(n, int(v.cost()))
}

func (m *machine) spend(n *node, steps int) error {
	if m.steps -= steps; m.steps < 0 {
		return n.fail(ErrTooManySteps)
	}
	return nil
}

// pair evaluates two arguments and charges for walking them.
func (m *machine) pair(n *node) (a, b Value, err error) {
	if a, err = m.eval(n.args[0]); err != nil {
		return a, b, err
	}
	if b, err = m.eval(n.args[1]); err != nil {
		return a, b, err
	}
	if err = m.charge(n, a); err != nil {
		return a, b, err
	}
	return a, b, m.charge(n, b)
}

// push evaluates all arguments onto the stack. The caller takes them off with
// pop as soon as it is done with them.
func (m *machine) push(n *node) ([]Value, error) {
	base := len(m.stack)
	for _, arg := range n.args {
		v, err := m.eval(arg)
		if err != nil {
			return nil, err
		}
		m.stack = append(m.stack, v)
	}
	return m.stack[base:], nil
}

func (m *machine) pop(arguments []Value) { m.stack = m.stack[:len(m.stack)-len(arguments)] }

// built checks a value that the rule has put together.
func (m *machine) built(n *node, v Value) (Value, error) {
	if int(v.cost()) > m.rule.steps || v.depth > DefaultDepth {
		return Value{}, n.fail(ErrValueTooLarge)
	}
	return v, nil
}

func (n *node) fail(err error) error {
	return &EvalError{Pointer: n.pointer(), Operator: n.operator, Err: err}
}
