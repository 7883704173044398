package probe

import (
	"net/netip"
	"testing"
)

// TestMayAsk has the addresses that an issuer may be asked at, by where the server is.
func TestMayAsk(t *testing.T) {
	public, inside, here := "192.0.2.1", "10.0.0.1", "127.0.0.1"
	for address, servers := range map[string][]string{
		"198.51.100.7": {public, inside, here, ""}, "2001:db8::1": {public, inside, here, ""},
		"10.1.2.3": {inside, here}, "192.168.0.1": {inside, here}, "fd00::1": {inside, here},
		"100.64.0.1": {inside, here}, "::ffff:10.0.0.9": {inside, here},
		"127.0.0.1": {here}, "127.9.9.9": {here}, "::1": {here}, "::ffff:127.0.0.1": {here},
		"169.254.169.254": nil, "fe80::1": nil, "::ffff:169.254.169.254": nil, "224.0.0.1": nil, "ff02::1": nil,
		"0.0.0.0": nil, "::": nil, "255.255.255.255": nil,
	} {
		for _, server := range []string{public, inside, here, ""} {
			from, _ := netip.ParseAddr(server)
			want := false
			for _, one := range servers {
				want = want || one == server
			}
			if got := mayAsk(netip.MustParseAddr(address), from); got != want {
				t.Errorf("%s from a server at %q: %t", address, server, got)
			}
		}
	}
}
