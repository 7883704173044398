package render

import (
	"bytes"
	"testing"

	"helm-runnertrust/trust"
)

func TestPostRenderer(t *testing.T) {
	input := fixtureInput(t, "current")
	buffer := bytes.NewBuffer(bytes.Clone(input))
	var codes []trust.Code
	filter := PostRenderer{Options: options(t), Warn: func(w trust.Finding) { codes = append(codes, w.Code) }}
	filter.Options.Sources = []Source{{Bundle: bundle(t, "leaf.crt")}}
	patched, err := filter.Run(buffer)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(buffer.Bytes(), input) {
		t.Error("Run took from its input")
	}
	if len(codes) != 1 || codes[0] != trust.CodeIssuerMissing {
		t.Errorf("warnings %v", codes)
	}
	if patched.Len() <= len(input) {
		t.Error("nothing was added")
	}
	filter.Options.Sources = nil
	if patched, err = filter.Run(buffer); err == nil || patched != nil {
		t.Errorf("got %v and %v without a source", patched, err)
	}
}
