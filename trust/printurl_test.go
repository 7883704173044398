package trust_test

import (
	"strings"
	"testing"

	"helm-runnertrust/trust"
)

// TestPrintableURL holds what is hidden of a text that may be a URL, and what is not.
func TestPrintableURL(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "",
		"gitlab.test":                "gitlab.test",
		"https://gitlab.test:8443/a": "https://gitlab.test:8443/a",
		"https://[fd00::1]:8443/":    "https://[fd00::1]:8443/",
		"[fd00::1]":                  "[fd00::1]",
		"fd00::1":                    "fd00::1",
		"gitlab.test:0":              "gitlab.test:0",
		"gitlab.test:":               "gitlab.test:",
		"https:///group":             "https:///group",
		"git lab.test":               "git lab.test",

		"oauth2:secret@gitlab.test":             "***@gitlab.test",
		"secret@gitlab.test:8443":               "***@gitlab.test:8443",
		"https:oauth2:secret@gitlab.test":       "https:***@gitlab.test",
		"https:/oauth2:secret@gitlab.test":      "https:/***@gitlab.test",
		"HTTPS://oauth2:secret@gitlab.test/a":   "HTTPS://***@gitlab.test/a",
		"https://oauth2:secret#x@gitlab.test":   "https://***@gitlab.test",
		"https://oauth2:secret/x@gitlab.test":   "https://***@gitlab.test",
		"https://oauth2:se@cret@gitlab.test":    "https://***@gitlab.test",
		"https://oauth2:secret%40gitlab.test":   "https://***@gitlab.test",
		"https://u%40v:secret@gitlab.test":      "https://***@gitlab.test",
		"http://user:secret@proxy.test:80a":     "http://***@proxy.test:***",
		"http://user:secret word@proxy.test":    "http://***@proxy.test",
		"secret://oauth2@gitlab.test":           "***@gitlab.test",
		"https://oauth2:secret":                 "https://oauth2:***",
		"oauth2:secret/x":                       "oauth2:***",
		"gitlab.test:123456":                    "gitlab.test:***",
		"https://[fd00::1]secret":               "https://[fd00::1]:***",
		"https://gitlab.test/?token=secret":     "https://gitlab.test/?***",
		"https://gitlab.test/a#access_t=secret": "https://gitlab.test/a#***",
	} {
		got := trust.PrintableURL(text)
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
		if trust.PrintableURL(got) != got {
			t.Errorf("%q is not printable itself: %q", got, trust.PrintableURL(got))
		}
		if trust.HasUser(text) != strings.Contains(want, "@") {
			t.Errorf("%q: HasUser is %v", text, trust.HasUser(text))
		}
	}
}
