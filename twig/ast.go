package twig

// expr is a node of an expression; the position is its first byte.
type expr interface{ at() int }

type pos int

func (p pos) at() int { return int(p) }

type (
	constExpr struct {
		pos
		val Value
	}
	nameExpr struct {
		pos
		name string
	}
	// joinExpr is string interpolation: parts printed one after the other.
	joinExpr struct {
		pos
		parts []expr
	}
	// arrayExpr is a sequence or mapping literal.
	arrayExpr struct {
		pos
		mapping bool
		items   []arrayItem
	}
	arrayItem struct {
		key    expr // nil in sequences and for spreads
		val    expr
		spread bool
	}
	unaryExpr struct {
		pos
		op      string
		operand expr
	}
	binaryExpr struct {
		pos
		op          string
		left, right expr
	}
	// condExpr is a ? b : c; yes is nil for a ?: c.
	condExpr struct {
		pos
		test, yes, no expr
	}
	attrExpr struct {
		pos
		object   expr
		name     expr // a constExpr for a.b
		bracket  bool // a[b]
		call     bool // a.b(…)
		args     []argument
		nullSafe bool // a?.b
	}
	filterExpr struct {
		pos
		operand expr // nil stands for the captured text of {% apply %}
		name    string
		args    []argument
	}
	callExpr struct {
		pos
		name string
		args []argument
	}
	testExpr struct {
		pos
		operand expr
		name    string
		args    []argument
		negated bool
	}
	arrowExpr struct {
		pos
		params []string
		body   expr
	}
	// assignExpr is target = value inside an expression.
	assignExpr struct {
		pos
		target expr
		value  expr
	}
	argument struct {
		name   string // empty for positional ones
		val    expr
		spread bool
		pos    int
	}
)

// stmt is a node of a template's body.
type stmt interface{ at() int }

type (
	textStmt struct {
		pos
		text string
	}
	printStmt struct {
		pos
		val expr
		end int
	}
	ifStmt struct {
		pos
		branches []branch
		other    []stmt
	}
	branch struct {
		test expr
		body []stmt
	}
	forStmt struct {
		pos
		key, val string // key is empty unless two names are given
		seq      expr
		body     []stmt
		other    []stmt
		hasElse  bool
	}
	setStmt struct {
		pos
		names []string
		vals  []expr
	}
	captureStmt struct {
		pos
		name string
		body []stmt
	}
	applyStmt struct {
		pos
		filter expr // a chain of filters whose innermost operand is nil
		body   []stmt
	}
	autoescapeStmt struct {
		pos
		strategy string
		body     []stmt
	}
	blockStmt struct {
		pos
		name     string
		body     []stmt
		declared bool // in a template that extends another: not shown in place
	}
	extendsStmt struct {
		pos
		parent expr
	}
	useStmt struct {
		pos
		template string
		aliases  []alias
	}
	alias struct{ from, to string }
	// includeStmt is include and, with a body, embed.
	includeStmt struct {
		pos
		template      expr
		with          expr
		only          bool
		ignoreMissing bool
		embedded      *parsed
	}
	importStmt struct {
		pos
		template expr
		as       string
	}
	fromStmt struct {
		pos
		template expr
		names    []alias
	}
	macroStmt struct {
		pos
		name   string
		params []macroParam
		body   []stmt
	}
	macroParam struct {
		name string
		def  expr // nil without a default
	}
	withStmt struct {
		pos
		vars expr
		only bool
		body []stmt
	}
	doStmt struct {
		pos
		val expr
	}
	guardStmt struct {
		pos
		kind, name  string
		body, other []stmt
	}
	deprecatedStmt struct {
		pos
		message expr
	}
	// groupStmt is the sandbox tag.
	groupStmt struct {
		pos
		body []stmt
	}
)

// parsed is one template, or the body of an embed, as the parser leaves it.
type parsed struct {
	src    *source
	body   []stmt
	parent *extendsStmt
	uses   []*useStmt
}

// tagOf returns the name of the tag that a statement comes from, or nothing.
func tagOf(s stmt) string {
	switch s := s.(type) {
	case *ifStmt:
		return "if"
	case *forStmt:
		return "for"
	case *setStmt, *captureStmt:
		return "set"
	case *applyStmt:
		return "apply"
	case *autoescapeStmt:
		return "autoescape"
	case *blockStmt:
		return "block"
	case *includeStmt:
		if s.embedded != nil {
			return "embed"
		}
		return "include"
	case *importStmt:
		return "import"
	case *fromStmt:
		return "from"
	case *macroStmt:
		return "macro"
	case *withStmt:
		return "with"
	case *doStmt:
		return "do"
	case *guardStmt:
		return "guard"
	case *deprecatedStmt:
		return "deprecated"
	case *groupStmt:
		return "sandbox"
	}
	return ""
}

// constantArgument returns the text of the argument at a place or of a name,
// and whether it is a literal.
func constantArgument(args []argument, place int, name string) (string, bool) {
	for i, a := range args {
		if a.spread {
			return "", false
		}
		if a.name == "" && i == place || a.name != "" && snakeCase(a.name) == name {
			return literalText(a.val)
		}
	}
	return "", false
}
