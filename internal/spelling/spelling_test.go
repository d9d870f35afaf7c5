package spelling

import "testing"

func TestClosestFindsSlipsAndLeavesOtherWordsAlone(t *testing.T) {
	names := []string{"gold", "silver", "birthday-reward", "a", "total"}
	for word, want := range map[string]string{
		"gold": "gold", "glod": "gold", "golden": "gold", "sliver": "silver", "birthday_reward": "birthday-reward",
		"birthdayreward": "birthday-reward", "platinum": "", "": "a", "b": "a", "totl": "total", "totals": "total",
	} {
		if got, ok := Closest(word, names); got != want || ok != (want != "") {
			t.Errorf("closest to %q is %q, want %q", word, got, want)
		}
	}
	if _, ok := Closest("gold", nil); ok {
		t.Error("a name was found among none")
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"kitten", "sitting", 3}, {"ab", "ba", 1}, {"handle", "handel", 1}, {"ca", "abc", 3},
	} {
		if got := Distance(c.a, c.b); got != c.want {
			t.Errorf("distance of %q and %q is %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func BenchmarkClosest(b *testing.B) {
	names := make([]string, 500)
	for i := range names {
		names[i] = "profile.aggregations.spend_12m"
	}
	b.ReportAllocs()
	for b.Loop() {
		Closest("profile.agregations.spend_21m", names)
	}
}
