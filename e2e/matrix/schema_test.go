package matrix

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/trust"
)

// certificateJSON is a certificate in any output of -o json.
type certificateJSON struct {
	Subject     string    `json:"subject"`
	Issuer      string    `json:"issuer"`
	Names       []string  `json:"names"`
	NotBefore   time.Time `json:"notBefore"`
	NotAfter    time.Time `json:"notAfter"`
	Fingerprint string    `json:"fingerprint"`
}

// fetchJSON is the output of fetch -o json.
type fetchJSON struct {
	Target              string            `json:"target"`
	Sent                []certificateJSON `json:"sent"`
	Chain               []certificateJSON `json:"chain"`
	Diagnosis           trust.Finding     `json:"diagnosis"`
	Also                []trust.Finding   `json:"also"`
	FingerprintVerified bool              `json:"fingerprintVerified"`
	PEM                 string            `json:"pem"`
}

// codes are those of the diagnosis, most pressing first.
func (f fetchJSON) codes() []string {
	codes := []string{f.Diagnosis.Code}
	for _, finding := range f.Also {
		codes = append(codes, finding.Code)
	}
	return codes
}

// verifyJSON is the output of verify URL -o json.
type verifyJSON struct {
	Target string            `json:"target"`
	OK     bool              `json:"ok"`
	Sent   []certificateJSON `json:"sent"`
	Runner trust.Verdict     `json:"runner"`
	Git    trust.Verdict     `json:"git"`
}

// decode reads one JSON value, in which every field has to be known.
func decode[T any](t *testing.T, text string) T {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	var value T
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	if decoder.More() {
		t.Errorf("more than one value in %q", text)
	}
	return value
}
