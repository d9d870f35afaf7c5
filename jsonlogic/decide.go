package jsonlogic

// Deciding gives the deepest nodes that made the result true or false, in the
// order of the rule. For an and that is false it looks into the argument that
// was false, for an or that is false into all of them; a comparison decides
// itself. When an error ended the evaluation, it is the node with the error.
func (t Trace) Deciding() []Trace {
	var nodes []Trace
	for _, reason := range t.reasons("") {
		nodes = append(nodes, reason.node)
	}
	return nodes
}

// reason is a deciding node, and where its relative paths start.
type reason struct {
	node  Trace
	where string // "items[2]", "" at the root
}

// reasons looks for the deciding nodes from t down. A node of the rule that
// has no better reason to offer is its own.
func (t *Trace) reasons(where string) []reason {
	if failed := t.failedChild(); failed != nil {
		return failed.reasons(where)
	}
	var found []reason
	switch t.Operator {
	case "and":
		found = t.fromJunction(where, true)
	case "or":
		found = t.fromJunction(where, false)
	case "!", "!!", "log":
		if child := &t.Children[0]; child.explainable() {
			found = child.reasons(where)
		}
	case "if", "?:":
		found = t.fromBranches(where)
	case "all", "some", "none":
		found = t.fromBodies(where)
	}
	if len(found) == 0 {
		return []reason{{node: *t, where: where}}
	}
	return found
}

func (t *Trace) failedChild() *Trace {
	if t.Error != "" {
		return nil
	}
	for i := range t.Children {
		if t.Children[i].failed() {
			return &t.Children[i]
		}
	}
	return nil
}

func (t *Trace) failed() bool { return t.Error != "" || t.failedChild() != nil }

// explainable reports whether the truth of t has reasons of its own, which
// that of a path or a literal has not.
func (t *Trace) explainable() bool {
	switch t.Operator {
	case "and", "or", "!", "!!", "if", "?:", "all", "some", "none",
		"==", "!=", "===", "!==", "<", "<=", ">", ">=", "in", "log":
		return true
	}
	return false
}

// fromJunction takes the one argument that went against going on, or all when
// none did.
func (t *Trace) fromJunction(where string, goesOn bool) []reason {
	var found []reason
	for i := range t.Children {
		child := &t.Children[i]
		if !child.Evaluated {
			break
		}
		own := child.reasons(where)
		if child.Value.Truthy() != goesOn {
			return own
		}
		found = append(found, own...)
	}
	return found
}

// fromBranches explains the branch taken, or where that is a literal, the
// conditions that led to it.
func (t *Trace) fromBranches(where string) []reason {
	var conditions []reason
	i := 0
	for ; i+1 < len(t.Children); i += 2 {
		condition, branch := &t.Children[i], &t.Children[i+1]
		own := condition.reasons(where)
		if !condition.Value.Truthy() {
			conditions = append(conditions, own...)
			continue
		}
		if branch.explainable() {
			return branch.reasons(where)
		}
		return own
	}
	if i < len(t.Children) && t.Children[i].explainable() {
		return t.Children[i].reasons(where)
	}
	return conditions
}

// fromBodies takes the run that settled the question, which is the last, or
// all runs when none settled it.
func (t *Trace) fromBodies(where string) []reason {
	list, runs := &t.Children[0], t.Children[1:]
	last := &runs[len(runs)-1]
	if !last.Evaluated || t.Truncated {
		return nil
	}
	if last.Value.Truthy() != (t.Operator == "all") {
		return last.reasons(last.within(list, where))
	}
	var found []reason
	for i := range runs {
		found = append(found, runs[i].reasons(runs[i].within(list, where))...)
	}
	return found
}
