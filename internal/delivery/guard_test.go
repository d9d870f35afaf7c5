package delivery

import (
	"net/netip"
	"strings"
	"testing"
)

func TestGuardRefusesEveryAddressThatIsNotPublic(t *testing.T) {
	tests := []struct{ address, network string }{
		{"0.0.0.0", "this-network address"},
		{"0.1.2.3", "this-network address"},
		{"10.0.0.1", "private network"},
		{"10.255.255.255", "private network"},
		{"100.64.0.1", "carrier-grade NAT network"},
		{"100.127.255.255", "carrier-grade NAT network"},
		{"100.100.100.200", "cloud metadata service"},
		{"127.0.0.1", "loopback address"},
		{"127.255.255.254", "loopback address"},
		{"168.63.129.16", "cloud metadata service"},
		{"169.254.0.1", "link-local address"},
		{"169.254.169.254", "cloud metadata service"},
		{"169.254.170.2", "cloud metadata service"},
		{"172.16.0.1", "private network"},
		{"172.31.255.255", "private network"},
		{"192.0.0.192", "IETF protocol network"},
		{"192.0.2.1", "documentation network"},
		{"192.88.99.1", "6to4 relay network"},
		{"192.168.0.1", "private network"},
		{"198.18.0.1", "benchmarking network"},
		{"198.19.255.255", "benchmarking network"},
		{"198.51.100.1", "documentation network"},
		{"203.0.113.1", "documentation network"},
		{"224.0.0.1", "multicast address"},
		{"239.255.255.255", "multicast address"},
		{"240.0.0.1", "reserved network"},
		{"255.255.255.255", "broadcast address"},
		{"::", "unspecified address"},
		{"::1", "loopback address"},
		{"::7f00:1", "address outside global unicast"}, // IPv4-compatible
		{"::ffff:127.0.0.1", "IPv4 address written as IPv6"},
		{"::ffff:8.8.8.8", "IPv4 address written as IPv6"},
		{"::ffff:0:7f00:1", "address outside global unicast"}, // IPv4-translated
		{"64:ff9b::7f00:1", "NAT64 network"},
		{"64:ff9b:1::a00:1", "NAT64 network"},
		{"100::1", "address outside global unicast"}, // discard-only
		{"2001::1", "Teredo network"},
		{"2001:2::1", "benchmarking network"},
		{"2001:10::1", "IETF protocol network"}, // ORCHID
		{"2001:db8::1", "documentation network"},
		{"2002:7f00:1::", "6to4 network"},
		{"3fff::1", "documentation network"},
		{"5f00::1", "address outside global unicast"}, // SRv6
		{"fc00::1", "unique local network"},
		{"fd00:ec2::254", "cloud metadata service"},
		{"fdff:ffff::1", "unique local network"},
		{"fe80::1", "link-local address"},
		{"fe80::1%eth0", "address with a zone"},
		{"2606:4700::1111%eth0", "address with a zone"},
		{"fec0::1", "address outside global unicast"}, // site-local
		{"ff02::1", "multicast address"},
	}
	guard := NewGuard(GuardOptions{})
	for _, tt := range tests {
		t.Run(tt.address, func(t *testing.T) {
			err := guard.CheckAddress(netip.MustParseAddr(tt.address))
			if err == nil || !strings.HasSuffix(err.Error(), ": "+tt.network) {
				t.Errorf("got %v, want %s", err, tt.network)
			}
		})
	}
	if err := guard.CheckAddress(netip.Addr{}); err == nil {
		t.Error("the zero address passes")
	}
}

func TestGuardLetsPublicAddressesPass(t *testing.T) {
	guard := NewGuard(GuardOptions{})
	for _, address := range []string{
		"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
		"128.0.0.0", "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255",
		"198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700:4700::1111", "2001:200::1", "2a00::1",
	} {
		if err := guard.CheckAddress(netip.MustParseAddr(address)); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestAllowPrivateOpensTheOwnNetworksAndNothingElse(t *testing.T) {
	guard := NewGuard(GuardOptions{AllowPrivate: true})
	for address, open := range map[string]bool{
		"127.0.0.1": true, "10.1.2.3": true, "192.168.1.1": true, "172.20.0.1": true, "100.64.0.1": true, "::1": true,
		"fd12::1": true, "8.8.8.8": true,
		"169.254.169.254": false, "169.254.1.1": false, "100.100.100.200": false, "fd00:ec2::254": false,
		"168.63.129.16": false, "0.0.0.0": false, "224.0.0.1": false, "fe80::1": false, "::ffff:127.0.0.1": false,
		"64:ff9b::7f00:1": false, "192.0.2.1": false,
	} {
		if err := guard.CheckAddress(netip.MustParseAddr(address)); (err == nil) != open {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestAllowOpensTheNamedNetworksAlone(t *testing.T) {
	guard := NewGuard(GuardOptions{Allow: []netip.Prefix{
		netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("169.254.169.254/32"), netip.MustParsePrefix("64:ff9b::/96"),
	}})
	for address, open := range map[string]bool{
		"10.1.2.3": true, "169.254.169.254": true, "64:ff9b::808:808": true,
		"10.2.0.1": false, "127.0.0.1": false, "169.254.169.253": false, "::ffff:10.1.2.3": false,
	} {
		if err := guard.CheckAddress(netip.MustParseAddr(address)); (err == nil) != open {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestControlJudgesWhatIsDialled(t *testing.T) {
	guard := NewGuard(GuardOptions{})
	tests := []struct {
		network, address string
		pass             bool
	}{
		{"tcp4", "8.8.8.8:443", true},
		{"tcp6", "[2606:4700::1]:443", true},
		{"tcp4", "127.0.0.1:443", false},
		{"tcp6", "[fe80::1%eth0]:443", false},
		{"udp4", "8.8.8.8:443", false},
		{"unix", "/run/docker.sock", false},
		{"tcp4", "somewhere:443", false},
	}
	for _, tt := range tests {
		if err := guard.Control(t.Context(), tt.network, tt.address, nil); (err == nil) != tt.pass {
			t.Errorf("%s %s: %v", tt.network, tt.address, err)
		}
	}
}

func FuzzGuardAddressInAnIPv6Coat(f *testing.F) {
	f.Add([]byte{127, 0, 0, 1})
	f.Add([]byte{8, 8, 8, 8})
	guard := NewGuard(GuardOptions{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		v4, ok := netip.AddrFromSlice(raw)
		if !ok || !v4.Is4() {
			return
		}
		b := v4.As4()
		coats := [][16]byte{
			netip.AddrFrom16(v4.As16()).As16(),                                                     // mapped
			{12: b[0], 13: b[1], 14: b[2], 15: b[3]},                                               // compatible
			{0: 0x00, 1: 0x64, 2: 0xff, 3: 0x9b, 12: b[0], 13: b[1], 14: b[2], 15: b[3]},           // NAT64
			{0: 0x20, 1: 0x02, 2: b[0], 3: b[1], 4: b[2], 5: b[3]},                                 // 6to4
			{0: 0x20, 1: 0x01, 12: b[0] ^ 0xff, 13: b[1] ^ 0xff, 14: b[2] ^ 0xff, 15: b[3] ^ 0xff}, // Teredo
		}
		for _, coat := range coats {
			if address := netip.AddrFrom16(coat); guard.CheckAddress(address) == nil {
				t.Errorf("%v passes as %v", v4, address)
			}
		}
	})
}
