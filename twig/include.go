package twig

import "errors"

// includeTag compiles include and embed.
func (c *compiler) includeTag(s *includeStmt) exec {
	where := c.site(s.at())
	var with eval
	if s.with != nil {
		with = c.expr(s.with)
	}
	only, optional := s.only, s.ignoreMissing
	if s.embedded != nil {
		return c.embedTag(s, with)
	}
	template := c.expr(s.template)
	return func(r *run) {
		v := template(r)
		r.at = where
		if u := r.template(v, optional); u != nil {
			r.include(u, with, only, where)
		}
	}
}

func (c *compiler) embedTag(s *includeStmt, with eval) exec {
	where := c.site(s.at())
	u := compileUnit(c.env, s.embedded, c.strategy, jsonUnknown)
	only, optional := s.only, s.ignoreMissing
	template := c.expr(s.template)
	return func(r *run) {
		if optional {
			v := template(r)
			r.at = where
			if r.template(v, true) == nil {
				return
			}
		}
		r.include(u, with, only, where)
	}
}

// include renders a template with the current variables and those of with.
func (r *run) include(u *unit, with eval, only bool, where *site) {
	vars := &Hash{}
	if with != nil {
		vars = r.mapping(with(r), where, `Variables passed to the "include" tag or function must be a mapping.`)
	}
	r.enterCall()
	frame := r.frame
	r.frame = r.innerFrame(u, vars, only)
	r.display(r.instanceOf(u), nil)
	r.frame = frame
	r.leaveCall()
}

// innerFrame makes a frame whose context is that of the current one with vars
// over it, or vars alone.
func (r *run) innerFrame(u *unit, vars *Hash, only bool) *frame {
	if only {
		f := r.newFrame(u, vars, nil)
		if r.env.globals.Len() > 0 {
			f.root = r.contextOf(f)
		}
		return f
	}
	root := r.contextOf(r.frame)
	if vars.Len() > 0 {
		root = root.clone(vars.Len())
		if root.pairs == nil {
			root.spread()
		}
		for i := range vars.Len() {
			root.set(vars.At(i))
		}
		r.useItems(root.Len())
	}
	return r.newFrame(u, root, r.frame.fallback)
}

// mapping returns the hash of a value that must be one.
func (r *run) mapping(v Value, where *site, complaint string) *Hash {
	v = v.plain()
	if v.kind != inArray {
		r.at = where
		r.fail("%s", complaint)
	}
	return v.array()
}

func (c *compiler) includeCall(e *callExpr) eval {
	def := define("include", "template variables? with_context? ignore_missing? sandboxed?", nil)
	b := c.bind("function", def, e.at(), nil, e.args)
	if b.spread {
		c.fault(e.at(), "The arguments of include cannot be spread.")
	}
	template, with, withContext, optional, sandboxed := b.args[0], b.args[1], b.args[2], b.args[3], b.args[4]
	where := b.where
	return func(r *run) Value {
		spot := r.unprinted()
		v := template(r)
		may := optional != nil && optional(r).truth()
		only := withContext != nil && !withContext(r).truth()
		safe := sandboxed != nil && sandboxed(r).truth()
		r.at = where
		u := r.template(v, may)
		if u == nil {
			return emptyMarkup
		}
		r.captureSpot = spot
		start := r.begin(u.form)
		r.sandboxed(safe, func() { r.include(u, with, only, where) })
		return r.finish(start)
	}
}

// template finds a template by its name, or the first that exists of a
// sequence of names. With optional, one that does not exist is nil.
func (r *run) template(v Value, optional bool) *unit {
	if v.kind == inArray {
		h := v.array()
		for i := range h.Len() {
			if u := r.lookup(h.valueAt(i).String()); u != nil {
				return u
			}
		}
		if !optional {
			r.fail("Unable to find one of the following templates: \"%s\".", joinValues(h))
		}
		return nil
	}
	u := r.lookup(v.String())
	if u == nil && !optional {
		r.fail("Template %q is not defined.%s", v.String(), suggestion(v.String(), r.env.templateNames()))
	}
	return u
}

func joinValues(h *Hash) string {
	text := ""
	for i := range h.Len() {
		if i > 0 {
			text += `", "`
		}
		text += h.valueAt(i).String()
	}
	return text
}

func (r *run) load(name string) *unit {
	u := r.lookup(name)
	if u == nil {
		r.fail("Template %q is not defined.%s", name, suggestion(name, r.env.templateNames()))
	}
	return u
}

// lookup returns a template of the environment, compiling it the first time.
func (r *run) lookup(name string) *unit {
	if name == r.main.src.name && r.env.templates[name] == "" {
		return r.main
	}
	u, err := r.env.unit(name)
	if err != nil {
		var e *Error
		if errors.As(err, &e) {
			panic(failure{e})
		}
		r.failBecause(err, "%v", err)
	}
	return u
}
