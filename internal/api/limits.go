package api

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// limiter bounds how fast each token may ask: a bucket that holds one second's
// requests, at least one, and refills evenly.
type limiter struct {
	perSecond float64
	now       func() time.Time

	mu      sync.Mutex
	buckets map[int64]*bucket // by token
}

type bucket struct {
	left float64
	at   time.Time
}

func newLimiter(perSecond float64, now func() time.Time) *limiter {
	return &limiter{perSecond: perSecond, now: now, buckets: map[int64]*bucket{}}
}

// admit counts the request, or refuses it with 429 and the seconds to wait.
func (l *limiter) admit(c *call) error {
	if l.perSecond <= 0 {
		return nil
	}
	left, wait := l.take(c.token.ID)
	h := c.Header()
	h.Set("X-RateLimit-Limit", strconv.Itoa(int(l.size())))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(left))
	if wait == 0 {
		return nil
	}
	seconds := strconv.Itoa(int(math.Ceil(wait.Seconds())))
	return &refusal{
		status:  http.StatusTooManyRequests,
		header:  map[string]string{"Retry-After": seconds},
		message: "Too many requests; try again in " + seconds + " s.",
	}
}

func (l *limiter) size() float64 { return max(l.perSecond, 1) }

// take returns how many requests are left, and how long to wait when none is.
func (l *limiter) take(token int64) (left int, wait time.Duration) {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[token]
	if b == nil {
		b = &bucket{left: l.size(), at: now}
		l.buckets[token] = b
	}
	b.left = min(b.left+max(now.Sub(b.at).Seconds(), 0)*l.perSecond, l.size())
	b.at = now
	if b.left < 1 {
		return 0, time.Duration((1 - b.left) / l.perSecond * float64(time.Second))
	}
	b.left--
	return int(b.left), 0
}
