package trust

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
