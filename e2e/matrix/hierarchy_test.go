package matrix

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"helm-runnertrust/trust/trusttest"
)

// hierarchy is a random server certificate with its authorities, what the
// server sends of them, and what the file holds. Seed and number decide about
// everything in it but the bits of keys and signatures.
type hierarchy struct {
	*rand.Rand
	now  time.Time
	host string

	cas    []*draft // root first; none for a certificate that signs itself
	leaf   *draft
	beside []func() // make what is in others, when all of the chain is made

	chain  []*trusttest.Identity // leaf first
	others []*x509.Certificate   // what is neither in the chain nor quite foreign to it
	sends  []*x509.Certificate
	file   []*x509.Certificate

	neighbours [][]byte // what the file holds besides, as text
	before     []bool   // whether it stands in front
	crlf       bool

	version uint16 // the newest one that the server speaks

	notes    []string
	ordinary bool // nothing odd about it, and sent and filed as people do
}

func newHierarchy(seed uint64, number int, keys keyPool, now time.Time) *hierarchy {
	h := &hierarchy{Rand: rand.New(rand.NewPCG(seed, uint64(number))), now: now, ordinary: true}
	h.host = pick(h.Rand, "gitlab.test", "gitlab.test", "gitlab.corp.test", "GitLab.Test")
	names := []string{"Root", "Policy", "Regional", "Issuing"}
	for level := range pick(h.Rand, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4) {
		h.cas = append(h.cas, newCA(fmt.Sprintf("%s CA %d", names[level], h.IntN(100_000)), h.Int64(), now))
	}
	h.leaf = newLeaf(h.host, h.Int64(), now)
	if len(h.cas) == 0 {
		h.leaf.Subject.CommonName = h.host
	}
	for range pick(h.Rand, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3) {
		h.beOdd()
	}
	h.takeKeys(keys)
	h.issue()
	for _, issue := range h.beside {
		issue()
	}
	h.chooseSent()
	h.chooseFile()
	for range h.neighbours {
		h.before = append(h.before, h.IntN(2) == 0)
	}
	h.version = pick[uint16](h.Rand, tls.VersionTLS12, tls.VersionTLS13, tls.VersionTLS13)
	return h
}

// note describes what is odd about the hierarchy.
func (h *hierarchy) note(format string, args ...any) {
	h.notes = append(h.notes, fmt.Sprintf(format, args...))
}

// drafts are the CAs, root first, and the leaf.
func (h *hierarchy) drafts() []*draft { return append(slices.Clone(h.cas), h.leaf) }

// keyPool has keys of each type, made once.
type keyPool map[trusttest.KeyType][]crypto.Signer

func newKeyPool() keyPool {
	pool := keyPool{}
	for _, kind := range []trusttest.KeyType{trusttest.P256, trusttest.P521, trusttest.Ed25519, trusttest.RSA2048, trusttest.RSA1024} {
		for range 5 { // as many as a chain has at most
			pool[kind] = append(pool[kind], trusttest.NewKey(kind))
		}
	}
	return pool
}

// takeKeys gives each certificate of the chain a key of its own.
func (h *hierarchy) takeKeys(keys keyPool) {
	taken := map[trusttest.KeyType]int{}
	for _, d := range h.drafts() {
		d.key = keys[d.kind][taken[d.kind]]
		taken[d.kind]++
	}
}

func (h *hierarchy) issue() {
	var above *trusttest.Identity
	for _, d := range h.drafts() {
		above = d.issue(above)
		h.chain = slices.Insert(h.chain, 0, above)
	}
}

// issuerOf is the issuer of the i-th of the drafts, nil for the first.
func (h *hierarchy) issuerOf(i int) *trusttest.Identity {
	if i == 0 {
		return nil
	}
	return h.chain[len(h.chain)-i]
}

// foreign drafts a CA that has nothing to do with the chain.
func (h *hierarchy) foreign() *draft {
	d := newCA(fmt.Sprintf("Unrelated CA %d", h.IntN(100_000)), h.Int64(), h.now)
	d.key = trusttest.NewKey(trusttest.P256)
	return d
}

// certificates of the chain, leaf first.
func (h *hierarchy) certificates() []*x509.Certificate {
	var certs []*x509.Certificate
	for _, id := range h.chain {
		certs = append(certs, id.Certificate)
	}
	return certs
}

func (h *hierarchy) String() string {
	return fmt.Sprintf("host %s, %s, %d CAs; odd: %s\n  sends: %s\n  file:  %s", h.host, tls.VersionName(h.version), len(h.cas),
		strings.Join(h.notes, "; "), list(h.sends), list(h.file))
}

// list names certificates and their issuers.
func list(certs []*x509.Certificate) string {
	var names []string
	for _, c := range certs {
		names = append(names, fmt.Sprintf("%q by %q", c.Subject.CommonName, c.Issuer.CommonName))
	}
	return strings.Join(names, ", ")
}

// pick returns one of the values.
func pick[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }
