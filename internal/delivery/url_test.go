package delivery

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

func TestCheckURLAcceptsOrdinaryEndpoints(t *testing.T) {
	guard := NewGuard(GuardOptions{})
	for _, raw := range []string{
		"https://shop.example",
		"https://shop.example/hooks/belfry?tenant=7&x=%20",
		"https://shop.example:8443/",
		"HTTPS://SHOP.EXAMPLE/",
		"https://my_shop.example/",
		"https://xn--mnchen-3ya.example/",
		"https://8.8.8.8/",
		"https://[2606:4700::1111]:443/",
		"https://1.2.3.4.example/",
		"https://3com.example/",
	} {
		if err := guard.CheckURL(raw); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

func TestCheckURLSaysWhatIsWrong(t *testing.T) {
	tests := []struct{ name, raw, want string }{
		{"nothing", "", "is empty"},
		{"too long", "https://a.example/" + strings.Repeat("a", 2048), "longer than 2048"},
		{"no scheme", "shop.example/hook", "must start with https://"},
		{"no scheme, two slashes", "//shop.example/hook", "must start with https://"},
		{"http", "http://shop.example/", "http:// is not allowed"},
		{"file", "file:///etc/passwd", "must start with https://"},
		{"gopher", "gopher://127.0.0.1:6379/_INFO", "must start with https://"},
		{"javascript", "javascript:alert(1)", "must start with https://"},
		{"no slashes", "https:shop.example", "must have //"},
		{"no host", "https:///hook", "has no host"},
		{"no host but a port", "https://:443/hook", "has no host"},
		{"a user", "https://admin@shop.example/", "user name"},
		{"a user and a password", "https://admin:pw@shop.example/", "user name"},
		{"a user that looks like the host", "https://shop.example@127.0.0.1/", "user name"},
		{"a user that is empty", "https://@127.0.0.1/", "user name"},
		{"a fragment", "https://shop.example/#hook", "fragment"},
		{"an empty fragment", "https://shop.example/#", "fragment"},
		{"a blank", "https://shop.example/a b", "blank"},
		{"a line break", "https://shop.example/\r\nX-A: b", "blank or a control character"},
		{"a tab inside the host", "https://127.0.0.1\t.example/", "blank or a control character"},
		{"a NUL", "https://shop.example/\x00", "blank or a control character"},
		{"a backslash", `https://shop.example\@127.0.0.1/`, "backslash"},
		{"port 0", "https://shop.example:0/", "not between 1 and 65535"},
		{"port 65536", "https://shop.example:65536/", "not between 1 and 65535"},
		{"a port that is no number", "https://shop.example:https/", "cannot be read"},
		{"a colon without a port", "https://shop.example:/", "no port"},
		{"loopback", "https://127.0.0.1/", "loopback address"},
		{"private", "https://192.168.0.1:8443/", "private network"},
		{"cloud metadata", "https://169.254.169.254/latest/meta-data/", "cloud metadata"},
		{"one decimal number", "https://2130706433/", "a number in a form that is no address"},
		{"one hexadecimal number", "https://0x7f000001/", "a number in a form that is no address"},
		{"octal parts", "https://0177.0.0.01/", "a number in a form that is no address"},
		{"hexadecimal parts", "https://0x7f.0x0.0x0.0x1/", "a number in a form that is no address"},
		{"two parts", "https://127.1/", "a number in a form that is no address"},
		{"three parts", "https://127.0.1/", "a number in a form that is no address"},
		{"five parts", "https://127.0.0.0.1/", "a number in a form that is no address"},
		{"a part too large", "https://127.0.0.257/", "a number in a form that is no address"},
		{"a mixed form", "https://0x7f.1/", "a number in a form that is no address"},
		{"a bare 0", "https://0/", "a number in a form that is no address"},
		{"a bare 0x", "https://0x/", "a number in a form that is no address"},
		{"an address with a final dot", "https://127.0.0.1./", "a number in a form that is no address"},
		{"IPv6 loopback", "https://[::1]/", "loopback address"},
		{"IPv6 unspecified", "https://[::]/", "unspecified address"},
		{"IPv4 written as IPv6", "https://[::ffff:127.0.0.1]/", "IPv4 address written as IPv6"},
		{"IPv4 written as IPv6 in hex", "https://[::ffff:7f00:1]/", "IPv4 address written as IPv6"},
		{"NAT64", "https://[64:ff9b::7f00:1]/", "NAT64"},
		{"6to4", "https://[2002:7f00:1::]/", "6to4"},
		{"a zone", "https://[fe80::1%25eth0]/", "zone"},
		{"IPv4 in brackets", "https://[127.0.0.1]/", "cannot be read"},
		{"a name in brackets", "https://[localhost]/", "cannot be read"},
		{"IPv6 without brackets", "https://::1/", "cannot be read"},
		{"localhost", "https://localhost/", "loopback address"},
		{"localhost in capitals", "https://LOCALHOST/", "loopback address"},
		{"a name under localhost", "https://hook.localhost/", "loopback address"},
		{"a name with a final dot", "https://localhost./", "an empty part"},
		{"a name with two dots", "https://shop..example/", "an empty part"},
		{"a name that is too long", "https://" + strings.Repeat("a.", 127) + "example/", "longer than 253"},
		{"a part that is too long", "https://" + strings.Repeat("a", 64) + ".example/", "longer than 63"},
		{"a hyphen first", "https://-shop.example/", "hyphen"},
		{"letters beyond ASCII", "https://m\u00fcnchen.example/", "xn-- form"},
		{"digits in full width", "https://\uff11\uff12\uff17.0.0.1/", "a number in a form that is no address"},
		{"digits in circles", "https://\u2460\u2461\u2466.0.0.1/", "a number in a form that is no address"},
		{"a full stop in another script", "https://127\u30020\u30020\u30021/", "xn-- form"},
		{"a percent escape in the host", "https://%31%32%37.0.0.1/", "cannot be read"},
		{"an escaped character beyond ASCII", "https://shop%ef%bc%8eexample/", "xn-- form"},
		{"a star", "https://*.example/", `the character "*"`},
	}
	guard := NewGuard(GuardOptions{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := guard.CheckURL(tt.raw); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%q: got %v, want %q", tt.raw, err, tt.want)
			}
		})
	}
}

func TestCheckURLOpensWhatTheOptionsName(t *testing.T) {
	guard := NewGuard(GuardOptions{AllowHTTP: true, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	for _, raw := range []string{"http://shop.example/", "http://127.0.0.1:9000/hook", "http://localhost:9000/"} {
		if err := guard.CheckURL(raw); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
	}
	for _, raw := range []string{"ftp://shop.example/", "http://10.0.0.1/", "http://127.1/"} {
		if err := guard.CheckURL(raw); err == nil {
			t.Errorf("%s passes", raw)
		}
	}
}

func FuzzCheckURL(f *testing.F) {
	for _, seed := range []string{
		"https://shop.example/", "https://127.0.0.1/", "https://[::1]/", "https://0x7f.1/", "https://a@b.example/",
		"https://2130706433/", "https://xn--a.example:8443/?q#f",
	} {
		f.Add(seed)
	}
	guard := NewGuard(GuardOptions{})
	f.Fuzz(func(t *testing.T, raw string) {
		if guard.CheckURL(raw) != nil {
			return
		}
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if u.Scheme != "https" || u.User != nil || u.Hostname() == "" {
			t.Errorf("%q passes", raw)
		}
		if address, err := netip.ParseAddr(u.Hostname()); err == nil && guard.CheckAddress(address) != nil {
			t.Errorf("%q passes with the address %v", raw, address)
		}
	})
}
