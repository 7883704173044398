package matrix

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"

	"helm-runnertrust/trust/trusttest"
)

// oddities are what can be wrong, or just unusual, with a hierarchy. Each
// reports whether it found anything to be odd with.
var oddities = []func(*hierarchy) bool{
	usageOfCA, noCA, constraints, constraints, purposeOfCA, pathLength,
	dates, dates, key, key, signature, purposeOfLeaf, usageOfLeaf, leafAsCA,
	commonName, otherNames, address, keyIDs, issuerSerial, selfIssued, extension,
	crossSigned, namesake, namesake, renewed,
	oldVersion, oldNeighbour, policy, policy, emptyUsage, netscapeType, harmless, harmless, rewritten, rewritten, unparsable, unparsable, lineEnds,
}

func (h *hierarchy) beOdd() {
	h.ordinary = false
	for !pick(h.Rand, oddities...)(h) {
	}
}

// ca is one of the CAs; nil where there is none.
func (h *hierarchy) ca() (i int, ca *draft) {
	if len(h.cas) == 0 {
		return 0, nil
	}
	i = h.IntN(len(h.cas))
	return i, h.cas[i]
}

// anyDraft is a CA or the leaf.
func (h *hierarchy) anyDraft() (i int, d *draft) {
	i = h.IntN(len(h.cas) + 1)
	return i, h.drafts()[i]
}

func usageOfCA(h *hierarchy) bool {
	_, ca := h.ca()
	if ca == nil {
		return false
	}
	ca.KeyUsage = pick(h.Rand, 0, x509.KeyUsageDigitalSignature|x509.KeyUsageCRLSign, x509.KeyUsageDigitalSignature, x509.KeyUsageCertSign)
	h.note("%s has key usage %b", ca.Subject.CommonName, ca.KeyUsage)
	return true
}

func noCA(h *hierarchy) bool {
	_, ca := h.ca()
	if ca == nil {
		return false
	}
	ca.noBasicConstraints = h.IntN(3) == 0
	ca.IsCA = ca.noBasicConstraints
	h.note("%s is no CA, without basic constraints: %t", ca.Subject.CommonName, ca.noBasicConstraints)
	return true
}

func (h *hierarchy) purposes() []x509.ExtKeyUsage {
	const server, client, anything = x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageAny
	return pick(h.Rand, nil, []x509.ExtKeyUsage{client}, []x509.ExtKeyUsage{server}, []x509.ExtKeyUsage{anything},
		[]x509.ExtKeyUsage{client, server}, []x509.ExtKeyUsage{anything, server})
}

func purposeOfCA(h *hierarchy) bool {
	_, ca := h.ca()
	if ca == nil {
		return false
	}
	ca.ExtKeyUsage = h.purposes()
	h.note("%s has the purposes %v", ca.Subject.CommonName, ca.ExtKeyUsage)
	return true
}

func purposeOfLeaf(h *hierarchy) bool {
	h.leaf.ExtKeyUsage = h.purposes()
	h.note("the leaf has the purposes %v", h.leaf.ExtKeyUsage)
	return true
}

func pathLength(h *hierarchy) bool {
	_, ca := h.ca()
	if ca == nil {
		return false
	}
	ca.MaxPathLen = h.IntN(3)
	ca.MaxPathLenZero = ca.MaxPathLen == 0
	h.note("%s has path length %d", ca.Subject.CommonName, ca.MaxPathLen)
	return true
}

func dates(h *hierarchy) bool {
	_, d := h.anyDraft()
	if h.IntN(2) == 0 {
		d.NotBefore, d.NotAfter = h.now.Add(-100*day), h.now.Add(-10*day)
		h.note("%s has expired", d.Subject.CommonName)
	} else {
		d.NotBefore = h.now.Add(day)
		h.note("%s is not yet valid", d.Subject.CommonName)
	}
	return true
}

func key(h *hierarchy) bool {
	_, d := h.anyDraft()
	d.kind = pick(h.Rand, trusttest.RSA1024, trusttest.RSA1024, trusttest.RSA2048, trusttest.P521, trusttest.Ed25519)
	h.note("%s has a key of type %d", d.Subject.CommonName, d.kind)
	return true
}

func signature(h *hierarchy) bool {
	i, d := h.anyDraft()
	h.drafts()[max(i-1, 0)].kind = trusttest.RSA2048
	d.rsaSignature = pick(h.Rand, x509.SHA1WithRSA, x509.SHA1WithRSA, x509.SHA256WithRSAPSS, x509.SHA512WithRSA)
	h.note("%s is signed with %s", d.Subject.CommonName, d.rsaSignature)
	return true
}

func usageOfLeaf(h *hierarchy) bool {
	h.leaf.KeyUsage = pick(h.Rand, 0, x509.KeyUsageKeyEncipherment, x509.KeyUsageCertSign|x509.KeyUsageCRLSign,
		x509.KeyUsageDigitalSignature, x509.KeyUsageKeyAgreement)
	h.leaf.kind = pick(h.Rand, trusttest.P256, trusttest.RSA2048)
	h.note("the leaf has key usage %b and a key of type %d", h.leaf.KeyUsage, h.leaf.kind)
	return true
}

func leafAsCA(h *hierarchy) bool {
	h.leaf.IsCA = true
	if h.IntN(2) == 0 {
		h.leaf.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign
	}
	h.note("the leaf is a CA")
	return true
}

func keyIDs(h *hierarchy) bool {
	_, d := h.anyDraft()
	d.noSubjectKeyID = h.IntN(2) == 0
	d.noAuthorityKeyID = !d.noSubjectKeyID || h.IntN(2) == 0
	h.note("%s lacks a key identifier, the subject's: %t, the authority's: %t", d.Subject.CommonName, d.noSubjectKeyID, d.noAuthorityKeyID)
	return true
}

// issuerSerial has a certificate name the serial number of its issuer, or a
// wrong one.
func issuerSerial(h *hierarchy) bool {
	i, d := h.anyDraft()
	if i == 0 {
		return false
	}
	right := h.IntN(2) == 0
	d.issuerSerial = big.NewInt(1)
	if right {
		d.issuerSerial = h.cas[i-1].SerialNumber
	}
	h.note("%s names its issuer's serial number, the right one: %t", d.Subject.CommonName, right)
	return true
}

// selfIssued gives an intermediate the name of the CA above it.
func selfIssued(h *hierarchy) bool {
	i, ca := h.ca()
	if i == 0 {
		return false
	}
	h.note("%s has the name of its issuer", ca.Subject.CommonName)
	ca.Subject = h.cas[i-1].Subject
	return true
}

// extension adds one that not everybody knows, or that not everybody minds.
func extension(h *hierarchy) bool {
	_, d := h.anyDraft()
	inhibitAnyPolicy := pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 54}, Value: marshal(0)}
	ours := pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, Value: marshal(0)}
	stapling := pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24}, Value: marshal([]int{5})}
	added := pick(h.Rand, inhibitAnyPolicy, ours, ours, stapling)
	added.Critical = h.IntN(3) > 0
	d.extend(added)
	h.note("%s has the extension %v, critical: %t", d.Subject.CommonName, added.Id, added.Critical)
	return true
}
