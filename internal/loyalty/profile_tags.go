package loyalty

import (
	"fmt"
	"strings"
)

const (
	maxTags     = 500
	maxTagChars = 191
)

// setTags replaces the tags.
func (c *profileChange) setTags(in []string) {
	c.rec.Tags = normalTags(in)
	checkTags(&c.invalid, c.rec.Tags)
}

// normalTags returns tags as they are kept: without spaces around them, hyphens
// for the spaces inside, each once, in the order given.
func normalTags(in []string) []string {
	var out []string
	seen := make(map[string]bool, len(in))
	for _, tag := range in {
		tag = strings.Join(strings.Fields(tag), "-")
		if tag == "" || seen[tag] {
			continue
		}
		seen[tag] = true
		out = append(out, tag)
	}
	return out
}

func checkTags(invalid *InvalidError, tags []string) {
	if len(tags) > maxTags {
		invalid.Add("tags", "The tags may not have more than %d items.", maxTags)
	}
	for i, tag := range tags {
		field := fmt.Sprintf("tags.%d", i)
		if len([]rune(tag)) > maxTagChars {
			invalid.Add(field, "The tag may not be greater than %d characters.", maxTagChars)
		}
		if strings.ContainsRune(tag, 0) {
			invalid.Add(field, "The tag may not hold a NUL character.")
		}
	}
}
