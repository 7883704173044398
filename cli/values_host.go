package cli

import (
	"errors"
	"net/url"
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
)

// chartServer is the gitlabUrl that --host stands for, and the host as one types it. A chart takes
// more than can be connected to from here: http, and letters that the runner turns into ASCII for
// the connection, but not for the name of its file.
func (p *program) chartServer(written string) (serverURL, host string, err error) {
	scheme, rest := "https", written
	if before, after, found := strings.Cut(written, "://"); found && strings.EqualFold(before, "http") {
		scheme, rest = "http", after
	}
	target, err := p.server(rest)
	refused := (*trust.Error)(nil)
	switch {
	case err == nil:
		host = target.String()
		u := target.URL()
		u.Scheme = scheme
		serverURL = u.String()
	case errors.As(err, &refused) && refused.Code == probe.CodeHostName:
		u := inLetters(rest)
		if u == nil {
			return "", "", err
		}
		if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
			p.takenForHost(rest, u.Host)
		}
		host, serverURL = u.Host, scheme+"://"+u.Host
	default:
		return "", "", err
	}
	if scheme != "https" {
		host = scheme + "://" + host
	}
	return serverURL, host, nil
}

// inLetters is a URL whose host the runner can turn into a name in ASCII, nil for any other.
func inLetters(written string) *url.URL {
	if before, after, found := strings.Cut(written, "://"); found && strings.EqualFold(before, "https") {
		written = after
	}
	u, err := url.Parse("https://" + written)
	if err != nil {
		return nil
	}
	server, err := gitlabrunner.ParseServer("https://" + u.Host)
	if err != nil {
		return nil
	}
	if _, err := probe.ParseTarget(server.Address); err != nil {
		return nil
	}
	return u
}
