package webhook

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func mustSeen(t testing.TB, o MemorySeenOptions) *MemorySeen {
	t.Helper()
	seen, err := NewMemorySeen(o)
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

func wantClaim(t *testing.T, seen Seen, id string, want SeenState) {
	t.Helper()
	if got, err := seen.Claim(context.Background(), id); err != nil || got != want {
		t.Fatalf("claim %s: %v, %v; want %v", id, got, err, want)
	}
}

func record(t *testing.T, seen Seen, id string) {
	t.Helper()
	wantClaim(t, seen, id, SeenNever)
	if err := seen.Done(context.Background(), id); err != nil {
		t.Fatal(err)
	}
}

func TestAnIDIsClaimedOnceUntilItIsForgotten(t *testing.T) {
	seen := mustSeen(t, MemorySeenOptions{})
	wantClaim(t, seen, "a", SeenNever)
	wantClaim(t, seen, "a", SeenInFlight)
	wantClaim(t, seen, "b", SeenNever)
	if err := seen.Forget(context.Background(), "a"); err != nil {
		t.Fatal(err)
	}
	record(t, seen, "a")
	wantClaim(t, seen, "a", SeenDone)
	wantClaim(t, seen, "b", SeenInFlight)
}

func TestProcessedIDsExpire(t *testing.T) {
	now := testTime
	seen := mustSeen(t, MemorySeenOptions{TTL: time.Hour, Now: func() time.Time { return now }})
	record(t, seen, "a")
	wantClaim(t, seen, "held", SeenNever)
	now = now.Add(time.Hour - 1)
	wantClaim(t, seen, "a", SeenDone)
	now = now.Add(time.Hour - 1)
	wantClaim(t, seen, "a", SeenDone)
	now = now.Add(time.Hour)
	wantClaim(t, seen, "a", SeenNever)
	wantClaim(t, seen, "held", SeenInFlight)
}

func TestTheIDsUnusedForLongestAreEvictedFirst(t *testing.T) {
	seen := mustSeen(t, MemorySeenOptions{Capacity: 2})
	record(t, seen, "a")
	record(t, seen, "b")
	wantClaim(t, seen, "a", SeenDone)
	record(t, seen, "c")
	wantClaim(t, seen, "a", SeenDone)
	wantClaim(t, seen, "c", SeenDone)
	wantClaim(t, seen, "b", SeenNever)
}

func TestANegativeBoundIsRefused(t *testing.T) {
	for _, o := range []MemorySeenOptions{{Capacity: -1}, {TTL: -1}} {
		if _, err := NewMemorySeen(o); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
}

// Against a model: a claim is exclusive, a processed id within capacity is remembered, and memory stays bounded.
func TestMemorySeenKeepsItsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const capacity = 4
		ctx := context.Background()
		seen, err := NewMemorySeen(MemorySeenOptions{Capacity: capacity})
		if err != nil {
			t.Fatal(err)
		}
		inFlight := map[string]bool{}
		var recent []string // processed, last used at the end
		remove := func(id string) {
			for i, other := range recent {
				if other == id {
					recent = append(recent[:i:i], recent[i+1:]...)
					return
				}
			}
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			id := fmt.Sprint(rapid.IntRange(0, 7).Draw(t, "id"))
			if inFlight[id] {
				if rapid.Bool().Draw(t, "done") {
					seen.Done(ctx, id)
					recent = append(recent, id)
					recent = recent[max(0, len(recent)-capacity):]
				} else {
					seen.Forget(ctx, id)
				}
				delete(inFlight, id)
				continue
			}
			want := SeenNever
			for _, other := range recent {
				if other == id {
					want = SeenDone
				}
			}
			if got, _ := seen.Claim(ctx, id); got != want {
				t.Fatalf("claim %s: %v, want %v (recent %v)", id, got, want, recent)
			}
			if want == SeenDone {
				remove(id)
				recent = append(recent, id)
				continue
			}
			if got, _ := seen.Claim(ctx, id); got != SeenInFlight {
				t.Fatalf("second claim of %s: %v", id, got)
			}
			inFlight[id] = true
		}
		if len(seen.done) != len(recent) || seen.recent.Len() != len(recent) || len(seen.inFlight) != len(inFlight) {
			t.Fatalf("%d done, %d in the list, %d in flight; want %d, %d", len(seen.done), seen.recent.Len(), len(seen.inFlight), len(recent), len(inFlight))
		}
	})
}
