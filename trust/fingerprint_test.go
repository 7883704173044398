package trust_test

import (
	"fmt"
	"strings"
	"testing"

	"helm-runnertrust/trust"
)

func TestParseFingerprint(t *testing.T) {
	hex := strings.Repeat("0aBc", 16)
	var colons []string
	for i := 0; i < len(hex); i += 2 {
		colons = append(colons, hex[i:i+2])
	}
	want := "sha256:" + strings.ToLower(hex)
	for _, text := range []string{hex, want, "SHA256:" + hex, strings.Join(colons, ":"), "sha256:" + strings.Join(colons, ":"), "sha256 Fingerprint=" + strings.Join(colons, ":"), " " + hex + "\n"} {
		if got, err := trust.ParseFingerprint(text); err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"":                                     `"": not a SHA-256 fingerprint of 64 hex digits`,
		hex[1:]:                                fmt.Sprintf("%q: not a SHA-256 fingerprint of 64 hex digits", hex[1:]),
		"sha256:" + hex + "00":                 fmt.Sprintf("%q: not a SHA-256 fingerprint of 64 hex digits", "sha256:"+hex+"00"),
		"0x" + hex[2:]:                         fmt.Sprintf("%q: not a SHA-256 fingerprint of 64 hex digits", "0x"+hex[2:]),
		hex[:40]:                               fmt.Sprintf("%q: not a SHA-256 fingerprint of 64 hex digits", hex[:40]),
		strings.Replace(hex, "0", "\u0660", 1): fmt.Sprintf("%q: not a SHA-256 fingerprint of 64 hex digits", strings.Replace(hex, "0", "\u0660", 1)),
	} {
		if got, err := trust.ParseFingerprint(text); err == nil || err.Error() != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}
