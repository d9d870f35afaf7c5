package jsonlogic

// runIf takes pairs of condition and result, and a last result for otherwise.
func runIf(m *machine, n *node) (Value, error) {
	i := 0
	for ; i+1 < len(n.args); i += 2 {
		condition, err := m.eval(n.args[i])
		if err != nil {
			return Value{}, err
		}
		if condition.Truthy() {
			return m.eval(n.args[i+1])
		}
	}
	if i < len(n.args) {
		return m.eval(n.args[i])
	}
	return Value{}, nil
}

// runAnd gives the first value that is false, or the last.
func runAnd(m *machine, n *node) (v Value, err error) {
	for _, arg := range n.args {
		if v, err = m.eval(arg); err != nil || !v.Truthy() {
			return v, err
		}
	}
	return v, nil
}

// runOr gives the first value that is true, or the last.
func runOr(m *machine, n *node) (v Value, err error) {
	for _, arg := range n.args {
		if v, err = m.eval(arg); err != nil || v.Truthy() {
			return v, err
		}
	}
	return v, nil
}

func runNot(m *machine, n *node) (Value, error) {
	v, err := m.eval(n.args[0])
	return Bool(!v.Truthy()), err
}

func runBool(m *machine, n *node) (Value, error) {
	v, err := m.eval(n.args[0])
	return Bool(v.Truthy()), err
}

// runLog gives its argument and writes nothing; a trace shows the value.
func runLog(m *machine, n *node) (Value, error) { return m.eval(n.args[0]) }
