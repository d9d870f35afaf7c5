package api

import (
	"net/url"
	"strconv"
)

// Page is a list in the envelope of API v3, which is Laravel's.
type Page struct {
	Data  any       `json:"data"`
	Links PageLinks `json:"links"`
	Meta  PageMeta  `json:"meta"`
}

// PageLinks lead from page to page; null where there is none.
type PageLinks struct {
	First string  `json:"first"`
	Last  string  `json:"last"`
	Prev  *string `json:"prev"`
	Next  *string `json:"next"`
}

// PageMeta says which page this is.
type PageMeta struct {
	CurrentPage int `json:"current_page"`
	// From and To are the positions of the page's first and last row, from 1;
	// null on an empty page.
	From     *int       `json:"from"`
	LastPage int        `json:"last_page"`
	Links    []PageLink `json:"links"`
	Path     string     `json:"path"`
	PerPage  int        `json:"per_page"`
	To       *int       `json:"to"`
	Total    int        `json:"total"`
}

// PageLink is one button of a pager; the gap between pages has no URL.
type PageLink struct {
	URL    *string `json:"url"`
	Label  string  `json:"label"`
	Active bool    `json:"active"`
}

// pager makes the links of one list.
type pager struct {
	address       string
	rest          string
	size          int
	current, last int
}

// page wraps the rows of a page, count of total.
func (q query) page(address string, total, offset, size, count int, rows any) Page {
	p := pager{
		address: address, rest: q.rest.Encode(), size: size,
		current: offset/size + 1, last: max((total+size-1)/size, 1),
	}
	meta := PageMeta{
		CurrentPage: p.current, LastPage: p.last, Links: p.buttons(),
		Path: address, PerPage: size, Total: total,
	}
	if count > 0 {
		from, to := offset+1, offset+count
		meta.From, meta.To = &from, &to
	} else {
		rows = []struct{}{}
	}
	return Page{
		Data:  rows,
		Links: PageLinks{First: p.url(1), Last: p.url(p.last), Prev: p.neighbour(-1), Next: p.neighbour(+1)},
		Meta:  meta,
	}
}

func (p pager) url(number int) string {
	u := p.address + "?"
	if p.rest != "" {
		u += p.rest + "&"
	}
	return u + url.QueryEscape("page[number]") + "=" + strconv.Itoa(number) +
		"&" + url.QueryEscape("page[size]") + "=" + strconv.Itoa(p.size)
}

// neighbour is the URL of the page before or after, if there is one.
func (p pager) neighbour(step int) *string {
	n := p.current + step
	if n < 1 || n > p.last {
		return nil
	}
	u := p.url(n)
	return &u
}

// buttons are "previous", the pages around the present one, the first and last
// two, and "next".
func (p pager) buttons() []PageLink {
	links := []PageLink{{URL: p.neighbour(-1), Label: "&laquo; Previous"}}
	before := 0
	for _, n := range p.shown() {
		if n > before+1 {
			links = append(links, PageLink{Label: "..."})
		}
		u := p.url(n)
		links = append(links, PageLink{URL: &u, Label: strconv.Itoa(n), Active: n == p.current})
		before = n
	}
	return append(links, PageLink{URL: p.neighbour(+1), Label: "Next &raquo;"})
}

const (
	// aroundPage is how many pages are shown on each side of the present one.
	aroundPage = 3
	// maxShownWhole is the number of pages up to which all are shown.
	maxShownWhole = 2*aroundPage + 7
	// edgeWindow is the run of pages that is shown near an end.
	edgeWindow = 2*aroundPage + 4
)

// shown returns the numbers of the pages that have a button, ascending.
func (p pager) shown() []int {
	near := aroundPage + 4
	switch {
	case p.last <= maxShownWhole:
		return run(1, p.last)
	case p.current <= near:
		return append(run(1, edgeWindow), p.last-1, p.last)
	case p.current > p.last-near:
		return append([]int{1, 2}, run(p.last-edgeWindow+1, p.last)...)
	}
	middle := run(p.current-aroundPage, p.current+aroundPage)
	return append(append([]int{1, 2}, middle...), p.last-1, p.last)
}

func run(from, to int) []int {
	var numbers []int
	for n := from; n <= to; n++ {
		numbers = append(numbers, n)
	}
	return numbers
}

// address is the URL of the request without its query.
func (c *call) address() string {
	base := c.server.opts.PublicURL
	if base == "" {
		scheme := "http"
		if c.request.TLS != nil {
			scheme = "https"
		}
		base = scheme + "://" + c.request.Host
	}
	return base + c.request.URL.EscapedPath()
}
