package jsonlogic

import (
	"errors"
	"strconv"
)

// traceNodes bounds the nodes that a trace keeps of runs of bodies; the nodes
// of the rule itself are always all there.
const traceNodes = 10_000

// traceRoom bounds the values in the JSON of a trace, in nodes and pieces of
// 16 bytes.
const traceRoom = 100_000

// Trace is a node of a rule as one evaluation went through it, with the nodes
// below. A node that did not run, because and, or, if or a default spared it,
// is there with Evaluated false.
type Trace struct {
	Pointer  string // JSON pointer (RFC 6901) of the node in the rule
	Operator string // "" for a literal or an array
	Path     string // the constant path of a var
	// Value is the result of the node, for a literal also when not evaluated.
	Value     Value
	Evaluated bool
	// Element is the index of the element on which this body of map, filter,
	// reduce, all, some or none ran, and -1 in any other node.
	Element int
	// Truncated says that further runs of the body are left out for their number.
	Truncated bool
	// Error is what ended the evaluation in this node, "" if nothing did.
	Error string
	// Children are the arguments in their order; a body comes once per element.
	Children []Trace

	literal bool
}

// Trace runs the rule on data as Eval does and records every node. The error
// is that of Eval; the trace then shows how far the evaluation came.
func (r *Rule) Trace(data Value, options ...EvalOption) (Trace, error) {
	m := r.start(data, options)
	root := &record{}
	m.tracer = &tracer{current: root, left: traceNodes}
	_, err := m.eval(r.root)
	r.stop(m)
	if len(root.children) == 0 { // not even the first step was allowed
		return unevaluated(r.root), err
	}
	return root.children[0].trace(), err
}

// tracer records the nodes of an evaluation as a tree.
type tracer struct {
	current *record
	left    int
}

// record is one run of a node.
type record struct {
	node      *node
	value     Value
	element   int
	err       error
	truncated bool
	children  []*record
}

func (t *tracer) eval(m *machine, n *node) (Value, error) {
	parent := t.current
	if n.body && t.left <= 0 {
		parent.truncated = true
		m.tracer = nil
		v, err := n.run(m, n)
		m.tracer = t
		return v, err
	}
	t.left--
	r := &record{node: n, element: -1}
	if n.body {
		r.element = m.element
	}
	parent.children = append(parent.children, r)
	t.current = r
	r.value, r.err = n.run(m, n)
	t.current = parent
	return r.value, r.err
}

// trace turns the record into a Trace, adding the nodes that did not run.
func (r *record) trace() Trace {
	t := describe(r.node)
	t.Evaluated, t.Element, t.Truncated = true, r.element, r.truncated
	if r.err == nil {
		t.Value = r.value
	} else if failed := new(EvalError); errors.As(r.err, &failed) && !r.failedBelow() {
		t.Error = failed.Err.Error()
	}
	runs := make([][]*record, len(r.node.args))
	for _, child := range r.children {
		at := r.argument(child.node)
		runs[at] = append(runs[at], child)
	}
	for i, arg := range r.node.args {
		if len(runs[i]) == 0 {
			t.Children = append(t.Children, unevaluated(arg))
		}
		for _, run := range runs[i] {
			t.Children = append(t.Children, run.trace())
		}
	}
	return t
}

// argument gives the index of child among the args. It is its place, except in
// a var that has given up its constant path.
func (r *record) argument(child *node) int {
	if at := child.place; at < len(r.node.args) && r.node.args[at] == child {
		return at
	}
	return child.place - 1
}

func (r *record) failedBelow() bool {
	return len(r.children) > 0 && r.children[len(r.children)-1].err != nil
}

func unevaluated(n *node) Trace {
	t := describe(n)
	for _, arg := range n.args {
		t.Children = append(t.Children, unevaluated(arg))
	}
	return t
}

func describe(n *node) Trace {
	return Trace{
		Pointer: n.pointer(), Operator: n.operator, Path: n.path, Value: n.value,
		Element: -1, literal: n.literal(),
	}
}

// MarshalJSON leaves out what does not apply to the node. Nodes may share one
// large value, and a body that runs often may show it each time; a value for
// which there is no room left gives way to "omitted": true.
func (t Trace) MarshalJSON() ([]byte, error) {
	room := traceRoom
	return t.appendJSON(nil, &room), nil
}

func (t *Trace) appendJSON(dst []byte, room *int) []byte {
	dst = appendQuoted(append(dst, `{"pointer":`...), t.Pointer)
	if t.Operator != "" {
		dst = appendQuoted(append(dst, `,"operator":`...), t.Operator)
	}
	if t.Path != "" {
		dst = appendQuoted(append(dst, `,"path":`...), clip(t.Path, longNode))
	}
	if t.Element >= 0 {
		dst = strconv.AppendInt(append(dst, `,"element":`...), int64(t.Element), 10)
	}
	dst = strconv.AppendBool(append(dst, `,"evaluated":`...), t.Evaluated)
	if t.literal || (t.Evaluated && t.Error == "") {
		dst = t.appendValue(dst, room)
	}
	if t.Truncated {
		dst = append(dst, `,"truncated":true`...)
	}
	if t.Error != "" {
		dst = appendQuoted(append(dst, `,"error":`...), t.Error)
	}
	for i := range t.Children {
		if i == 0 {
			dst = append(dst, `,"children":[`...)
		} else {
			dst = append(dst, ',')
		}
		dst = t.Children[i].appendJSON(dst, room)
	}
	if len(t.Children) > 0 {
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

func (t *Trace) appendValue(dst []byte, room *int) []byte {
	cost := int(t.Value.cost())
	if cost > *room {
		return append(dst, `,"omitted":true`...)
	}
	*room -= cost
	return t.Value.AppendJSON(append(dst, `,"value":`...))
}
