package trust

import "errors"

// A Finding is one thing that a check, a fetch, a verdict or the filter found and that is no
// refusal: a diagnosis, a reason, a warning.
type Finding struct {
	Code Code
	// Object is the Kubernetes object that it concerns, "Deployment/ci-gitlab-runner"; empty where
	// it concerns none.
	Object string
	// Host is the server as one types it for fetch, host[:port]; empty where it is not known.
	Host string
	// Message says what was found, in lower case and without a final period. It names the
	// certificate or the server, and the file if there is one.
	Message string
}

func withHost(findings []Finding, host string) []Finding {
	for i := range findings {
		findings[i].Host = host
	}
	return findings
}

// About makes findings and refusals about a host, as [Bundle.Check] returns them, ones about this
// server: with its port.
func (s Server) About(findings []Finding, err error) ([]Finding, error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			_, _ = s.About(nil, one) // changed in place
		}
	} else if refused, ok := errors.AsType[*Error](err); ok && refused.Host != "" {
		refused.Host = s.Address
	}
	for i := range findings {
		if findings[i].Host != "" {
			findings[i].Host = s.Address
		}
	}
	return findings, err
}
