package twig

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// The escaping strategies. StrategyName picks html, js, css or none by the
// extension of the template's name, as Twig does.
const (
	StrategyJSON     = "json"
	StrategyHTML     = "html"
	StrategyJS       = "js"
	StrategyCSS      = "css"
	StrategyURL      = "url"
	StrategyHTMLAttr = "html_attr"
	StrategyName     = "name"
	StrategyNone     = "false"

	strategyRelaxed = "html_attr_relaxed"
)

// Limits bounds what a template may cost. A field that is zero takes its
// default; every error that a limit causes wraps ErrLimit.
type Limits struct {
	Template  int // bytes of one template; default 256 KiB
	Nesting   int // levels of tags and expressions inside each other; default 100
	Steps     int // statements, calls and loop turns of one render; default 1,000,000
	Loops     int // loop turns of one render, filters included; default 100,000
	CallDepth int // includes, blocks, macros and arrow functions inside each other; default 64
	Output    int // bytes of the rendered body; default 4 MiB
	Memory    int // bytes of all values that one render makes; default 64 MiB
}

func (l Limits) withDefaults() Limits {
	for _, f := range []struct {
		field *int
		value int
	}{
		{&l.Template, 256 << 10}, {&l.Nesting, 100}, {&l.Steps, 1_000_000}, {&l.Loops, 100_000},
		{&l.CallDepth, 64}, {&l.Output, 4 << 20}, {&l.Memory, 64 << 20},
	} {
		if *f.field <= 0 {
			*f.field = f.value
		}
	}
	return l
}

// Options configures an Env. The zero value is safe: every limit is on, JSON
// is the strategy, unknown variables are null and no other template is known.
type Options struct {
	// Strategy escapes what templates print; empty means StrategyJSON.
	Strategy string

	// StrictVariables makes unknown variables and attributes errors, not null.
	StrictVariables bool

	// IdentityOperators adds === and !== of Twig 3.23. Without it they are
	// refused with a hint to "is same as", as in every version before.
	IdentityOperators bool

	// Dump enables the dump function, which shows every variable.
	Dump bool

	// Templates holds by name what include, extends, embed, import, use and
	// source can load. Nothing else is ever loaded.
	Templates map[string]string

	// Globals are variables that every template and macro sees.
	Globals map[string]Value

	// Fallback names an object of the context, such as "profile": a variable
	// that the context lacks is looked up there.
	Fallback string

	// Location is the time zone in which dates are read and printed; nil is UTC.
	Location *time.Location

	// Now gives the time that "now" means; nil is time.Now.
	Now func() time.Time

	// LoadLocation finds a time zone by its IANA name; nil is time.LoadLocation.
	LoadLocation func(name string) (*time.Location, error)

	// Random returns a number in [0, n) for random and shuffle; nil is
	// math/rand/v2.
	Random func(n int64) int64

	// Filters, Functions and Tests extend the language; they win over what is
	// built in.
	Filters   map[string]Function
	Functions map[string]Function
	Tests     map[string]Function

	// Sandbox says what sandboxed templates may use.
	Sandbox Sandbox

	Limits Limits
}

// Env compiles templates under one set of options. It is safe for concurrent
// use, and so are the templates.
type Env struct {
	strategy  string
	strict    bool
	identity  bool
	fallback  Value
	globals   *Hash
	templates map[string]string
	location  *time.Location
	now       func() time.Time
	zones     *zones
	random    func(int64) int64
	limits    Limits
	sandbox   Sandbox

	filters, functions, tests map[string]*callDef

	mu    sync.RWMutex
	units map[string]loaded
	runs  sync.Pool
}

type loaded struct {
	unit *unit
	err  error
}

// New returns an environment. It panics on an unknown strategy, as that is a
// mistake in the program and not in a template.
func New(o Options) *Env {
	if o.Strategy == "" {
		o.Strategy = StrategyJSON
	}
	if !knownStrategy(o.Strategy) {
		panic(fmt.Sprintf("twig: unknown escaping strategy %q", o.Strategy))
	}
	e := &Env{
		strategy: o.Strategy, strict: o.StrictVariables, identity: o.IdentityOperators,
		templates: maps.Clone(o.Templates), location: o.Location, now: o.Now, random: o.Random,
		limits: o.Limits.withDefaults(), sandbox: o.Sandbox, units: map[string]loaded{}, globals: &Hash{},
	}
	if o.Fallback != "" {
		e.fallback = keyOf(o.Fallback)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Globals)) {
		e.globals.Set(name, o.Globals[name])
	}
	if e.location == nil {
		e.location = time.UTC
	}
	if e.now == nil {
		e.now = time.Now
	}
	if e.random == nil {
		e.random = randomBelow
	}
	e.zones = newZones(o.LoadLocation)
	e.filters = withAdded(builtinFilters(), o.Filters)
	e.functions = withAdded(builtinFunctions(), o.Functions)
	e.tests = withAdded(builtinTests(), o.Tests)
	if o.Dump {
		e.functions["dump"] = define("dump", "vars...", dump)
	}
	return e
}

func withAdded(defs map[string]*callDef, own map[string]Function) map[string]*callDef {
	defs = maps.Clone(defs)
	for name, f := range own {
		defs[name] = added(name, f)
	}
	return defs
}

func (e *Env) filter(name string) *callDef   { return e.filters[name] }
func (e *Env) function(name string) *callDef { return e.functions[name] }
func (e *Env) test(name string) *callDef {
	if name == "defined" {
		return definedTest
	}
	return e.tests[name]
}

// definedTest lets the parser know a test that the compiler handles itself.
var definedTest = &callDef{name: "defined"}

func (e *Env) filterNames() []string {
	return append(slices.Sorted(maps.Keys(e.filters)), "default", "raw")
}

func (e *Env) functionNames() []string {
	return append(slices.Sorted(maps.Keys(e.functions)), "attribute", "block", "include", "parent")
}

func (e *Env) testNames() []string { return append(slices.Sorted(maps.Keys(e.tests)), "defined") }

func (e *Env) templateNames() []string { return slices.Sorted(maps.Keys(e.templates)) }

// Template is a compiled template. It is never changed and safe for
// concurrent use.
type Template struct {
	env  *Env
	unit *unit
}

// Compile compiles the source of a template. The error is an *Error.
func (e *Env) Compile(name, src string) (*Template, error) {
	u, err := e.compile(name, src, jsonValue)
	if err != nil {
		return nil, err
	}
	return &Template{e, u}, nil
}

// Name returns the name that the template was compiled under.
func (t *Template) Name() string { return t.unit.src.name }

func (e *Env) compile(name, code string, spot jsonSpot) (u *unit, err error) {
	src := &source{name: name, code: code}
	defer recoverFailure(&err, src)
	if len(code) > e.limits.Template {
		src.fault(0, ErrLimit, "The template is longer than %d bytes.", e.limits.Template)
	}
	if strings.IndexByte(code, '\r') >= 0 {
		src.code = strings.ReplaceAll(strings.ReplaceAll(code, "\r\n", "\n"), "\r", "\n")
	}
	l := lexer{source: src, maxNest: e.limits.Nesting, identity: e.identity}
	p := parser{source: src, env: e, toks: l.run()}
	return compileUnit(e, p.template(), e.strategyFor(name), spot), nil
}

func (e *Env) strategyFor(name string) string {
	if e.strategy != StrategyName {
		return e.strategy
	}
	switch base := strings.TrimSuffix(name, ".twig"); {
	case strings.HasSuffix(base, ".js"), strings.HasSuffix(base, ".json"):
		return StrategyJS
	case strings.HasSuffix(base, ".css"):
		return StrategyCSS
	case strings.HasSuffix(base, ".txt"):
		return StrategyNone
	}
	return StrategyHTML
}

// unit returns a template of Options.Templates, compiled once; nil when there
// is none of that name.
func (e *Env) unit(name string) (*unit, error) {
	e.mu.RLock()
	l, ok := e.units[name]
	e.mu.RUnlock()
	if ok {
		return l.unit, l.err
	}
	code, ok := e.templates[name]
	if !ok {
		return nil, nil
	}
	l.unit, l.err = e.compile(name, code, jsonUnknown)
	e.mu.Lock()
	defer e.mu.Unlock()
	if first, ok := e.units[name]; ok {
		return first.unit, first.err
	}
	e.units[name] = l
	return l.unit, l.err
}

// Render renders the template with the variables of v, which must be an Array
// or null. The error is an *Error; it wraps ErrLimit when a bound was hit, and
// the error of ctx when that ended.
func (t *Template) Render(ctx context.Context, v Value) ([]byte, error) {
	return t.AppendRender(ctx, nil, v)
}

// AppendRender renders like Render and appends the body to dst, which is
// returned unchanged with an error.
func (t *Template) AppendRender(ctx context.Context, dst []byte, v Value) ([]byte, error) {
	r := t.env.newRun(ctx, t.unit, v)
	defer t.env.release(r)
	if err := r.render(); err != nil {
		return dst, err
	}
	return append(dst, r.out...), nil
}

func (e *Env) newRun(ctx context.Context, u *unit, v Value) *run {
	r, ok := e.runs.Get().(*run)
	if !ok {
		r = &run{env: e, out: make([]byte, 0, 4096)}
	}
	r.ctx, r.main, r.captureSpot = ctx, u, jsonUnknown
	r.steps, r.loops, r.memory = e.limits.Steps, e.limits.Loops, e.limits.Memory
	r.at = &u.start
	root := v.Array()
	var fallback *Hash
	if e.fallback.kind != inUndefined && root != nil {
		fallback = root.get(e.fallback).Array()
	}
	r.top.reset(u, root, fallback)
	r.frame = &r.top
	return r
}

// release cleans a run and keeps it for the next render.
func (e *Env) release(r *run) {
	if cap(r.out) > 1<<20 || cap(r.scratch) > 1<<20 || cap(r.stack) > 1<<12 {
		return
	}
	*r = run{
		env: e, out: r.out[:0], scratch: r.scratch[:0], stack: cleared(r.stack), marks: cleared(r.marks),
		top: frame{vars: cleared(r.top.vars), own: cleared(r.top.own), order: r.top.order[:0]},
	}
	e.runs.Put(r)
}

func cleared[T any](s []T) []T {
	clear(s[:cap(s)])
	return s[:0]
}

func (r *run) render() (err error) {
	defer recoverFailure(&err, r.main.src)
	if err := r.ctx.Err(); err != nil {
		r.failBecause(err, "Rendering was stopped: %v.", err)
	}
	r.display(r.instanceOf(r.main), nil)
	r.printed()
	return nil
}
