package delivery

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"syscall"
)

// GuardOptions opens what the egress guard keeps shut. The zero value opens nothing.
type GuardOptions struct {
	AllowHTTP    bool           // http:// beside https://
	AllowPrivate bool           // loopback and the private networks (RFC 1918, CGNAT, ULA); never cloud metadata
	Allow        []netip.Prefix // these networks, whatever they are
}

// Guard decides where deliveries may go. It judges URLs when they are configured, to tell the user early, and
// addresses when they are dialled, after the name was resolved: what counts is the address that is really connected
// to, so a name that changes its address between the two gains nothing.
type Guard struct {
	options GuardOptions
}

// NewGuard makes a guard that opens what the options name.
func NewGuard(options GuardOptions) *Guard {
	options.Allow = slices.Clone(options.Allow)
	return &Guard{options: options}
}

// AddressError says that the guard refuses an address, and as what.
type AddressError struct {
	Address netip.Addr
	Network string // the class of network, in words
}

func (e *AddressError) Error() string {
	return fmt.Sprintf("the address %v is not allowed: %s", e.Address, e.Network)
}

// network is a range that nothing on the public Internet is reached in.
type network struct {
	prefix  netip.Prefix
	name    string
	private bool // opened by AllowPrivate
}

// Denied networks: the IANA special-purpose registries of IPv4 and IPv6 addresses, and where clouds put their
// instance metadata. The first match names the class, so single addresses stand before the networks they are in.
var deniedNetworks = []network{
	{netip.MustParsePrefix("169.254.169.254/32"), "cloud metadata service", false},
	{netip.MustParsePrefix("169.254.170.2/32"), "cloud metadata service", false},
	{netip.MustParsePrefix("100.100.100.200/32"), "cloud metadata service", false},
	{netip.MustParsePrefix("168.63.129.16/32"), "cloud metadata service", false},
	{netip.MustParsePrefix("fd00:ec2::254/128"), "cloud metadata service", false},
	{netip.MustParsePrefix("fd20:ce::254/128"), "cloud metadata service", false},

	{netip.MustParsePrefix("0.0.0.0/8"), "this-network address", false},
	{netip.MustParsePrefix("10.0.0.0/8"), "private network", true},
	{netip.MustParsePrefix("100.64.0.0/10"), "carrier-grade NAT network", true},
	{netip.MustParsePrefix("127.0.0.0/8"), "loopback address", true},
	{netip.MustParsePrefix("169.254.0.0/16"), "link-local address", false},
	{netip.MustParsePrefix("172.16.0.0/12"), "private network", true},
	{netip.MustParsePrefix("192.0.0.0/24"), "IETF protocol network", false},
	{netip.MustParsePrefix("192.0.2.0/24"), "documentation network", false},
	{netip.MustParsePrefix("192.88.99.0/24"), "6to4 relay network", false},
	{netip.MustParsePrefix("192.168.0.0/16"), "private network", true},
	{netip.MustParsePrefix("198.18.0.0/15"), "benchmarking network", false},
	{netip.MustParsePrefix("198.51.100.0/24"), "documentation network", false},
	{netip.MustParsePrefix("203.0.113.0/24"), "documentation network", false},
	{netip.MustParsePrefix("224.0.0.0/4"), "multicast address", false},
	{netip.MustParsePrefix("255.255.255.255/32"), "broadcast address", false},
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved network", false},

	{netip.MustParsePrefix("::/128"), "unspecified address", false},
	{netip.MustParsePrefix("::1/128"), "loopback address", true},
	{netip.MustParsePrefix("64:ff9b::/96"), "NAT64 network", false},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "NAT64 network", false},
	{netip.MustParsePrefix("2001::/32"), "Teredo network", false},
	{netip.MustParsePrefix("2001:2::/48"), "benchmarking network", false},
	{netip.MustParsePrefix("2001::/23"), "IETF protocol network", false},
	{netip.MustParsePrefix("2001:db8::/32"), "documentation network", false},
	{netip.MustParsePrefix("2002::/16"), "6to4 network", false},
	{netip.MustParsePrefix("3fff::/20"), "documentation network", false},
	{netip.MustParsePrefix("fc00::/7"), "unique local network", true},
	{netip.MustParsePrefix("fe80::/10"), "link-local address", false},
	{netip.MustParsePrefix("ff00::/8"), "multicast address", false},
}

// globalUnicast is all of IPv6 that is given out for public use.
var globalUnicast = netip.MustParsePrefix("2000::/3")

// CheckAddress judges one address. Its error is an *AddressError.
func (g *Guard) CheckAddress(address netip.Addr) error {
	if address.Zone() != "" {
		return &AddressError{address, "address with a zone"}
	}
	for _, allowed := range g.options.Allow {
		if allowed.Contains(address) {
			return nil
		}
	}
	if address.Is4In6() {
		return &AddressError{address, "IPv4 address written as IPv6"}
	}
	for _, n := range deniedNetworks {
		if !n.prefix.Contains(address) {
			continue
		}
		if n.private && g.options.AllowPrivate {
			return nil
		}
		return &AddressError{address, n.name}
	}
	if address.Is6() && !globalUnicast.Contains(address) {
		return &AddressError{address, "address outside global unicast"}
	}
	if !address.IsValid() {
		return &AddressError{address, "not an address"}
	}
	return nil
}

// Control is the hook of net.Dialer: it sees each address that a name resolved to, just before the connection.
func (g *Guard) Control(_ context.Context, networkName, address string, _ syscall.RawConn) error {
	if networkName != "tcp4" && networkName != "tcp6" {
		return fmt.Errorf("guard: %s is no network for deliveries", networkName)
	}
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("guard: read the address to dial: %w", err)
	}
	return g.CheckAddress(target.Addr())
}
