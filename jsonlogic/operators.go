package jsonlogic

import (
	"fmt"
	"maps"
	"slices"
)

// operator is how an operator is compiled and run.
type operator struct {
	atLeast int
	atMost  int // below zero: any number
	usage   string
	run     func(*machine, *node) (Value, error)
	// body is the scope of the second argument where that runs per element.
	body scope
	// finish checks and prepares a node whose arguments are compiled.
	finish func(*compiler, *node) error
}

const unlimited = -1

// lookupOperator finds an operator of the package.
func lookupOperator(name string) (operator, bool) {
	op, known := operators[name]
	return op, known
}

func coreOperators() []string { return slices.Sorted(maps.Keys(operators)) }

func (op operator) arityProblem(name string, got int) string {
	want := fmt.Sprintf("%d to %d arguments", op.atLeast, op.atMost)
	switch {
	case op.atMost < 0:
		want = "at least " + plural(op.atLeast)
	case op.atLeast == op.atMost:
		want = plural(op.atLeast)
	}
	return fmt.Sprintf("%q takes %s, not %d", name, want, got)
}

func plural(arguments int) string {
	if arguments == 1 {
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", arguments)
}

func runLiteral(_ *machine, n *node) (Value, error) { return n.value, nil }

func runArray(m *machine, n *node) (Value, error) {
	elements := make([]Value, 0, len(n.args))
	for _, arg := range n.args {
		element, err := m.eval(arg)
		if err != nil {
			return Value{}, err
		}
		elements = append(elements, element)
	}
	return m.built(n, newArray(elements))
}

// runRegistered adapts an operator given to Compile.
func runRegistered(run func([]Value) (Value, error)) func(*machine, *node) (Value, error) {
	return func(m *machine, n *node) (Value, error) {
		arguments, err := m.push(n)
		if err != nil {
			return Value{}, err
		}
		v, err := run(arguments)
		m.pop(arguments)
		if err != nil {
			return Value{}, n.fail(err)
		}
		return m.built(n, v)
	}
}
