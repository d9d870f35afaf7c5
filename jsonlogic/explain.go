package jsonlogic

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// The lengths, in bytes or elements, from which an explanation is shortened.
const (
	longText   = 60
	longList   = 5
	longNode   = 200
	maxReasons = 5
)

// Explain says in one line why the result is true or false:
//
//	aggregations.spend_12m >= 1000 is false: 420.5 >= 1000
//
// Several deciding nodes are separated by "; ". A node within the body of all,
// some or none is led by its element, as in "items[2]: qty > 1 is false: 1 > 1".
func (t Trace) Explain() string {
	reasons := t.reasons("")
	var lines []string
	for i, reason := range reasons {
		if i == maxReasons {
			lines = append(lines, "and "+strconv.Itoa(len(reasons)-i)+" more")
			break
		}
		line := reason.node.line()
		if reason.where != "" {
			line = reason.where + ": " + line
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

// Expression writes the node as an expression, shortened when it is long.
func (t Trace) Expression() string { return clip(t.expression(false), longNode) }

// line explains a deciding node by itself.
func (t *Trace) line() string {
	expression := t.Expression()
	switch {
	case t.Error != "":
		return expression + " failed: " + t.Error
	case !t.Evaluated:
		return expression + " was not evaluated"
	}
	line := expression + " is " + t.outcome()
	if detail := t.detail(); detail != "" && detail != expression {
		line += ": " + detail
	}
	return line
}

// outcome is the truth of the result: exact for a bool, else in kind.
func (t *Trace) outcome() string {
	truth := strconv.FormatBool(t.Value.Truthy())
	if t.Value.kind == KindBool {
		return truth
	}
	return map[string]string{"true": "truthy", "false": "falsy"}[truth]
}

// detail shows the values that the node worked on, or else its result.
func (t *Trace) detail() string {
	switch t.Operator {
	case "all", "some", "none":
		return t.Children[0].expression(false) + " is " + shorten(t.Children[0].Value)
	}
	if t.Value.kind != KindBool {
		return shorten(t.Value)
	}
	if t.explainable() {
		return clip(t.expression(true), longNode)
	}
	return ""
}

// within names the element that t, the body of a run over list, worked on.
func (t *Trace) within(list *Trace, where string) string {
	name := list.operand(false) + "[" + strconv.Itoa(t.Element) + "]"
	if where != "" {
		return where + "." + name
	}
	return name
}

// symbols are the operators written between their operands.
var symbols = map[string]bool{
	"and": true, "or": true, "in": true,
	"==": true, "!=": true, "===": true, "!==": true, "<": true, "<=": true, ">": true, ">=": true,
	"+": true, "-": true, "*": true, "/": true, "%": true,
}

// expression writes the node; with values, its operands as what they were.
func (t *Trace) expression(values bool) string {
	switch {
	case t.literal:
		return shorten(t.Value)
	case t.Operator == "":
		return "[" + t.list(", ", values) + "]"
	case t.Operator == "var" && t.Path != "":
		return clip(t.Path, longNode)
	case t.Operator == "var" && len(t.Children) == 0:
		return "this"
	case t.Operator == "!" || t.Operator == "!!":
		return t.Operator + t.Children[0].shown(values)
	case symbols[t.Operator] && len(t.Children) > 1:
		return t.list(" "+t.Operator+" ", values)
	}
	return t.Operator + "(" + t.list(", ", values) + ")"
}

// list writes the operands, a body that ran several times once. It stops when
// the text is too long to be shown anyway.
func (t *Trace) list(separator string, values bool) string {
	var b strings.Builder
	for i := range t.Children {
		child := &t.Children[i]
		if child.Element > 0 {
			continue
		}
		if b.Len() > longNode {
			b.WriteString("…")
			break
		}
		if i > 0 {
			b.WriteString(separator)
		}
		if separator == ", " && !values {
			b.WriteString(child.expression(false))
		} else {
			b.WriteString(child.shown(values))
		}
	}
	return b.String()
}

// shown writes t as an operand, or as the value it had.
func (t *Trace) shown(values bool) string {
	if values && t.Evaluated {
		return shorten(t.Value)
	}
	return t.operand(values)
}

// operand writes t in brackets where it would be misread without.
func (t *Trace) operand(values bool) string {
	if symbols[t.Operator] && len(t.Children) > 1 {
		return "(" + t.expression(values) + ")"
	}
	return t.expression(values)
}

// shorten writes a value as JSON, cutting what is long.
func shorten(v Value) string {
	switch v.kind {
	case KindString:
		return string(appendQuoted(nil, clip(v.Text(), longText)))
	case KindArray:
		return "[" + shortenList(v) + "]"
	case KindObject:
		return "{" + shortenMembers(v) + "}"
	}
	return v.text() // with NaN, which JSON has not
}

func shortenList(v Value) string {
	var parts []string
	for i, element := range v.elements() {
		if i == longList {
			parts = append(parts, "… "+strconv.Itoa(v.Len()-i)+" more")
			break
		}
		parts = append(parts, shortenPart(element))
	}
	return strings.Join(parts, ", ")
}

func shortenMembers(v Value) string {
	var parts []string
	for key, value := range v.Members() {
		if len(parts) == longList {
			parts = append(parts, "… "+strconv.Itoa(v.Len()-longList)+" more")
			break
		}
		parts = append(parts, string(appendQuoted(nil, clip(key, longText)))+": "+shortenPart(value))
	}
	return strings.Join(parts, ", ")
}

// shortenPart writes a value inside another one; what it contains is left out.
func shortenPart(v Value) string {
	switch {
	case v.kind == KindArray && v.Len() > 0:
		return "[…]"
	case v.kind == KindObject && v.Len() > 0:
		return "{…}"
	}
	return shorten(v)
}

// clip cuts s to about size bytes, between characters.
func clip(s string, size int) string {
	if len(s) <= size {
		return s
	}
	for size > 0 && !utf8.RuneStart(s[size]) {
		size--
	}
	return s[:size] + "…"
}
