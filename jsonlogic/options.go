package jsonlogic

import "time"

// The bounds of Compile and of an evaluation.
const (
	DefaultRuleDepth = 128
	DefaultRuleBytes = 256 << 10
	DefaultSteps     = 1_000_000
)

// Option changes how Compile reads a rule or how the rule runs.
type Option func(*config)

type config struct {
	fallback  string
	operators map[string]operator
	depth     int
	bytes     int
	steps     int
}

// Fallback names a member of the data in which a path is looked up when the
// data itself lacks its first segment: with Fallback("profile") the path
// "email" finds profile.email. A member that is there counts, even when null.
// It does not apply inside the bodies of map, filter, reduce, all, some and
// none, where paths start at the element.
func Fallback(member string) Option {
	return func(c *config) { c.fallback = member }
}

// Operator registers a further operator. It takes from atLeast to atMost
// arguments; atMost below zero means any number. Run gets the evaluated
// arguments, which it must not keep, and must be safe for concurrent use. The
// name must not be one the package already has.
func Operator(name string, atLeast, atMost int, run func(arguments []Value) (Value, error)) Option {
	return func(c *config) {
		if c.operators == nil {
			c.operators = map[string]operator{}
		}
		c.operators[name] = operator{atLeast: atLeast, atMost: atMost, run: runRegistered(run)}
	}
}

// MaxDepth bounds the nesting of a rule; the default is DefaultRuleDepth.
func MaxDepth(levels int) Option {
	return func(c *config) { c.depth = levels }
}

// MaxBytes bounds the size of a rule; the default is DefaultRuleBytes.
func MaxBytes(bytes int) Option {
	return func(c *config) { c.bytes = bytes }
}

// MaxSteps bounds the work of one evaluation; the default is DefaultSteps. A
// node costs one step each time it runs, long text and large arrays some more.
// The same number bounds the size of what a rule builds, in nodes and pieces
// of 16 bytes; its depth is bounded by DefaultDepth.
func MaxSteps(steps int) Option {
	return func(c *config) { c.steps = steps }
}

// EvalOption changes one evaluation.
type EvalOption struct{ now time.Time }

// At sets the time that the operator now gives. Without it, it is the time at
// which the evaluation first asks.
func At(now time.Time) EvalOption { return EvalOption{now: now} }
