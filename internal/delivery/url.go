package delivery

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// maxURLLength is what servers and proxies commonly accept.
const maxURLLength = 2048

// URLError says, in words for whoever wrote the URL, why it cannot be delivered to.
type URLError struct {
	Reason string
}

func (e *URLError) Error() string { return e.Reason }

func badURL(format string, args ...any) error {
	return &URLError{Reason: fmt.Sprintf(format, args...)}
}

// CheckURL judges an endpoint's URL when it is configured. Its error is a *URLError. A URL that passes can still be
// refused when it is dialled, for where its name then points.
func (g *Guard) CheckURL(raw string) error {
	_, err := g.parseURL(raw)
	return err
}

// parseURL is CheckURL for who needs the parsed form as well.
func (g *Guard) parseURL(raw string) (*url.URL, error) {
	switch {
	case raw == "":
		return nil, badURL("the URL is empty")
	case len(raw) > maxURLLength:
		return nil, badURL("the URL is longer than %d characters", maxURLLength)
	case strings.ContainsFunc(raw, isBlankOrControl):
		return nil, badURL("the URL contains a blank or a control character")
	case strings.Contains(raw, `\`):
		return nil, badURL("the URL contains a backslash")
	case strings.Contains(raw, "#"):
		return nil, badURL("the URL contains a fragment (#), which is never sent")
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, badURL("the URL cannot be read: %v", innermost(err))
	}
	for _, check := range []func(*url.URL) error{g.checkScheme, checkParts, checkPort, g.checkHost} {
		if err := check(u); err != nil {
			return nil, err
		}
	}
	return u, nil
}

func isBlankOrControl(r rune) bool { return r <= ' ' || r == 0x7f }

func innermost(err error) error {
	if e, ok := err.(*url.Error); ok {
		return e.Err
	}
	return err
}

func (g *Guard) checkScheme(u *url.URL) error {
	switch {
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && g.options.AllowHTTP:
		return nil
	case u.Scheme == "http":
		return badURL("the URL must start with https://; http:// is not allowed on this server")
	}
	return badURL("the URL must start with https://")
}

func checkParts(u *url.URL) error {
	switch {
	case u.Opaque != "":
		return badURL("the URL must have // after its scheme")
	case u.User != nil:
		return badURL("the URL contains a user name or password; put credentials into a header of the endpoint")
	}
	return nil
}

func checkPort(u *url.URL) error {
	port := u.Port()
	if port == "" {
		if strings.HasSuffix(u.Host, ":") {
			return badURL("the URL has a colon and no port after its host")
		}
		return nil
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return badURL("the port %s is not between 1 and 65535", port)
	}
	return nil
}

func (g *Guard) checkHost(u *url.URL) error {
	host := u.Hostname()
	if host == "" {
		return badURL("the URL has no host")
	}
	if strings.HasPrefix(u.Host, "[") {
		return g.checkLiteral(host)
	}
	if address, err := netip.ParseAddr(host); err == nil {
		return g.checkLiteralAddress(address)
	}
	if endsInNumber(host) {
		return badURL("the host %q is a number in a form that is no address: write an IPv4 address as four decimal numbers", host)
	}
	return g.checkName(host)
}

func (g *Guard) checkLiteral(host string) error {
	address, err := netip.ParseAddr(host)
	if err != nil || !address.Is6() {
		return badURL("the host [%s] is not an IPv6 address", host)
	}
	return g.checkLiteralAddress(address)
}

func (g *Guard) checkLiteralAddress(address netip.Addr) error {
	if err := g.CheckAddress(address); err != nil {
		return badURL("%v", err)
	}
	return nil
}

// endsInNumber reports whether resolvers of the C family would read the host as an IPv4 address: a last label of
// digits, or of hexadecimal digits after 0x (the WHATWG URL standard, "ends in a number checker").
func endsInNumber(host string) bool {
	host = strings.TrimSuffix(host, ".")
	last := host[strings.LastIndexByte(host, '.')+1:]
	if last == "" {
		return false
	}
	if strings.Trim(last, "0123456789") == "" {
		return true
	}
	hex, found := strings.CutPrefix(strings.ToLower(last), "0x")
	return found && strings.Trim(hex, "0123456789abcdef") == ""
}

func (g *Guard) checkName(host string) error {
	if len(host) > 253 {
		return badURL("the host name is longer than 253 characters")
	}
	for label := range strings.SplitSeq(host, ".") {
		if err := checkLabel(host, label); err != nil {
			return err
		}
	}
	// RFC 6761: these names are this machine, whatever a resolver says.
	lower := strings.ToLower(host)
	if lower == "localhost" || strings.HasSuffix(lower, ".localhost") {
		return g.checkLocalhost(host)
	}
	return nil
}

func (g *Guard) checkLocalhost(host string) error {
	for _, loopback := range []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()} {
		if g.CheckAddress(loopback) == nil {
			return nil
		}
	}
	return badURL("the host %s is not allowed: loopback address", host)
}

func checkLabel(host, label string) error {
	switch {
	case label == "":
		return badURL("the host name %q has an empty part between its dots", host)
	case len(label) > 63:
		return badURL("a part of the host name is longer than 63 characters")
	case label[0] == '-' || label[len(label)-1] == '-':
		return badURL("a part of the host name %q begins or ends with a hyphen", host)
	}
	for _, c := range []byte(label) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		case c >= 0x80:
			return badURL("the host name %q is not in ASCII: write it in its xn-- form", host)
		default:
			return badURL("the host name %q contains the character %q", host, string(rune(c)))
		}
	}
	return nil
}
