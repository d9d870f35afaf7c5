package twig

// callable is an arrow function together with the variables around it.
type callable struct {
	params []int
	body   eval
	frame  *frame
	in     *instance
}

// arrow compiles an arrow function. One that outlives the call it is an
// argument of must keep the variables as they are now.
func (c *compiler) arrow(e *arrowExpr, keep bool) eval {
	params := make([]int, len(e.params))
	for i, name := range e.params {
		params[i] = c.slot(name)
	}
	body := c.expr(e.body)
	return func(r *run) Value {
		f := r.frame
		if keep {
			f = r.copyFrame(f)
		}
		return callableValue(&callable{params, body, f, r.in})
	}
}

// invoke calls an arrow function. Its parameters hide variables of the frame
// it closes over and are given back afterwards.
func (r *run) invoke(fn *callable, args ...Value) Value {
	r.enterCall()
	f, outer, in := fn.frame, r.frame, r.in
	r.frame, r.in = f, fn.in
	order := len(f.order)
	var room [3]savedVar
	saved := room[:0]
	for i, slot := range fn.params {
		saved = append(saved, f.save(slot))
		f.enter(slot)
		f.vars[slot] = nullValue
		if i < len(args) {
			f.vars[slot] = args[i]
		}
	}
	v := fn.body(r).plain()
	for i := len(saved) - 1; i >= 0; i-- {
		f.restore(saved[i])
	}
	f.order = f.order[:order]
	r.frame, r.in = outer, in
	r.leaveCall()
	return v
}
