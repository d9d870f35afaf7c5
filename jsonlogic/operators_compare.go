package jsonlogic

// runEquality makes an operator that tests whether its operands are equal, or
// with want false, whether they are not.
func runEquality(equal func(a, b Value) bool, want bool) func(*machine, *node) (Value, error) {
	return func(m *machine, n *node) (Value, error) {
		a, b, err := m.pair(n)
		if err != nil {
			return Value{}, err
		}
		return Bool(equal(a, b) == want), nil
	}
}

func runLess(m *machine, n *node) (Value, error) {
	return m.compare(n, func(order int) bool { return order < 0 })
}

func runLessOrEqual(m *machine, n *node) (Value, error) {
	return m.compare(n, func(order int) bool { return order <= 0 })
}

func runGreater(m *machine, n *node) (Value, error) {
	return m.compare(n, func(order int) bool { return order > 0 })
}

func runGreaterOrEqual(m *machine, n *node) (Value, error) {
	return m.compare(n, func(order int) bool { return order >= 0 })
}

// compare tests each operand with the next one. A third operand makes it a
// test for being between; it is evaluated even when the first two fail.
func (m *machine) compare(n *node, holds func(order int) bool) (Value, error) {
	a, b, err := m.pair(n)
	if err != nil {
		return Value{}, err
	}
	at, comparable := order(a, b)
	result := comparable && holds(at)
	if len(n.args) == 3 {
		c, err := m.eval(n.args[2])
		if err != nil {
			return Value{}, err
		}
		if err := m.charge(n, c); err != nil {
			return Value{}, err
		}
		at, comparable = order(b, c)
		result = result && comparable && holds(at)
	}
	return Bool(result), nil
}
