package twig

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// zones finds time zones by name and keeps those found.
type zones struct {
	load  func(string) (*time.Location, error)
	mu    sync.RWMutex
	known map[string]*time.Location
}

func newZones(load func(string) (*time.Location, error)) *zones {
	if load == nil {
		load = time.LoadLocation
	}
	return &zones{load: load, known: map[string]*time.Location{}}
}

// find returns the zone of an IANA name, an offset or a common abbreviation.
func (z *zones) find(name string) (*time.Location, error) {
	z.mu.RLock()
	loc := z.known[name]
	z.mu.RUnlock()
	if loc != nil {
		return loc, nil
	}
	loc, err := z.resolve(name)
	if err != nil {
		return nil, err
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if len(z.known) < 1000 {
		z.known[strings.Clone(name)] = loc
	}
	return loc, nil
}

func (z *zones) resolve(name string) (*time.Location, error) {
	if name == "" || len(name) > 64 {
		return nil, fmt.Errorf("unknown or bad time zone %q", name)
	}
	if offset, end, ok := scanOffset(name, 0); ok && end == len(name) {
		return time.FixedZone(offsetName(offset), offset), nil
	}
	upper := strings.ToUpper(name)
	if upper == "UTC" {
		return time.UTC, nil
	}
	if hours, ok := abbreviations[upper]; ok {
		return time.FixedZone(upper, int(hours*3600)), nil
	}
	if hours, ok := militaryZone(upper); ok {
		return time.FixedZone(upper, hours*3600), nil
	}
	if upper == "LOCAL" {
		return nil, fmt.Errorf("unknown or bad time zone %q", name)
	}
	for _, spelling := range []string{name, titleZone(name), upper} {
		if loc, err := z.load(spelling); err == nil {
			return loc, nil
		}
	}
	return nil, fmt.Errorf("unknown or bad time zone %q", name)
}

// titleZone spells america/new_york as America/New_York.
func titleZone(name string) string {
	b := []byte(strings.ToLower(name))
	for i := range b {
		if (i == 0 || b[i-1] == '/' || b[i-1] == '_' || b[i-1] == '-') && b[i] >= 'a' && b[i] <= 'z' {
			b[i] -= 'a' - 'A'
		}
	}
	return string(b)
}

// abbreviations gives the hours east of Greenwich of zones that dates in
// mails and logs name.
var abbreviations = map[string]float64{
	"Z": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
	"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
	"AKST": -9, "AKDT": -8, "HST": -10, "JST": 9, "KST": 9, "HKT": 8, "SGT": 8,
	"AWST": 8, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "SAST": 2,
}

// militaryZone reads one letter: A to M are east of Greenwich, N to Y west.
func militaryZone(letter string) (hours int, ok bool) {
	if len(letter) != 1 {
		return 0, false
	}
	if i := strings.Index("ABCDEFGHIKLM", letter); i >= 0 {
		return i + 1, true
	}
	i := strings.Index("NOPQRSTUVWXY", letter)
	return -i - 1, i >= 0
}

// scanOffset reads +10:30, +1030, +10 or -5 at i, in seconds.
func scanOffset(s string, i int) (seconds, end int, ok bool) {
	if i >= len(s) || s[i] != '+' && s[i] != '-' {
		return 0, i, false
	}
	sign := 1
	if s[i] == '-' {
		sign = -1
	}
	i++
	start := i
	for i < len(s) && s[i]-'0' <= 9 && i-start < 4 {
		i++
	}
	n, _ := leadingInt(s[:i], start)
	hours, minutes := n, 0
	switch width := i - start; {
	case width == 0:
		return 0, i, false
	case width >= 3:
		hours, minutes = n/100, n%100
	case i+2 < len(s) && s[i] == ':' && s[i+1]-'0' <= 9 && s[i+2]-'0' <= 9:
		minutes, _ = leadingInt(s[:i+3], i+1)
		i += 3
	}
	if hours > 99 || minutes > 59 {
		return 0, i, false
	}
	return sign * (hours*3600 + minutes*60), i, true
}
