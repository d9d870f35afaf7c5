package twig

import "slices"

// Sandbox lists what templates may use that are included with sandboxed = true
// or inside a sandbox tag. What is not listed is refused; the zero value refuses
// every tag, filter and function.
type Sandbox struct {
	Tags      []string
	Filters   []string
	Functions []string
}

// usage is a tag, filter or function that a template names.
type usage struct {
	kind, name string
	pos        int
}

// uses notes what a template names, for the sandbox.
func (c *compiler) uses(kind, name string, pos int) {
	for _, u := range c.unit.usages {
		if u.kind == kind && u.name == name {
			return
		}
	}
	c.unit.usages = append(c.unit.usages, usage{kind, name, pos})
}

// checkSandbox fails at the first thing in a template that is not allowed.
func (r *run) checkSandbox(u *unit) {
	for _, use := range u.usages {
		allowed, title := r.env.sandbox.Tags, "Tag"
		switch use.kind {
		case "filter":
			allowed, title = r.env.sandbox.Filters, "Filter"
		case "function":
			allowed, title = r.env.sandbox.Functions, "Function"
		}
		if !slices.Contains(allowed, use.name) {
			u.src.fault(use.pos, nil, "%s %q is not allowed.", title, use.name)
		}
	}
}

// sandboxed runs something with the sandbox on.
func (r *run) sandboxed(on bool, do func()) {
	before := r.sandbox
	r.sandbox = before || on
	do()
	r.sandbox = before
}
