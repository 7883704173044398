package cli

import (
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"

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
