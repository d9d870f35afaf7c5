package jsonlogic

// finishVar resolves a path that is constant, which nearly all are.
func finishVar(c *compiler, n *node) error {
	n.run = runDynamicVar
	if len(n.args) == 2 {
		n.absent = n.args[1]
	}
	if len(n.args) > 0 && !n.args[0].literal() {
		return nil
	}
	if len(n.args) > 0 && !everything(n.args[0].value) {
		n.path = n.args[0].value.text()
		n.segments = splitPath(n.path)
		c.reads(n, n.path)
	}
	n.args = n.args[min(len(n.args), 1):]
	switch {
	case n.scope == reduceScope:
		n.run = runReduceVar
	case n.scope == rootScope && c.fallback != "" && n.segments != nil:
		n.run = runFallbackVar
	default:
		n.run = runVar
	}
	return nil
}

// everything reports whether the argument of var means all that is in scope.
func everything(path Value) bool {
	return path.kind == KindNull || (path.kind == KindString && path.num == 0)
}

func runVar(m *machine, n *node) (Value, error) {
	v, found, err := m.walk(n, m.scope, n.segments)
	if found {
		return v, nil
	}
	return m.absent(n, err)
}

func runFallbackVar(m *machine, n *node) (Value, error) {
	from, err := m.origin(n, &n.segments[0])
	if err != nil {
		return Value{}, err
	}
	v, found, err := m.walk(n, from, n.segments)
	if found {
		return v, nil
	}
	return m.absent(n, err)
}

// origin gives where a path at the root begins: the data, or the fallback when
// only that can have the first segment.
func (m *machine) origin(n *node, first *segment) (Value, error) {
	if m.scope.kind != KindObject {
		return m.scope, nil
	}
	if _, found := m.scope.object().getHashed(first.name, first.hash); found {
		return m.scope, nil
	}
	from, _, err := m.walk(n, m.scope, m.rule.through)
	return from, err
}

func runReduceVar(m *machine, n *node) (Value, error) {
	if len(n.segments) == 0 {
		return m.reducePair(n)
	}
	from, rest := m.scope, n.segments[1:]
	switch n.segments[0].name {
	case currentKey:
	case accumulatorKey:
		from = m.accumulator
	default:
		return m.absent(n, nil)
	}
	v, found, err := m.walk(n, from, rest)
	if found {
		return v, nil
	}
	return m.absent(n, err)
}

// The keys of what the body of reduce sees.
const (
	currentKey     = "current"
	accumulatorKey = "accumulator"
)

func (m *machine) reducePair(n *node) (Value, error) {
	return m.built(n, Object(Member{currentKey, m.scope}, Member{accumulatorKey, m.accumulator}))
}

func runDynamicVar(m *machine, n *node) (Value, error) {
	path, err := m.operand(n.args[0], n)
	if err != nil {
		return Value{}, err
	}
	v, found, err := m.find(n, path)
	if found {
		return v, nil
	}
	return m.absent(n, err)
}

// absent gives the default of a var whose path is not there.
func (m *machine) absent(n *node, err error) (Value, error) {
	if err != nil || n.absent == nil {
		return Value{}, err
	}
	return m.eval(n.absent)
}

// find looks up a path that is only known now, in the scope of n.
func (m *machine) find(n *node, key Value) (Value, bool, error) {
	from, err := m.scope, error(nil)
	if n.scope == reduceScope {
		from, err = m.reducePair(n)
	}
	if err != nil || everything(key) {
		return from, err == nil, err
	}
	path := key.text()
	if n.scope == rootScope && m.rule.fallback != "" {
		first := firstSegment(path)
		if from, err = m.origin(n, &first); err != nil {
			return Value{}, false, err
		}
	}
	return m.walkText(n, from, path)
}

// finishMissing notes the constant paths among the arguments.
func finishMissing(c *compiler, n *node) error {
	for _, arg := range n.args {
		c.readsKeys(n, arg)
	}
	return nil
}

func finishMissingSome(c *compiler, n *node) error {
	c.readsKeys(n, n.args[1])
	return nil
}

func (c *compiler) readsKeys(n, keys *node) {
	if !keys.literal() {
		for _, arg := range keys.args {
			if keys.operator == "" && arg.literal() {
				c.readsKey(n, arg.value)
			}
		}
		return
	}
	if keys.value.kind != KindArray {
		c.readsKey(n, keys.value)
		return
	}
	for _, key := range keys.value.elements() {
		c.readsKey(n, key)
	}
}

func (c *compiler) readsKey(n *node, key Value) {
	if !everything(key) {
		c.reads(n, key.text())
	}
}

// runMissing gives those of its keys that are null or empty in the data.
func runMissing(m *machine, n *node) (Value, error) {
	keys, err := m.push(n)
	if err != nil {
		return Value{}, err
	}
	defer m.pop(keys)
	missing, err := m.missing(n, keys)
	if err != nil {
		return Value{}, err
	}
	return m.built(n, newArray(missing))
}

// missing takes the keys one by one or as an array that comes first.
func (m *machine) missing(n *node, keys []Value) ([]Value, error) {
	if len(keys) > 0 && keys[0].kind == KindArray {
		keys = keys[0].elements()
	}
	var missing []Value
	for _, key := range keys {
		if err := m.spend(n, int(key.cost())); err != nil {
			return nil, err
		}
		v, found, err := m.find(n, key)
		if err != nil {
			return nil, err
		}
		if !found || v.kind == KindNull || (v.kind == KindString && v.num == 0) {
			missing = append(missing, key)
		}
	}
	return missing, nil
}

// runMissingSome gives nothing when enough of the keys are there, else those
// that are missing.
func runMissingSome(m *machine, n *node) (Value, error) {
	need, options, err := m.pair(n)
	if err != nil {
		return Value{}, err
	}
	keys := options.elements()
	if options.kind != KindArray {
		keys = []Value{options}
	}
	missing, err := m.missing(n, keys)
	if err != nil {
		return Value{}, err
	}
	if float64(len(keys)-len(missing)) >= need.number() {
		missing = nil
	}
	return m.built(n, newArray(missing))
}
