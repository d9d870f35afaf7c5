package jsonlogic

// runMap gives what the body makes of each element.
func runMap(m *machine, n *node) (Value, error) {
	list, err := m.eval(n.args[0])
	if err != nil {
		return Value{}, err
	}
	results := make([]Value, 0, list.lengthOfArray())
	err = m.each(n, list, func(_, result Value) bool {
		results = append(results, result)
		return true
	})
	if err != nil {
		return Value{}, err
	}
	return m.built(n, newArray(results))
}

// runFilter gives the elements for which the body is true.
func runFilter(m *machine, n *node) (Value, error) {
	list, err := m.eval(n.args[0])
	if err != nil {
		return Value{}, err
	}
	var kept []Value
	err = m.each(n, list, func(element, result Value) bool {
		if result.Truthy() {
			kept = append(kept, element)
		}
		return true
	})
	if err != nil {
		return Value{}, err
	}
	return m.built(n, newArray(kept))
}

// runAll is false for an empty list, as the reference implementation has it.
func runAll(m *machine, n *node) (Value, error) {
	return m.until(n, false, true)
}

func runSome(m *machine, n *node) (Value, error) {
	return m.until(n, true, false)
}

func runNone(m *machine, n *node) (Value, error) {
	v, err := m.until(n, true, false)
	return Bool(!v.Truthy()), err
}

// until runs the body until its result has the truth stop, and gives that. If
// it never does, it gives otherwise, but for an empty list always false.
func (m *machine) until(n *node, stop, otherwise bool) (Value, error) {
	list, err := m.eval(n.args[0])
	if err != nil {
		return Value{}, err
	}
	answer := otherwise && list.lengthOfArray() > 0
	err = m.each(n, list, func(_, result Value) bool {
		if result.Truthy() == stop {
			answer = stop
			return false
		}
		return true
	})
	return Bool(answer), err
}

// each runs the body of n on the elements until visit says no. What is not an
// array has no elements.
func (m *machine) each(n *node, list Value, visit func(element, result Value) bool) error {
	body, outer, outerAccumulator := n.args[1], m.scope, m.accumulator
	defer func() { m.scope, m.accumulator = outer, outerAccumulator }()
	for i, element := range list.elements() {
		m.scope, m.element = element, i
		result, err := m.eval(body)
		if err != nil {
			return err
		}
		if !visit(element, result) {
			return nil
		}
	}
	return nil
}

// runReduce folds the list. The body sees {"current": …, "accumulator": …}.
func runReduce(m *machine, n *node) (Value, error) {
	list, err := m.eval(n.args[0])
	if err != nil {
		return Value{}, err
	}
	var accumulator Value
	if len(n.args) == 3 {
		if accumulator, err = m.eval(n.args[2]); err != nil {
			return Value{}, err
		}
	}
	body, outer, outerAccumulator := n.args[1], m.scope, m.accumulator
	for i, element := range list.elements() {
		m.scope, m.accumulator, m.element = element, accumulator, i
		if accumulator, err = m.eval(body); err != nil {
			return Value{}, err
		}
	}
	m.scope, m.accumulator = outer, outerAccumulator
	return accumulator, nil
}

// runMerge puts the elements of arrays, and other arguments themselves, into
// one array.
func runMerge(m *machine, n *node) (Value, error) {
	arguments, err := m.push(n)
	if err != nil {
		return Value{}, err
	}
	defer m.pop(arguments)
	size := 0
	for _, v := range arguments {
		size += max(v.lengthOfArray(), 1)
	}
	if err := m.spend(n, size); err != nil {
		return Value{}, err
	}
	merged := make([]Value, 0, size)
	for _, v := range arguments {
		if v.kind == KindArray {
			merged = append(merged, v.elements()...)
		} else {
			merged = append(merged, v)
		}
	}
	return m.built(n, newArray(merged))
}

func (v Value) lengthOfArray() int {
	if v.kind != KindArray {
		return 0
	}
	return int(v.num)
}
