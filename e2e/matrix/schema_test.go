package matrix

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
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

// findingJSON is a finding in any output of -o json.
type findingJSON struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

// verdictJSON is what verify says of one client.
type verdictJSON struct {
	OK       bool          `json:"ok"`
	Status   string        `json:"status"`
	Finding  findingJSON   `json:"finding"`
	Warnings []findingJSON `json:"warnings"`
}

// fetchJSON is the output of fetch -o json.
type fetchJSON struct {
	Target              string            `json:"target"`
	Sent                []certificateJSON `json:"sent"`
	Chain               []certificateJSON `json:"chain"`
	File                []certificateJSON `json:"file"`
	Fault               *findingJSON      `json:"fault"`
	Diagnosis           findingJSON       `json:"diagnosis"`
	Also                []findingJSON     `json:"also"`
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
	Status string            `json:"status"`
	Dialed string            `json:"dialed"`
	Sent   []certificateJSON `json:"sent"`
	Runner verdictJSON       `json:"runner"`
	Git    verdictJSON       `json:"git"`
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
