package twig

import "context"

// RenderJSON renders like Render and checks that the body is one JSON value.
// If it is not, the *Error names the byte of the body (Offset), the place in
// the template that wrote it, and the print there or before it (Variable).
func (t *Template) RenderJSON(ctx context.Context, v Value) ([]byte, error) {
	return t.AppendRenderJSON(ctx, nil, v)
}

// AppendRenderJSON is RenderJSON appending to dst, as AppendRender does.
func (t *Template) AppendRenderJSON(ctx context.Context, dst []byte, v Value) ([]byte, error) {
	r := t.env.newRun(ctx, t.unit, v)
	defer t.env.release(r)
	r.tracing = true
	if err := r.render(); err != nil {
		return dst, err
	}
	if problem := checkJSON(r.out); problem != nil {
		return dst, r.blame(problem)
	}
	return append(dst, r.out...), nil
}

// checkJSON returns what keeps a text from being JSON, or nil.
func checkJSON(body []byte) *JSONError {
	d := decoder{src: bytesText(body), dry: true}
	d.space()
	d.value()
	d.space()
	if d.err == nil && d.pos < len(d.src) {
		d.fail("nothing more is expected after the value")
	}
	return d.err
}

// blame finds the part of the template that wrote a byte of the body.
func (r *run) blame(problem *JSONError) *Error {
	at, print := 0, -1
	for i, m := range r.marks {
		if m.offset > problem.Offset || m.offset == len(r.out) {
			break
		}
		at = i
		if m.print != nil {
			print = i
		}
	}
	e := &Error{Template: r.main.src.name, Line: 1, Column: 1, Offset: problem.Offset, cause: problem}
	if len(r.marks) > 0 {
		m := r.marks[at]
		pos := m.pos
		if m.print == nil {
			pos += problem.Offset - m.offset
		}
		e.Template = m.src.name
		e.Line, e.Column = m.src.position(pos)
	}
	where := ""
	if print >= 0 {
		e.Variable = r.marks[print].print.String()
		where = " in {{ " + e.Variable + " }}"
		if print != at {
			where = " after {{ " + e.Variable + " }}"
		}
	}
	e.Message = "The body is " + problem.Error() + where + "."
	return e
}
