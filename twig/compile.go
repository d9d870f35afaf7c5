package twig

// eval computes an expression; exec runs a statement. Both are closures over
// what was known when the template was compiled, and are never changed again.
type (
	eval func(r *run) Value
	exec func(r *run)
)

// unit is one compiled template, or one compiled embed.
type unit struct {
	env    *Env
	src    *source
	names  []string // variables by slot
	keys   []Value  // the same names as hash keys
	body   []exec
	form   textForm
	parent eval // nil unless the template extends another
	extend *site
	uses   []*useStmt
	blocks map[string]*block
	macros map[string]*macro
	aliens int // import tags, numbered
	start  site
	usages []usage
}

// site is a place in a template that an error can name.
type site struct {
	src *source
	pos int
}

type block struct {
	name string
	body []exec
	form textForm
}

type macro struct {
	name   string
	params []compiledParam
	body   []exec
	rest   int // slot of varargs
	form   textForm
	unit   *unit
}

type compiledParam struct {
	name string
	slot int
	def  eval // nil without a default
}

// scope holds what import and from declare: in the main body, or inside one
// block or macro.
type scope struct {
	templates map[string]importRef
	functions map[string]importRef
}

// importRef tells where the template of an import is found when rendering.
type importRef struct {
	id    int    // import tag of the unit; -1 is the template itself
	fixed string // name of the template when it is constant
	name  string // macro that a from tag imports
}

// compiler turns the tree of one unit into closures.
type compiler struct {
	env      *Env
	src      *source
	unit     *unit
	parsed   *parsed
	slots    map[string]int
	scopes   []*scope
	strategy string       // what prints are escaped for
	json     jsonSpot     // where in a JSON text the next output stands
	piece    bool         // the print may be a part of JSON that is no value
	block    string       // name of the block being compiled
	assigned map[int]bool // slots assigned since the innermost loop began; nil outside loops
	parentOf bool         // _context has _parent, as in the sequence of a for tag
}

// compileUnit compiles a tree whose output starts at a spot of a JSON body.
func compileUnit(env *Env, p *parsed, strategy string, spot jsonSpot) *unit {
	c := &compiler{
		env: env, src: p.src, parsed: p, slots: map[string]int{}, strategy: strategy, json: spot,
		unit: &unit{env: env, src: p.src, uses: p.uses, start: site{src: p.src}}, scopes: []*scope{{}},
	}
	c.unit.body = c.body(p.body)
	c.unit.form = c.form(p.body)
	if p.parent != nil {
		c.unit.form = formJSON
	}
	if p.parent != nil {
		c.unit.parent = c.expr(p.parent.parent)
		c.unit.extend = c.site(p.parent.at())
	}
	return c.unit
}

// form tells what the output of a body is when it becomes a value.
func (c *compiler) form(body []stmt) textForm {
	if c.strategy != StrategyJSON {
		return formJSON
	}
	return formOf(body)
}

func (c *compiler) site(pos int) *site { return &site{c.src, pos} }

func (c *compiler) fault(pos int, format string, args ...any) { c.src.fault(pos, nil, format, args...) }

// slot returns the number of a variable in the unit's frames.
func (c *compiler) slot(name string) int {
	if s, ok := c.slots[name]; ok {
		return s
	}
	s := len(c.unit.names)
	c.slots[name] = s
	c.unit.names = append(c.unit.names, name)
	c.unit.keys = append(c.unit.keys, keyOf(name))
	return s
}

// target returns the slot of a variable that is assigned to.
func (c *compiler) target(name string) int {
	s := c.slot(name)
	if c.assigned != nil {
		c.assigned[s] = true
	}
	return s
}

// imported finds a template alias or imported macro: in the innermost scope,
// else in the one of the main body.
func (c *compiler) imported(functions bool, name string) (importRef, bool) {
	for _, s := range []*scope{c.scopes[len(c.scopes)-1], c.scopes[0]} {
		m := s.templates
		if functions {
			m = s.functions
		}
		if ref, ok := m[name]; ok {
			return ref, true
		}
	}
	return importRef{}, false
}

// inScope compiles the body of a block or macro, which has imports of its own.
func (c *compiler) inScope(body []stmt) []exec {
	c.scopes = append(c.scopes, &scope{})
	assigned := c.assigned
	c.assigned = nil
	code := c.body(body)
	c.assigned = assigned
	c.scopes = c.scopes[:len(c.scopes)-1]
	return code
}

func (c *compiler) body(list []stmt) []exec {
	code := make([]exec, 0, len(list))
	for _, s := range list {
		if e := c.stmt(s); e != nil {
			code = append(code, e)
		}
	}
	return code
}

func (c *compiler) stmt(s stmt) exec {
	if name := tagOf(s); name != "" {
		c.uses("tag", name, s.at())
	}
	switch s := s.(type) {
	case *textStmt:
		return c.text(s)
	case *printStmt:
		return c.print(s)
	case *ifStmt:
		return c.ifTag(s)
	case *forStmt:
		return c.forTag(s)
	case *setStmt:
		return c.setTag(s)
	case *captureStmt:
		return c.captureTag(s)
	case *applyStmt:
		return c.applyTag(s)
	case *autoescapeStmt:
		return c.autoescapeTag(s)
	case *blockStmt:
		return c.blockTag(s)
	case *includeStmt:
		return c.includeTag(s)
	case *importStmt:
		return c.importTag(s)
	case *fromStmt:
		return c.fromTag(s)
	case *macroStmt:
		c.macroTag(s)
		return nil
	case *withStmt:
		return c.withTag(s)
	case *doStmt:
		val := c.expr(s.val)
		return func(r *run) { val(r) }
	case *guardStmt:
		return c.guardTag(s)
	case *deprecatedStmt:
		c.expr(s.message)
		return nil
	case *groupStmt:
		body := c.body(s.body)
		return func(r *run) { r.sandboxed(true, func() { r.exec(body) }) }
	}
	panic("twig: unknown statement")
}

func sequence(body []exec) exec {
	if len(body) == 1 {
		return body[0]
	}
	return func(r *run) { r.exec(body) }
}

func (c *compiler) text(s *textStmt) exec {
	c.json = c.json.after(s.text)
	text, at := s.text, s.at()
	return func(r *run) {
		r.mark(at, nil)
		r.out = append(r.out, text...)
		r.printed()
	}
}

func (c *compiler) ifTag(s *ifStmt) exec {
	start := c.json
	tests := make([]eval, len(s.branches))
	bodies := make([][]exec, len(s.branches))
	ends := make([]jsonSpot, 0, len(s.branches)+1)
	for i, b := range s.branches {
		c.json = start
		tests[i] = c.expr(b.test)
		bodies[i] = c.body(b.body)
		ends = append(ends, c.json)
	}
	c.json = start
	other := c.body(s.other)
	c.json = joinSpots(append(ends, c.json)...)
	if len(tests) == 1 {
		test, body := tests[0], bodies[0]
		return func(r *run) {
			if test(r).truth() {
				r.exec(body)
			} else {
				r.exec(other)
			}
		}
	}
	return func(r *run) {
		for i, test := range tests {
			if test(r).truth() {
				r.exec(bodies[i])
				return
			}
		}
		r.exec(other)
	}
}

func (c *compiler) setTag(s *setStmt) exec {
	vals := make([]eval, len(s.vals))
	for i, v := range s.vals {
		vals[i] = c.expr(v)
	}
	slots := make([]int, len(s.names))
	for i, name := range s.names {
		slots[i] = c.target(name)
	}
	if len(slots) == 1 {
		slot, val := slots[0], vals[0]
		return func(r *run) { r.frame.assign(slot, val(r)) }
	}
	return func(r *run) {
		base := len(r.stack)
		for _, val := range vals {
			v := val(r)
			r.stack = append(r.stack, v)
		}
		for i, slot := range slots {
			r.frame.assign(slot, r.stack[base+i])
		}
		r.stack = r.stack[:base]
	}
}

func (c *compiler) captureTag(s *captureStmt) exec {
	body, kind := c.captured(s.body, c.form(s.body) >= formValue)
	slot := c.target(s.name)
	return func(r *run) {
		r.frame.assign(slot, r.capture(body, kind))
	}
}

// captured compiles a body whose output becomes a value: markup, or plain text.
func (c *compiler) captured(list []stmt, plain bool) (body []exec, kind uint8) {
	spot := c.json
	c.json, kind = jsonValue, inMarkup
	if plain {
		c.json, kind = jsonPlain, inString
	}
	body = c.body(list)
	c.json = spot
	return body, kind
}

func (c *compiler) applyTag(s *applyStmt) exec {
	body, kind := c.captured(s.body, c.form(s.body) >= formValue || c.strategy == StrategyJSON && c.json.inString())
	slot := c.slot(" apply") // no variable can have this name
	chain := c.chain(s.filter, slot)
	fragment := c.strategy == StrategyJSON && kind == inMarkup
	show := c.show(chain, nil, c.json, fragment)
	return func(r *run) {
		text := r.capture(body, kind)
		saved := r.frame.vars[slot]
		r.frame.vars[slot] = text
		show(r)
		r.frame.vars[slot] = saved
	}
}

// chain puts the captured text under the innermost filter of an apply tag.
func (c *compiler) chain(e expr, slot int) expr {
	f := e.(*filterExpr)
	if f.operand == nil {
		return &filterExpr{f.pos, &nameExpr{f.pos, c.unit.names[slot]}, f.name, f.args}
	}
	return &filterExpr{f.pos, c.chain(f.operand, slot), f.name, f.args}
}

func (c *compiler) autoescapeTag(s *autoescapeStmt) exec {
	strategy := c.strategy
	c.strategy = s.strategy
	body := c.body(s.body)
	c.strategy = strategy
	return sequence(body)
}

func (c *compiler) withTag(s *withStmt) exec {
	var vars eval
	if s.vars != nil {
		vars = c.expr(s.vars)
	}
	assigned := c.assigned
	c.assigned = nil
	body := c.body(s.body)
	c.assigned = assigned
	where, only := c.site(s.at()), s.only
	return func(r *run) {
		outer := r.frame
		if vars == nil && !only {
			r.frame = r.copyFrame(outer)
		} else {
			with := &Hash{}
			if vars != nil {
				with = r.mapping(vars(r), where, `Variables passed to the "with" tag must be a mapping.`)
			}
			r.frame = r.innerFrame(outer.u, with, only)
		}
		r.exec(body)
		r.frame = outer
	}
}

func (c *compiler) guardTag(s *guardStmt) exec {
	var known bool
	switch s.kind {
	case "function":
		known = c.knowsFunction(s.name)
	case "filter":
		known = s.name == "raw" || s.name == "default" || c.env.filter(s.name) != nil
	case "test":
		known = c.env.test(s.name) != nil
	}
	if known {
		return sequence(c.body(s.body))
	}
	return sequence(c.body(s.other))
}

func (c *compiler) knowsFunction(name string) bool {
	switch name {
	case "block", "parent", "attribute", "include", "source":
		return true
	}
	return c.env.function(name) != nil
}
