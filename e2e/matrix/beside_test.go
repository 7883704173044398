package matrix

import (
	"math/big"

	"helm-runnertrust/trust/trusttest"
)

// crossSigned has another root sign the name and key of a CA.
func crossSigned(h *hierarchy) bool {
	_, ca := h.ca()
	if ca == nil {
		return false
	}
	other, withRoot := h.foreign(), h.IntN(2) == 0
	h.note("%s is signed by %s too", ca.Subject.CommonName, other.Subject.CommonName)
	h.beside = append(h.beside, func() {
		root, crossed := other.issue(nil), *ca
		crossed.SerialNumber = big.NewInt(h.Int64())
		h.others = append(h.others, crossed.issue(root).Certificate)
		if withRoot {
			h.others = append(h.others, root.Certificate)
		}
	})
	return true
}

// namesake makes another CA of the same name, with a key of its own. It has the
// same issuer, or signs itself.
func namesake(h *hierarchy) bool {
	i, ca := h.ca()
	if ca == nil {
		return false
	}
	signsItself := h.IntN(2) == 0
	h.note("another CA is called %s, and signs itself: %t", ca.Subject.CommonName, signsItself)
	h.beside = append(h.beside, func() {
		double, issuer := *ca, h.issuerOf(i)
		double.SerialNumber, double.key = big.NewInt(h.Int64()), trusttest.NewKey(trusttest.P256)
		if signsItself {
			issuer = nil
		}
		h.others = append(h.others, double.issue(issuer).Certificate)
	})
	return true
}

// renewed makes a certificate of the same name and key with other dates.
func renewed(h *hierarchy) bool {
	i, d := h.anyDraft()
	expired := h.IntN(2) == 0
	h.note("%s has another certificate for the same key, expired: %t", d.Subject.CommonName, expired)
	h.beside = append(h.beside, func() {
		again := *d
		again.SerialNumber = big.NewInt(h.Int64())
		again.NotBefore, again.NotAfter = h.now.Add(-100*day), h.now.Add(day)
		if expired {
			again.NotAfter = h.now.Add(-10 * day)
		}
		h.others = append(h.others, again.issue(h.issuerOf(i)).Certificate)
	})
	return true
}
