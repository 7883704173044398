package trust

import "strings"

// Finding is one thing that a check, a fetch or a verification found.
type Finding struct {
	// Code is stable and in kebab case: one of the Code constants.
	Code string `json:"code"`
	// Message names the certificate or server, and the file if there is one; lower case, no final period.
	Message string `json:"message"`
	// Hint says what to do about it; may be empty.
	Hint string `json:"hint,omitempty"`
}

// The codes of [Bundle.Check]. The first three are refusals unless forced, the others warnings.
const (
	CodeExpired        = "expired"
	CodeNotYetValid    = "not-yet-valid"
	CodeHostNotCovered = "host-not-covered"

	CodeExpiresSoon          = "expires-soon"
	CodeIssuerMissing        = "issuer-missing"
	CodeCertManagerTemporary = "cert-manager-temporary"
	CodeWeakSignature        = "weak-signature"
	CodeWeakKey              = "weak-key"
)

// forHost puts the host into the commands of the hint, which say HOST until it is known.
func (f Finding) forHost(host string) Finding {
	if host != "" {
		f.Hint = strings.ReplaceAll(f.Hint, "fetch HOST", "fetch "+host)
	}
	return f
}

func allForHost(findings []Finding, host string) []Finding {
	for i := range findings {
		findings[i] = findings[i].forHost(host)
	}
	return findings
}
