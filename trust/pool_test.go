package trust_test

import (
	"testing"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

func TestPools(t *testing.T) {
	root, other := trusttest.SelfSigned(ca("Root")), trusttest.SelfSigned(ca("Other"))
	system, file := trust.RunnerPool(nil, trusttest.PEM(other.Certificate)), trusttest.PEM(root.Certificate)
	both := trust.RunnerPool(nil, trusttest.PEM(other.Certificate, root.Certificate))
	if !trust.RunnerPool(system, file).Equal(both) || system.Equal(both) {
		t.Error("the runner does not trust system and file, or the system's pool changed")
	}
	if !trust.RunnerPool(nil, file).Equal(trust.RunnerPool(nil, file)) {
		t.Error("without a system the runner does not trust the file alone")
	}
}
