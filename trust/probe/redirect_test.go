package probe

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"helm-runnertrust/trust"
)

// TestRedirectChecksTheProxy: half a password is no host of a proxy, and is in no message.
func TestRedirectChecksTheProxy(t *testing.T) {
	for name, proxy := range map[string]func(*url.URL) (*url.URL, error){
		"half a password": func(*url.URL) (*url.URL, error) { return url.Parse("http://user:1/trout@127.0.0.1:1") },
		"no URL":          func(*url.URL) (*url.URL, error) { return nil, errors.New("trout") },
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Dialer{Proxy: proxy}.Redirect(context.Background(), "http://gitlab.example.com")
			refused, ok := errors.AsType[*trust.Error](err)
			if !ok || refused.Code != CodeProxy || strings.Contains(err.Error(), "trout") {
				t.Errorf("got %v", err)
			}
		})
	}
}
