package twig

func (c *compiler) macroTag(s *macroStmt) {
	m := &macro{name: s.name, unit: c.unit}
	for _, p := range s.params {
		cp := compiledParam{name: p.name, slot: c.slot(p.name)}
		if p.def != nil {
			cp.def = c.expr(p.def)
		}
		m.params = append(m.params, cp)
	}
	m.rest = c.slot("varargs")
	if c.unit.macros == nil {
		c.unit.macros = map[string]*macro{}
	}
	c.unit.macros[s.name] = m
	name, spot := c.block, c.json
	c.block, c.json = "", jsonUnknown
	m.body = c.inScope(s.body)
	m.form = c.form(s.body)
	c.block, c.json = name, spot
}

// importing numbers an import tag and remembers where its template is.
func (c *compiler) importing(template expr) (importRef, exec) {
	if n, ok := template.(*nameExpr); ok && n.name == "_self" {
		return importRef{id: -1}, nil
	}
	ref := importRef{id: c.unit.aliens}
	c.unit.aliens++
	if k, ok := template.(*constExpr); ok && k.val.isText() {
		ref.fixed = k.val.text()
	}
	from, where := c.expr(template), c.site(template.at())
	return ref, func(r *run) {
		v := from(r)
		r.at = where
		r.in.aliens[ref.id] = r.template(v, false)
	}
}

func (c *compiler) importTag(s *importStmt) exec {
	ref, code := c.importing(s.template)
	scope := c.scopes[len(c.scopes)-1]
	if scope.templates == nil {
		scope.templates = map[string]importRef{}
	}
	scope.templates[s.as] = ref
	return code
}

func (c *compiler) fromTag(s *fromStmt) exec {
	ref, code := c.importing(s.template)
	scope := c.scopes[len(c.scopes)-1]
	if scope.functions == nil {
		scope.functions = map[string]importRef{}
	}
	for _, n := range s.names {
		ref.name = n.from
		scope.functions[n.to] = ref
	}
	return code
}

// importedUnit returns the template behind an import, or nil when its tag has
// not run and its name is not constant.
func (r *run) importedUnit(ref importRef, where *site) *unit {
	if ref.id < 0 {
		return r.in.u
	}
	u := r.in.aliens[ref.id]
	if u == nil && ref.fixed != "" {
		if where != nil {
			r.at = where
		}
		u = r.load(ref.fixed)
		r.in.aliens[ref.id] = u
	}
	return u
}

// findMacro looks a macro up in a template and in those that it extends.
func (r *run) findMacro(u *unit, name string) *macro {
	for in := r.instanceOf(u); in != nil; in = r.parentOf(in) {
		if m := in.u.macros[name]; m != nil {
			return m
		}
	}
	return nil
}

// macroTarget tells whether a.b names a macro of an imported template.
func (c *compiler) macroTarget(e *attrExpr) (importRef, string, bool) {
	n, ok := e.object.(*nameExpr)
	if !ok || e.bracket {
		return importRef{}, "", false
	}
	name, ok := e.name.(*constExpr)
	if !ok {
		return importRef{}, "", false
	}
	if n.name == "_self" {
		return importRef{id: -1}, name.val.String(), true
	}
	ref, ok := c.imported(false, n.name)
	return ref, name.val.String(), ok
}

// macroCall compiles forms.input(…), or returns nil when it is an attribute.
func (c *compiler) macroCall(e *attrExpr) eval {
	ref, name, ok := c.macroTarget(e)
	if !ok {
		return nil
	}
	return c.macroReference(ref, name, e.at(), e.args)
}

func (c *compiler) macroDefined(ref importRef, name string) eval {
	return func(r *run) Value {
		u := r.importedUnit(ref, nil)
		return BoolValue(u != nil && r.findMacro(u, name) != nil)
	}
}

// macroReference compiles a call of a macro, found when rendering.
func (c *compiler) macroReference(ref importRef, name string, at int, args []argument) eval {
	vals := make([]eval, len(args))
	for i, a := range args {
		vals[i] = c.expr(a.val)
	}
	where := c.site(at)
	return func(r *run) Value {
		r.at = where
		u := r.importedUnit(ref, where)
		if u == nil {
			r.fail("The template of macro %q has not been imported yet.", name)
		}
		m := r.findMacro(u, name)
		if m == nil {
			r.at = where
			r.fail("Macro %q is not defined in template %q.%s", name, u.src.name, suggestion(name, macroNames(u)))
		}
		f := r.newFrame(m.unit, nil, nil)
		spot := r.unprinted()
		r.passArguments(m, f, args, vals, where)
		r.captureSpot = spot
		return r.callMacro(m, f, where)
	}
}

func macroNames(u *unit) []string {
	var names []string
	for name := range u.macros {
		names = append(names, name)
	}
	return names
}

// passArguments puts the arguments of a call into the frame of a macro; what
// has no parameter goes to varargs.
func (r *run) passArguments(m *macro, f *frame, args []argument, vals []eval, where *site) {
	rest := &Hash{}
	next := 0
	give := func(v Value) {
		if next < len(m.params) {
			f.assign(m.params[next].slot, v)
			next++
			return
		}
		r.use(24)
		rest.Append(v)
	}
	for i, a := range args {
		v := vals[i](r).plain()
		switch {
		case a.spread:
			h := r.iterable(v)
			r.useItems(h.Len())
			for j := range h.Len() {
				give(h.valueAt(j))
			}
		case a.name != "":
			if slot := m.param(a.name); slot >= 0 {
				f.assign(slot, v)
			} else {
				rest.set(keyOf(a.name), v)
			}
		default:
			give(v)
		}
	}
	if !f.own[m.rest] {
		f.assign(m.rest, ArrayValue(rest))
	}
	r.at = where
}

func (m *macro) param(name string) int {
	for _, p := range m.params {
		if p.name == name {
			return p.slot
		}
	}
	return -1
}

func (r *run) callMacro(m *macro, f *frame, where *site) Value {
	r.enterCall()
	frame, in, blocks := r.frame, r.in, r.blocks
	r.frame, r.in, r.blocks = f, r.instanceOf(m.unit), nil
	for _, p := range m.params {
		if f.own[p.slot] {
			continue
		}
		v := nullValue
		if p.def != nil {
			v = p.def(r)
		}
		f.assign(p.slot, v)
	}
	start := r.begin(m.form)
	r.exec(m.body)
	text := r.finish(start)
	r.frame, r.in, r.blocks = frame, in, blocks
	r.leaveCall()
	r.at = where
	return text
}
