package trust

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// toOpenSSL is the opinion of curl with OpenSSL 1.1.1 or later. curl asks for partial chains since
// 7.68, so that any certificate of the file is an anchor (x509_vfy.c, build_chain and check_trust).
func (p presented) toOpenSSL() Verdict {
	const otherwise = "the file holds several CAs of one name, and it is not known which of them git takes"
	chains := p.openSSLChains()
	if len(chains) > maxSameSubject {
		return Verdict{Status: StatusUnknown, Finding: undecided(otherwise)}
	}
	var ways []Verdict
	for _, chain := range chains {
		var d defects
		if !slices.ContainsFunc(chain, func(c *x509.Certificate) bool { return contains(p.file, c) }) {
			d.refuse(noAnchor(chain[len(chain)-1]))
		}
		d.openSSLChain(chain, p)
		d.openSSLHost(chain[0], p.host)
		ways = append(ways, d.opinion())
	}
	return agreed(ways, otherwise)
}

// openSSLChains goes up from the leaf, at each step to the file first and then to what was sent,
// and ends at the first certificate of the file. Several of the file can be the issuer: which of
// them OpenSSL takes depends on how it sorts. Without any, the leaf itself may be in the file.
func (p presented) openSSLChains() (chains [][]*x509.Certificate) {
	chain := []*x509.Certificate{p.sent[0]}
	for len(chain) < maxPath {
		top := chain[len(chain)-1]
		if openSSLIssued(top, top) {
			break
		}
		if anchors := p.openSSLIssuers(top, p.file, nil); len(anchors) > 0 {
			for _, anchor := range anchors {
				chains = append(chains, append(slices.Clone(chain), anchor))
			}
			return chains
		}
		issuers := p.openSSLIssuers(top, p.sent, chain)
		if len(issuers) == 0 {
			break
		}
		chain = append(chain, issuers[0])
	}
	return [][]*x509.Certificate{chain}
}

func (p presented) openSSLIssuers(c *x509.Certificate, among, not []*x509.Certificate) []*x509.Certificate {
	var issuers []*x509.Certificate
	for _, candidate := range distinct(among) {
		if openSSLIssued(candidate, c) && !contains(not, candidate) {
			issuers = append(issuers, candidate)
		}
	}
	return validNow(issuers, p.now)
}

// openSSLIssued adds to names and key identifiers what only OpenSSL looks at before it checks the
// signature (v3_purp.c, ossl_x509_likely_issued).
func openSSLIssued(issuer, c *x509.Certificate) bool {
	return likelyIssuer(issuer, c) && namesSerial(c, issuer) && keyFits(issuer, c)
}

// keyFits reports whether the issuer's key is of the kind that c is signed with.
func keyFits(issuer, c *x509.Certificate) bool {
	signature := c.SignatureAlgorithm.String()
	switch key := issuer.PublicKeyAlgorithm; {
	case key == x509.UnknownPublicKeyAlgorithm, c.SignatureAlgorithm == x509.UnknownSignatureAlgorithm:
		return true
	case key == x509.RSA:
		return strings.Contains(signature, "RSA")
	default: // "ECDSA-SHA256", "Ed25519"
		return strings.HasPrefix(signature, key.String())
	}
}

// namesSerial reports whether the authority key identifier of c names no serial number and issuer,
// or those of this issuer (RFC 5280, section 4.2.1.1).
func namesSerial(c, issuer *x509.Certificate) bool {
	var id struct {
		KeyID  []byte        `asn1:"optional,tag:0"`
		Issuer asn1.RawValue `asn1:"optional,tag:1"`
		Serial *big.Int      `asn1:"optional,tag:2"`
	}
	for _, extension := range c.Extensions {
		if !extension.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 35}) {
			continue
		}
		if _, err := asn1.Unmarshal(extension.Value, &id); err != nil {
			return true
		}
	}
	if id.Serial != nil && id.Serial.Cmp(issuer.SerialNumber) != 0 {
		return false
	}
	return len(id.Issuer.Bytes) == 0 || bytes.Contains(id.Issuer.Bytes, issuer.RawIssuer)
}

// openSSLChain objects as OpenSSL does to every certificate of a chain, the anchor included
// (x509_vfy.c: check_extensions, check_name_constraints, check_auth_level, internal_verify), at the
// security level of Debian and Ubuntu, which is 2.
func (d *defects) openSSLChain(chain []*x509.Certificate, p presented) {
	below := 0 // intermediates below that do not bear their issuer's name
	for i, c := range chain {
		d.checkDates(c, p.now)
		d.checkExtensions(c)
		d.openSSLPurpose(c)
		if i > 0 {
			d.checkIssuer(c, chain[i-1])
			d.checkPathLength(c, below)
			if !selfIssued(c) {
				below++
			}
		}
		if d.checkKey(c) {
			d.refuse(shortKey(c))
		}
		if i < len(chain)-1 && outdatedSignature(c) {
			d.refuse(weakSignature(c, "which git with OpenSSL refuses"))
		}
		if i == 0 || !selfIssued(c) {
			for _, above := range chain[i+1:] {
				d.openSSLNames(above, c, i == 0)
			}
		}
	}
	d.openSSLLeaf(chain[0])
}

func (d *defects) checkPathLength(c *x509.Certificate, below int) {
	if limit, limited := pathLimit(c); limited && below > limit {
		d.refuse(unacceptable(c, "allows %d CAs below it, but there are %d", limit, below))
	}
}

// openSSLPurpose objects to an extended key usage without the purpose of a server, wherever in the
// chain; anyExtendedKeyUsage does not do (v3_purp.c, check_purpose_ssl_server).
func (d *defects) openSSLPurpose(c *x509.Certificate) {
	if len(c.ExtKeyUsage) == 0 && len(c.UnknownExtKeyUsage) == 0 {
		return
	}
	for _, usage := range c.ExtKeyUsage {
		switch usage {
		case x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageNetscapeServerGatedCrypto, x509.ExtKeyUsageMicrosoftServerGatedCrypto:
			return
		}
	}
	d.refuse(unacceptable(c, "is not for servers (extended key usage)"))
}

func (d *defects) openSSLLeaf(leaf *x509.Certificate) {
	_, isRSA := leaf.PublicKey.(*rsa.PublicKey)
	switch {
	case leaf.KeyUsage == 0 || leaf.KeyUsage&x509.KeyUsageDigitalSignature != 0:
	case leaf.KeyUsage&(x509.KeyUsageKeyEncipherment|x509.KeyUsageKeyAgreement) == 0:
		d.refuse(unacceptable(leaf, "is not for servers (key usage)"))
	case !isRSA:
		d.doubt("certificate %s is not for digital signatures (key usage)", NameOf(leaf))
	}
	if len(leaf.Issuer.Names) == 0 {
		d.refuse(unacceptable(leaf, "does not name its issuer, which curl refuses"))
	}
}

func shortKey(c *x509.Certificate) Finding {
	return Finding{
		Code:    CodeWeakKey,
		Message: fmt.Sprintf("certificate %s has an RSA key of less than %d bits", NameOf(c), minRSABits),
	}
}
