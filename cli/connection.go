package cli

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
)

// connection are the flags of the commands that speak with a server.
type connection struct {
	connect string
	timeout time.Duration
}

func (c *connection) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.connect, "connect", "", "`ADDR[:PORT]` to connect to, for a name that does not resolve here")
	cmd.Flags().DurationVar(&c.timeout, "timeout", 15*time.Second, "how long a server may take to answer")
}

// dialer reaches servers as the flags and the proxy variables of the environment say.
func (c *connection) dialer() probe.Dialer {
	return probe.Dialer{
		Connect: c.connect,
		Timeout: c.timeout,
		Proxy: func(u *url.URL) (*url.URL, error) {
			return http.ProxyFromEnvironment(&http.Request{URL: u})
		},
	}
}

// server is the one that an argument names. The URL of a project, as one copies it, is taken for
// its host, and that is said.
func (p *program) server(argument string) (probe.Target, error) {
	target, err := probe.ParseTarget(argument)
	if refused := (*trust.Error)(nil); !errors.As(err, &refused) || refused.Code != probe.CodePath {
		return target, err
	}
	scheme := ""
	rest := argument
	if before, after, found := strings.Cut(argument, "://"); found {
		scheme, rest = before+"://", after
	}
	if target, err = probe.ParseTarget(scheme + rest[:strings.IndexAny(rest, "/?#")]); err == nil {
		p.takenForHost(argument, target.String())
	}
	return target, err
}

// takenForHost says that the rest of a URL counts for nothing.
func (p *program) takenForHost(argument, host string) {
	p.message("note", fmt.Sprintf("%s is taken for its host, %s", trust.PrintableURL(argument), host), "")
}
