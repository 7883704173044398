package render

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"testing"

	"go.yaml.in/yaml/v3"

	"helm-runnertrust/fixtures"
)

// TestSwitch goes from a certificate to a Secret and back on every input, each time with the output
// of the run before: nothing of the earlier one may be left.
func TestSwitch(t *testing.T) {
	cert := options(t)
	secret := Options{Now: now, Objects: []Object{{Kind: "Secret", Name: "switched-tls", Key: "tls.crt"}}}
	compared := 0
	for _, input := range fixtures.Inputs(t) {
		fromCert, certErr := Filter(input, cert)
		fromSecret, secretErr := Filter(input, secret)
		if certErr != nil || secretErr != nil {
			continue
		}
		if bytes.Contains(input, []byte(fingerprintsAnnotation)) {
			continue // the input is the output of another run
		}
		if showsOwnName(input) {
			continue // the ConfigMap stays for whoever shows it
		}
		toSecret, err := Filter(fromCert.Bytes(), secret)
		if err != nil {
			t.Errorf("to the Secret: %v\n%s", err, fromCert.Bytes())
			continue
		}
		back, err := Filter(toSecret.Bytes(), cert)
		if err != nil {
			t.Errorf("back: %v\n%s", err, toSecret.Bytes())
			continue
		}
		checkSame(t, toSecret.Bytes(), fromSecret.Bytes())
		checkSame(t, back.Bytes(), fromCert.Bytes())
		compared++
	}
	if compared < 80 {
		t.Fatalf("only %d streams were compared", compared)
	}
}

// checkSame compares two streams by what they say.
func checkSame(t *testing.T, got, want []byte) {
	t.Helper()
	if g, w := contentOf(t, got), contentOf(t, want); !reflect.DeepEqual(g, w) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// contentOf decodes the documents of a stream; what stands behind one that does not parse is text.
func contentOf(t *testing.T, stream []byte) []any {
	t.Helper()
	var all []any
	for decoder := yaml.NewDecoder(bytes.NewReader(stream)); ; {
		var document any
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			return append(all, err.Error())
		}
		if document = filled(document); document != nil {
			all = append(all, document)
		}
	}
}

// filled is a value without what is null or empty in it; nil when nothing is left.
func filled(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			if v[key] = filled(inner); v[key] == nil {
				delete(v, key)
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		var kept []any
		for _, inner := range v {
			if inner = filled(inner); inner != nil {
				kept = append(kept, inner)
			}
		}
		if kept == nil {
			return nil
		}
		return kept
	}
	return value
}
