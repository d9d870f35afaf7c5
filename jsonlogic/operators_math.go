package jsonlogic

import "math"

// runAdd and runMultiply read text with parseFloat, the other operators with
// ToNumber: {"+": ["3 km", 1]} is 4, {"-": ["3 km", 1]} is NaN.
func runAdd(m *machine, n *node) (Value, error) {
	sum := 0.0
	for _, arg := range n.args {
		v, err := m.operand(arg, n)
		if err != nil {
			return Value{}, err
		}
		sum += v.leadingNumber()
	}
	return Number(sum), nil
}

// runMultiply gives a single argument as it is, which is how the reference
// implementation folds a list of one.
func runMultiply(m *machine, n *node) (Value, error) {
	first, err := m.operand(n.args[0], n)
	if err != nil || len(n.args) == 1 {
		return first, err
	}
	product := first.leadingNumber()
	for _, arg := range n.args[1:] {
		v, err := m.operand(arg, n)
		if err != nil {
			return Value{}, err
		}
		product *= v.leadingNumber()
	}
	return Number(product), nil
}

func runSubtract(m *machine, n *node) (Value, error) {
	if len(n.args) == 1 {
		v, err := m.operand(n.args[0], n)
		return Number(-v.number()), err
	}
	a, b, err := m.pair(n)
	return Number(a.number() - b.number()), err
}

func runDivide(m *machine, n *node) (Value, error) {
	a, b, err := m.pair(n)
	return Number(a.number() / b.number()), err
}

func runModulo(m *machine, n *node) (Value, error) {
	a, b, err := m.pair(n)
	return Number(math.Mod(a.number(), b.number())), err
}

func runMax(m *machine, n *node) (Value, error) { return m.extreme(n, math.Inf(-1), math.Max) }

func runMin(m *machine, n *node) (Value, error) { return m.extreme(n, math.Inf(1), math.Min) }

// extreme folds the arguments; without any, the result is an infinity.
func (m *machine) extreme(n *node, start float64, pick func(a, b float64) float64) (Value, error) {
	result := start
	for _, arg := range n.args {
		v, err := m.operand(arg, n)
		if err != nil {
			return Value{}, err
		}
		if f := v.number(); math.IsNaN(f) || math.IsNaN(result) {
			result = math.NaN()
		} else {
			result = pick(result, f)
		}
	}
	return Number(result), nil
}

// operand evaluates an argument of n and charges for walking it.
func (m *machine) operand(arg, n *node) (Value, error) {
	v, err := m.eval(arg)
	if err != nil {
		return Value{}, err
	}
	return v, m.charge(n, v)
}
