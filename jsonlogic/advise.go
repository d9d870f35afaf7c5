package jsonlogic

import (
	"maps"
	"slices"
	"strings"
)

// otherNames are what other languages call an operator.
var otherNames = map[string]string{
	"&&": "and", "||": "or", "not": "!", "=": "==", "eq": "==", "equals": "==", "is": "==",
	"ne": "!=", "neq": "!=", "<>": "!=", "gt": ">", "gte": ">=", "ge": ">=", "=>": ">=",
	"lt": "<", "lte": "<=", "le": "<=", "=<": "<=", "between": "<", "mod": "%",
	"add": "+", "sum": "+", "plus": "+", "sub": "-", "subtract": "-", "minus": "-",
	"mul": "*", "multiply": "*", "times": "*", "div": "/", "divide": "/",
	"concat": "cat", "join": "cat", "substring": "substr", "slice": "substr",
	"contains": "in", "includes": "in", "has": "in", "any": "some", "exists": "some",
	"every": "all", "fold": "reduce", "get": "var", "path": "var", "field": "var",
	"cond": "if", "case": "if", "when": "if", "bool": "!!", "datediff": "date_diff",
}

// advise says which operator the author may have meant.
func (c *compiler) advise(name string) string {
	lower := strings.ToLower(strings.TrimSpace(name))
	if meant, found := otherNames[lower]; found {
		return didYouMean(meant)
	}
	known := slices.Concat(coreOperators(), slices.Sorted(maps.Keys(c.operators)))
	if meant := nearest(lower, known); meant != "" {
		return didYouMean(meant)
	}
	return "known are " + strings.Join(known, " ")
}

func didYouMean(name string) string { return `did you mean "` + name + `"?` }

// nearest gives the candidate with the fewest typing errors, if they are few.
func nearest(name string, candidates []string) string {
	best, fewest := "", max(1, min(2, len(name)/3))+1
	if len(name) > 32 {
		return ""
	}
	for _, candidate := range candidates {
		if d := distance(name, strings.ToLower(candidate)); d < fewest && d < len(candidate) {
			best, fewest = candidate, d
		}
	}
	return best
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours that make b of a.
func distance(a, b string) int {
	var older []int
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			replace := last[j]
			if a[i] != b[j] {
				replace++
			}
			row[j+1] = min(replace, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], older[j-1]+1)
			}
		}
		older, last = last, row
	}
	return last[len(b)]
}
