package gitlabrunner_test

import (
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

// mutations are what happens to PEM on its way into a Secret.
var mutations = []func(r *rand.Rand, text string) string{
	func(r *rand.Rand, text string) string { return text[:r.IntN(len(text)+1)] },
	func(r *rand.Rand, text string) string { return text[r.IntN(len(text)+1):] },
	func(_ *rand.Rand, text string) string { return "\ufeff" + text },
	func(_ *rand.Rand, text string) string { return strings.ReplaceAll(text, "\n", "\r\n") },
	func(_ *rand.Rand, text string) string { return strings.ReplaceAll(text, "\n", "\r") },
	func(_ *rand.Rand, text string) string { return strings.ReplaceAll(text, "\n", " ") },
	func(_ *rand.Rand, text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") },
	func(_ *rand.Rand, text string) string { return strings.ReplaceAll(text, "\n", "\n\n") },
	func(_ *rand.Rand, text string) string { return strings.TrimSpace(text) },
	func(r *rand.Rand, text string) string {
		return replaceOne(r, text, "CERTIFICATE-----\n", "CERTIFICATE-----\nOrigin: here\n\n")
	},
	func(r *rand.Rand, text string) string {
		return replaceOne(r, text, "BEGIN CERTIFICATE", "BEGIN TRUSTED CERTIFICATE")
	},
	func(r *rand.Rand, text string) string { return replaceOne(r, text, "CERTIFICATE", "PRIVATE KEY") },
	func(r *rand.Rand, text string) string { return replaceOne(r, text, "-----", "----") },
	func(r *rand.Rand, text string) string { return replaceOne(r, text, "\n", "") },
	func(r *rand.Rand, text string) string { return replaceOne(r, text, "M", "!") },
	func(r *rand.Rand, text string) string {
		at := r.IntN(len(text) + 1)
		return text[:at] + string([]byte{byte(r.IntN(256))}) + text[at:]
	},
	func(r *rand.Rand, text string) string {
		from, to, at := r.IntN(len(text)+1), r.IntN(len(text)+1), r.IntN(len(text)+1)
		return text[:at] + text[min(from, to):max(from, to)] + text[at:]
	},
}

// replaceOne replaces one of the places at which old is.
func replaceOne(r *rand.Rand, text, old, with string) string {
	if n := strings.Count(text, old); n > 0 {
		parts := strings.SplitAfterN(text, old, 2+r.IntN(n))
		last := len(parts) - 2
		parts[last] = strings.TrimSuffix(parts[last], old) + with
		return strings.Join(parts, "")
	}
	return text
}

// TestRunnerReads holds what we say the runner reads against the very function that it reads with.
func TestRunnerReads(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	certs := append(chain(), trusttest.SelfSigned(leaf("other.test")).Certificate)
	taken := map[int]int{}
	for range 20_000 {
		text := ""
		for range 1 + r.IntN(3) {
			text += string(trusttest.PEM(certs[r.IntN(len(certs))]))
		}
		for range r.IntN(4) {
			text = mutations[r.IntN(len(mutations))](r, text)
		}
		theirs, ours := x509.NewCertPool(), x509.NewCertPool()
		ok := theirs.AppendCertsFromPEM([]byte(text))
		read := gitlabrunner.Certificates([]byte(text))
		for _, c := range read {
			ours.AddCert(c)
		}
		b, _, err := gitlabrunner.Parse("f.crt", []byte(text))
		if !ours.Equal(theirs) || ok != (len(read) > 0) || ok != (err == nil) || ok != (b != nil) {
			t.Fatalf("seed %d: the runner takes something: %t; %d certificates, %v of\n%q", seed, ok, len(read), err, text)
		}
		taken[min(len(read), 3)]++
	}
	for n := range 4 {
		if taken[n] < 100 {
			t.Errorf("seed %d: only %d texts of which %d are taken", seed, taken[n], n)
		}
	}
}

// TestParseAsRunner: what the runner passes over in silence is told.
func TestParseAsRunner(t *testing.T) {
	certs := chain()
	root := certs[2]
	good := string(trusttest.PEM(root))
	indented := "  " + strings.ReplaceAll(good, "\n", "\n  ")
	for name, test := range map[string]struct {
		text     string
		taken    int
		warnings string // of what is taken
		refused  trust.Code
	}{
		"good":                    {text: good, taken: 1},
		"twice":                   {text: good + good, taken: 1},
		"beside a key":            {text: good + block("PRIVATE KEY", []byte("any")), taken: 1, warnings: "private-key"},
		"beside a truncated one":  {text: good + good[:200], taken: 1, warnings: "pem-truncated"},
		"beside TRUSTED":          {text: good + block("TRUSTED CERTIFICATE", root.Raw), taken: 1, warnings: "other-block"},
		"beside SM2":              {text: block("CERTIFICATE", trusttest.OnSM2(root)) + good, taken: 1, warnings: "sm2"},
		"beside headers":          {text: good + strings.Replace(good, "-----\n", "-----\nOrigin: here\n\n", 1), taken: 1, warnings: "pem-headers"},
		"over 1 MiB":              {text: good + strings.Repeat("# comment\n", trust.MaxSize/10), taken: 1, warnings: "too-large"},
		"beside an indented one":  {text: good + "  " + strings.ReplaceAll(string(trusttest.PEM(certs[1])), "\n", "\n  "), taken: 1, warnings: "runner-unseen"},
		"DER":                     {text: string(root.Raw), refused: trust.CodeUnseen},
		"PKCS#7":                  {text: block("PKCS7", trusttest.PKCS7(certs...)), refused: trust.CodeUnseen},
		"PKCS#7 in DER":           {text: string(trusttest.PKCS7(certs...)), refused: trust.CodeUnseen},
		"byte order mark":         {text: "\ufeff" + good, refused: trust.CodeUnseen},
		"byte order mark and two": {text: "\ufeff" + string(trusttest.PEM(certs[1], root)), taken: 1, warnings: "runner-unseen"},
		"indented":                {text: indented, refused: trust.CodeUnseen},
		"CR only":                 {text: strings.ReplaceAll(good, "\n", "\r"), refused: trust.CodeUnseen},
		"nothing":                 {text: "no certificate", refused: trust.CodeEmpty},
		"huge key":                {text: good + string(trusttest.PEM(trusttest.SelfSigned(ca("Root")).CertifyKey(ca("Huge"), longKey(20000)))), refused: trust.CodeHugeKey},
	} {
		t.Run(name, func(t *testing.T) {
			b, warnings, err := gitlabrunner.Parse("f.crt", []byte(test.text))
			if test.refused != "" {
				refusal, ok := errors.AsType[*trust.Error](err)
				if !ok || refusal.Code != test.refused || refusal.Origin != "f.crt" || b != nil {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || len(b.Certificates()) != test.taken || codes(warnings) != test.warnings || string(b.Text()) != test.text {
				t.Errorf("got %v, %q and %v", b, codes(warnings), err)
			}
		})
	}
}
