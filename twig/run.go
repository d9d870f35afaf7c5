package twig

import (
	"context"
	"fmt"
	"unsafe"
)

// run is one render. It is used by one goroutine at a time.
type run struct {
	env   *Env
	ctx   context.Context
	main  *unit
	out   []byte
	frame *frame
	in    *instance
	at    *site // of the call being made, for errors

	top       frame               // of the template that is rendered
	first     instance            // likewise
	instances map[*unit]*instance // of the others
	blocks    map[string]blockRef // in force: of the child before those of the parent

	stack   []Value // arguments of the calls being made
	scratch []byte  // texts being put together

	spot        jsonSpot // of a JSON body, up to scanned
	scanned     int
	captureSpot jsonSpot // where the next captured text will stand, if it is printed at once

	sandbox bool // a sandboxed template is being rendered

	steps   int // left of Limits.Steps
	loops   int // left of Limits.Loops
	memory  int // left of Limits.Memory
	depth   int // of calls
	nesting int // of the values being compared

	captures int
	tracing  bool
	marks    []mark
}

// mark tells which part of the template the output from a byte on comes from.
type mark struct {
	offset int
	pos    int
	src    *source
	print  *printed
}

func (r *run) exec(body []exec) {
	for _, e := range body {
		if r.steps--; r.steps&0xff == 0 {
			r.check()
		}
		e(r)
	}
}

// step counts one unit of work.
func (r *run) step() {
	if r.steps--; r.steps&0xff == 0 {
		r.check()
	}
}

// check looks at the deadline and the fuel, every 256 steps.
func (r *run) check() {
	if r.steps <= 0 {
		r.failLimit("The template needs more than %d steps.", r.env.limits.Steps)
	}
	if err := r.ctx.Err(); err != nil {
		r.failBecause(err, "Rendering was stopped: %v.", err)
	}
}

// work counts n steps at once.
func (r *run) work(n int) {
	before := r.steps
	r.steps -= n
	if r.steps <= 0 || before>>8 != r.steps>>8 {
		r.check()
	}
}

// workOn counts the work that two texts of some length make.
func (r *run) workOn(a, b Value) {
	if n := a.size() + b.size(); n >= 64 {
		r.work(n / 64)
	}
}

// iterate counts one turn of a loop, in a tag or inside a filter.
func (r *run) iterate() {
	if r.loops--; r.loops < 0 {
		r.failLimit("The template loops more than %d times.", r.env.limits.Loops)
	}
	r.step()
}

// use counts bytes of a value that the template makes.
func (r *run) use(bytes int) {
	if r.memory -= bytes; r.memory < 0 {
		r.failLimit("The template makes more than %d bytes of values.", r.env.limits.Memory)
	}
}

// The bytes of an array without entries, and of each entry.
const (
	hashSize = int(unsafe.Sizeof(Hash{}))
	itemSize = int(unsafe.Sizeof(pair{}))
)

// useItems counts the entries of an array that the template makes.
func (r *run) useItems(n int) {
	r.use(hashSize + n*itemSize)
	r.work(n / 8)
}

// printed checks the size of the output.
func (r *run) printed() {
	if len(r.out) > r.env.limits.Output {
		r.failLimit("The output is longer than %d bytes.", r.env.limits.Output)
	}
}

func (r *run) enterCall() {
	if r.depth++; r.depth > r.env.limits.CallDepth {
		r.failLimit("Calls are nested more than %d deep.", r.env.limits.CallDepth)
	}
}

func (r *run) leaveCall() { r.depth-- }

// enterValue guards the recursion over arrays that hold each other.
func (r *run) enterValue() {
	if r.nesting++; r.nesting > maxJSONDepth {
		r.failLimit("A value is nested more than %d deep.", maxJSONDepth)
	}
}

func (r *run) leaveValue() { r.nesting-- }

// fail stops the render at the current site.
func (r *run) fail(format string, args ...any) {
	r.at.src.fault(r.at.pos, nil, format, args...)
}

func (r *run) failBecause(cause error, format string, args ...any) {
	r.at.src.fault(r.at.pos, cause, format, args...)
}

func (r *run) failLimit(format string, args ...any) {
	panic(failure{r.limitError(fmt.Sprintf(format, args...))})
}

func (r *run) limitError(message string) *Error {
	line, column := r.at.src.position(r.at.pos)
	return &Error{Template: r.at.src.name, Line: line, Column: column, Offset: -1, Message: message, cause: ErrLimit}
}

// mark notes where the output that follows comes from.
func (r *run) mark(pos int, print *printed) {
	if r.tracing && r.captures == 0 {
		r.marks = append(r.marks, mark{len(r.out), pos, r.in.u.src, print})
	}
}

// capturing is the state that the end of a capture gives back.
type capturing struct {
	start       int
	scanned     int
	spot        jsonSpot
	captureSpot jsonSpot
	kind        uint8
}

// begin starts to capture output of some form, which is printed where
// captureSpot says or, when that is unknown, becomes a value.
func (r *run) begin(form textForm) capturing {
	c := capturing{len(r.out), r.scanned, r.spot, r.captureSpot, inMarkup}
	r.scanned, r.spot, r.captureSpot = len(r.out), r.captureSpot, jsonUnknown
	switch {
	case form <= formQuoted && r.spot == jsonUnknown:
		r.spot = jsonValue
	case form == formQuoted && r.spot.inString():
		r.spot, c.kind = jsonValue, inString // JSON in a string of JSON
	case r.spot == jsonUnknown, form == formText && r.spot <= jsonMember:
		r.spot = jsonPlain
	}
	if r.spot == jsonPlain {
		c.kind = inString
	}
	r.captures++
	return c
}

// finish returns what was output since begin.
func (r *run) finish(c capturing) Value {
	text := string(r.out[c.start:])
	r.use(len(text))
	r.out = r.out[:c.start]
	r.scanned, r.spot, r.captureSpot = c.scanned, c.spot, c.captureSpot
	r.captures--
	if text == "" {
		return emptyString
	}
	return textValue(c.kind, text)
}

// capture returns what a body prints, as a value of the kind that it is.
func (r *run) capture(body []exec, kind uint8) Value {
	saved := r.unprinted()
	form := formJSON
	if kind == inString {
		form = formText
	}
	c := r.begin(form)
	r.exec(body)
	text := r.finish(c)
	r.captureSpot = saved
	return text
}

// unprinted says that what is captured next is not printed at once, and
// returns what captureSpot was.
func (r *run) unprinted() jsonSpot {
	spot := r.captureSpot
	r.captureSpot = jsonUnknown
	return spot
}

// takeScratch makes a string of the scratch bytes from base on.
func (r *run) takeScratch(base int) Value {
	text := string(r.scratch[base:])
	r.use(len(text))
	r.scratch = r.scratch[:base]
	return StringValue(text)
}

// newFrame makes a frame for a template, block or macro that is called.
func (r *run) newFrame(u *unit, root, fallback *Hash) *frame {
	r.use(frameSize + slotSize*len(u.names))
	return newFrame(u, root, fallback)
}

// copyFrame copies a frame and counts it.
func (r *run) copyFrame(f *frame) *frame {
	r.use(frameSize + slotSize*len(f.vars))
	return f.copy()
}

// The bytes of a frame and of each of its variables.
const (
	frameSize = int(unsafe.Sizeof(frame{}))
	slotSize  = int(unsafe.Sizeof(Value{})) + 2
)

// contextOf returns all variables of a frame and counts a copy of them.
func (r *run) contextOf(f *frame) *Hash {
	r.work(len(f.own) / 32)
	h := f.context()
	if h != f.root {
		r.useItems(h.Len())
	}
	return h
}

// iterable returns the entries that a loop or filter goes over; what cannot be
// gone over has none.
func (r *run) iterable(v Value) *Hash {
	v = v.plain()
	if v.kind == inArray {
		return v.array()
	}
	return emptyArray.array()
}

func bytesText(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
