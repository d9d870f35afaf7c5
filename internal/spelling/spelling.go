// Package spelling finds what somebody who misspelt a name may have meant. It
// does not correct anything.
package spelling

// Closest returns the name that differs least from the word, if that is little
// enough for a slip: one letter in three, and never more than three. Of equals
// it is the first.
func Closest(word string, names []string) (closest string, ok bool) {
	least := min(max(len(word)/3, 1), 3) + 1
	for _, name := range names {
		if d := len(name) - len(word); d >= least || -d >= least {
			continue
		}
		if d := Distance(word, name); d < least {
			closest, least, ok = name, d, true
		}
	}
	return closest, ok
}

// Hint is a question to put behind the complaint about a word, with a space
// before it; "" when no name is close.
func Hint(word string, names []string) string {
	if name, ok := Closest(word, names); ok {
		return ` Did you mean "` + name + `"?`
	}
	return ""
}

// Distance counts the bytes to insert, delete, replace or exchange with their
// neighbours to make b of a (the optimal string alignment distance).
func Distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := last[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			row[j] = min(replaced, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
