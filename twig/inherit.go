package twig

// instance is one template in the course of one render: who its parent turned
// out to be, and what its use and import tags brought.
type instance struct {
	u       *unit
	blocks  map[string]blockRef // its own blocks over those of its traits
	traits  map[string]blockRef
	parent  *instance
	settled bool // parent is known
	aliens  []*unit
}

// blockRef is a block together with the template that defines it.
type blockRef struct {
	in    *instance
	block *block
}

// instanceOf returns the one instance of a unit in this render.
func (r *run) instanceOf(u *unit) *instance {
	if u == r.first.u {
		return &r.first
	}
	if in, ok := r.instances[u]; ok {
		return in
	}
	if u == r.main {
		r.first.u = u
		r.prepare(&r.first)
		return &r.first
	}
	in := &instance{u: u}
	if r.instances == nil {
		r.instances = map[*unit]*instance{}
	}
	r.instances[u] = in
	r.prepare(in)
	return in
}

func (r *run) prepare(in *instance) {
	if in.u.aliens > 0 {
		in.aliens = make([]*unit, in.u.aliens)
	}
	if len(in.u.uses) > 0 {
		in.traits = map[string]blockRef{}
	}
	for _, use := range in.u.uses {
		r.addTraits(in, use)
	}
	if len(in.u.blocks)+len(in.traits) == 0 {
		return
	}
	in.blocks = make(map[string]blockRef, len(in.u.blocks)+len(in.traits))
	for name, ref := range in.traits {
		in.blocks[name] = ref
	}
	for name, b := range in.u.blocks {
		in.blocks[name] = blockRef{in, b}
	}
}

func (r *run) addTraits(in *instance, use *useStmt) {
	r.at = &site{in.u.src, use.at()}
	u := r.load(use.template)
	if u.parent != nil || len(u.macros) > 0 {
		r.fail("Template %q cannot be used as a trait.", use.template)
	}
	r.enterCall()
	trait := r.instanceOf(u)
	r.leaveCall()
	blocks := map[string]blockRef{}
	for name, ref := range trait.blocks {
		blocks[name] = ref
	}
	for _, a := range use.aliases {
		ref, ok := trait.blocks[a.from]
		if !ok {
			r.fail("Block %q is not defined in trait %q.", a.from, use.template)
		}
		delete(blocks, a.from)
		blocks[a.to] = ref
	}
	for name, ref := range blocks {
		in.traits[name] = ref
	}
}

// parentOf returns the template that an instance extends, or nil.
func (r *run) parentOf(in *instance) *instance {
	if in.u.parent == nil || in.settled {
		return in.parent
	}
	f, outer := r.frame, r.in
	if f.u != in.u {
		r.frame = r.newFrame(in.u, r.contextOf(f), f.fallback)
	}
	r.in = in
	v := in.u.parent(r)
	r.at = in.u.extend
	u := r.template(v, false)
	r.frame, r.in = f, outer
	in.parent, in.settled = r.instanceOf(u), true
	for p, depth := in.parent, 0; p != nil; p, depth = p.parent, depth+1 {
		if p == in || depth > r.env.limits.CallDepth {
			r.at = in.u.extend
			r.fail("Template %q extends itself.", in.u.src.name)
		}
	}
	return in.parent
}

// display renders an instance: its own body, then the parent with the blocks
// of the child over its own.
func (r *run) display(in *instance, overrides map[string]blockRef) {
	if r.sandbox {
		r.checkSandbox(in.u)
	}
	outer, blocks, frame := r.in, r.blocks, r.frame
	r.in, r.blocks = in, mergeBlocks(in.blocks, overrides)
	r.exec(in.u.body)
	if in.u.parent != nil {
		parent := r.parentOf(in)
		r.enterCall()
		r.frame = r.newFrame(parent.u, r.contextOf(r.frame), r.frame.fallback)
		r.display(parent, r.blocks)
		r.leaveCall()
	}
	r.in, r.blocks, r.frame = outer, blocks, frame
}

func mergeBlocks(own, over map[string]blockRef) map[string]blockRef {
	switch {
	case len(over) == 0:
		return own
	case len(own) == 0:
		return over
	}
	all := make(map[string]blockRef, len(own)+len(over))
	for name, ref := range own {
		all[name] = ref
	}
	for name, ref := range over {
		all[name] = ref
	}
	return all
}

func (c *compiler) blockTag(s *blockStmt) exec {
	b := &block{name: s.name, form: c.form(s.body)}
	if c.unit.blocks == nil {
		c.unit.blocks = map[string]*block{}
	}
	c.unit.blocks[s.name] = b
	name, spot := c.block, c.json
	c.block = s.name
	c.json = jsonUnknown
	b.body = c.inScope(s.body)
	c.block, c.json = name, spot.afterBody(s.body)
	if s.declared {
		c.json = spot
		return nil
	}
	return func(r *run) {
		if ref, ok := r.blocks[b.name]; ok {
			r.showBlock(ref, r.blocks)
		}
	}
}

// showBlock runs a block with a copy of the variables around it.
func (r *run) showBlock(ref blockRef, blocks map[string]blockRef) {
	r.enterCall()
	frame, in, outer := r.frame, r.in, r.blocks
	if ref.in.u == frame.u {
		r.frame = r.copyFrame(frame)
	} else {
		r.frame = r.newFrame(ref.in.u, r.contextOf(frame), frame.fallback)
	}
	r.in, r.blocks = ref.in, blocks
	r.exec(ref.block.body)
	r.frame, r.in, r.blocks = frame, in, outer
	r.leaveCall()
}

// inherited finds a block in the ancestors of an instance.
func (r *run) inherited(in *instance, name string) (blockRef, bool) {
	for p := r.parentOf(in); p != nil; p = r.parentOf(p) {
		if ref, ok := p.blocks[name]; ok {
			return ref, true
		}
	}
	return blockRef{}, false
}

func (c *compiler) parentCall(e *callExpr) eval {
	if c.block == "" {
		c.fault(e.at(), `Calling the "parent" function outside of a block is forbidden.`)
	}
	if c.parsed.parent == nil && len(c.parsed.uses) == 0 {
		c.fault(e.at(), `Calling the "parent" function on a template that does not call "extends" or "use" is forbidden.`)
	}
	name, where := c.block, c.site(e.at())
	return func(r *run) Value {
		ref, ok := r.parentBlock(name)
		if !ok {
			r.at = where
			if r.in.u.parent == nil {
				r.fail("The template has no parent and no traits defining the %q block.", name)
			}
			return emptyMarkup
		}
		return r.captureBlock(ref, r.blocks)
	}
}

func (r *run) parentBlock(name string) (blockRef, bool) {
	if ref, ok := r.in.traits[name]; ok {
		return ref, true
	}
	return r.inherited(r.in, name)
}

func (c *compiler) parentDefined(e *callExpr) eval {
	name := c.block
	return func(r *run) Value {
		_, ok := r.parentBlock(name)
		return BoolValue(name != "" && ok)
	}
}

func (r *run) captureBlock(ref blockRef, blocks map[string]blockRef) Value {
	start := r.begin(ref.block.form)
	r.showBlock(ref, blocks)
	return r.finish(start)
}

// blockArgs compiles the arguments of block(name, template).
func (c *compiler) blockArgs(e *callExpr) (name, template eval) {
	b := c.bind("function", define("block", "name template?", nil), e.at(), nil, e.args)
	return b.args[0], b.args[1]
}

func (c *compiler) blockCall(e *callExpr) eval {
	name, template := c.blockArgs(e)
	where := c.site(e.at())
	return func(r *run) Value {
		n := name(r).String()
		in, ref, blocks, ok := r.findBlock(n, template, where)
		if !ok {
			r.at = where
			r.fail("Block %q on template %q does not exist.%s", n, in.u.src.name, suggestion(n, blockNames(blocks)))
		}
		return r.captureBlock(ref, blocks)
	}
}

func (c *compiler) blockDefined(e *callExpr) eval {
	name, template := c.blockArgs(e)
	where := c.site(e.at())
	return func(r *run) Value {
		_, _, _, ok := r.findBlock(name(r).String(), template, where)
		return BoolValue(ok)
	}
}

// findBlock looks a block up among those in force, or in another template.
func (r *run) findBlock(name string, template eval, where *site) (*instance, blockRef, map[string]blockRef, bool) {
	in, blocks := r.in, r.blocks
	if template != nil {
		v := template(r)
		r.at = where
		in = r.instanceOf(r.template(v, false))
		blocks = in.blocks
	}
	ref, ok := blocks[name]
	if !ok {
		ref, ok = r.inherited(in, name)
	}
	return in, ref, blocks, ok
}

func blockNames(blocks map[string]blockRef) []string {
	var names []string
	for name := range blocks {
		names = append(names, name)
	}
	return names
}
