package timing

import "time"

// wall is what a clock in the moment's zone shows, as a time in UTC.
func wall(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// instant is the moment at which a clock in the zone shows w, which is in UTC.
// When it does so twice, because the clock was turned back, it is the first; when
// it never does, because the clock was turned forward, it is right after that.
func instant(w time.Time, zone *time.Location) time.Time {
	t := time.Date(w.Year(), w.Month(), w.Day(), w.Hour(), w.Minute(), w.Second(), 0, zone)
	begin, end := t.ZoneBounds()
	switch shown := wall(t); {
	case shown.After(w):
		return begin
	case shown.Before(w):
		return end
	case begin.IsZero():
		return t
	}
	_, offset := t.Zone()
	_, before := begin.Add(-time.Second).Zone()
	earlier := t.Add(time.Duration(offset-before) * time.Second)
	if offset < before && earlier.Before(begin) {
		return earlier
	}
	return t
}
