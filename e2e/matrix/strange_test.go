package matrix

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"maps"
	"math/big"
	"slices"
	"strings"

	"helm-runnertrust/trust/trusttest"
)

// oldVersion makes a certificate one of version 1 or 2, mostly without its extensions.
func oldVersion(h *hierarchy) bool {
	_, d := h.anyDraft()
	d.oldVersion = pick(h.Rand, 1, 1, 2)
	d.keepExtensions = h.IntN(3) == 0
	h.note("%s is of version %d, with extensions: %t", d.Subject.CommonName, d.oldVersion, d.keepExtensions)
	return true
}

// oldNeighbour puts a CA of an old version into the file, which has nothing to do with the chain.
func oldNeighbour(h *hierarchy) bool {
	other := h.foreign()
	other.oldVersion, other.keepExtensions = pick(h.Rand, 1, 1, 2), h.IntN(2) == 0
	h.note("the file has a CA of version %d, with extensions: %t", other.oldVersion, other.keepExtensions)
	h.neighbours = append(h.neighbours, trusttest.PEM(other.issue(nil).Certificate))
	return true
}

// policy adds an extension on policies, or one that belongs to them.
func policy(h *hierarchy) bool {
	_, d := h.anyDraft()
	anyPolicy := []asn1.ObjectIdentifier{{2, 5, 29, 32, 0}}
	ours := asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 2}
	number := func(tag, n int) asn1.RawValue {
		return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tag, Bytes: []byte{byte(n)}}
	}
	added := pick(h.Rand,
		pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 36}, Value: marshal([]asn1.RawValue{number(0, h.IntN(3))})},
		pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 36}, Value: marshal([]asn1.RawValue{number(0, 0), number(1, 0)})},
		pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 33}, Value: marshal([][]asn1.ObjectIdentifier{{ours, {1, 3, 6, 1, 4, 1, 99999, 3}}})},
		pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 54}, Value: marshal(h.IntN(2))},
		pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 32}, Value: marshal([][]asn1.ObjectIdentifier{anyPolicy})},
		pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 32}, Value: marshal([][]asn1.ObjectIdentifier{{ours}})})
	added.Critical = h.IntN(3) > 0
	d.extend(added)
	h.note("%s has the policy extension %v, critical: %t", d.Subject.CommonName, added.Id, added.Critical)
	return true
}

// emptyUsage has a key usage without any use.
func emptyUsage(h *hierarchy) bool {
	_, d := h.anyDraft()
	d.KeyUsage = 0
	d.extend(pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 15}, Critical: h.IntN(2) == 0, Value: []byte{3, 1, 0}})
	h.note("%s has an empty key usage", d.Subject.CommonName)
	return true
}

// netscapeType has the old extension for what a certificate is for.
func netscapeType(h *hierarchy) bool {
	_, d := h.anyDraft()
	bits := pick(h.Rand, byte(0x80), 0x40, 0xc0, 0x07, 0x04, 0x20)
	d.extend(pkix.Extension{Id: asn1.ObjectIdentifier{2, 16, 840, 1, 113730, 1, 1}, Critical: h.IntN(4) == 0, Value: []byte{3, 2, 0, bits}})
	h.note("%s has the Netscape type %08b", d.Subject.CommonName, bits)
	return true
}

// harmless adds extensions that people have, and that nobody minds unless they are critical.
func harmless(h *hierarchy) bool {
	_, d := h.anyDraft()
	text := marshal("as is")
	list := marshal([]string{"http://example.com"})
	address := asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 6, Bytes: []byte("http://example.com/ca.crt")}
	point := marshal([]struct {
		Name struct {
			Full []asn1.RawValue `asn1:"optional,tag:0"`
		} `asn1:"optional,tag:0"`
	}{{struct {
		Full []asn1.RawValue `asn1:"optional,tag:0"`
	}{[]asn1.RawValue{address}}}})
	access := marshal([]struct {
		Method   asn1.ObjectIdentifier
		Location asn1.RawValue
	}{{asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 2}, address}})
	microsoft := func(last ...int) asn1.ObjectIdentifier {
		return append(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311}, last...)
	}
	added := pick(h.Rand,
		pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 31}, Value: point}, pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 46}, Value: point},
		pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 1}, Value: access},
		pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 3}, Value: list},
		pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}, Value: marshal([]byte("timestamps"))},
		pkix.Extension{Id: asn1.ObjectIdentifier{2, 16, 840, 1, 113730, 1, 13}, Value: text},
		pkix.Extension{Id: microsoft(20, 2), Value: text}, pkix.Extension{Id: microsoft(21, 1), Value: marshal(0)},
		pkix.Extension{Id: microsoft(21, 2), Value: marshal([]byte("hash"))}, pkix.Extension{Id: microsoft(21, 7), Value: list},
		pkix.Extension{Id: microsoft(21, 10), Value: list}, pkix.Extension{Id: microsoft(25, 2), Value: list})
	added.Critical = h.IntN(4) == 0 && !bytes.Equal(added.Value, access) // which Go does not read
	d.extend(added)
	h.note("%s has the extension %v, critical: %t", d.Subject.CommonName, added.Id, added.Critical)
	return true
}

// rewritten has a certificate write its issuer's name in another way, or puts another CA with the name
// in that way beside it.
func rewritten(h *hierarchy) bool {
	i, d := h.anyDraft()
	if i == 0 {
		return false
	}
	change := pick(h.Rand, "UTF-8", "UTF-8", "case", "spaces")
	if h.IntN(2) == 0 {
		d.rewriteIssuer = change
		h.note("%s writes its issuer's name in another way: %s", d.Subject.CommonName, change)
		return true
	}
	ca, theirKey := h.cas[i-1], h.IntN(3) == 0
	h.note("another CA is called %s, but for %s, with its key: %t", ca.Subject.CommonName, change, theirKey)
	h.beside = append(h.beside, func() {
		double := *ca
		double.SerialNumber = big.NewInt(h.Int64())
		if !theirKey {
			double.key = trusttest.NewKey(trusttest.P256)
		}
		double.RawSubject = rewrite(marshal(ca.Subject.ToRDNSequence()), change)
		h.others = append(h.others, double.issue(nil).Certificate)
	})
	return true
}

// rewrite writes a name in another way that OpenSSL takes for the same.
func rewrite(name []byte, change string) []byte {
	var sequence pkix.RDNSequence
	if _, err := asn1.Unmarshal(name, &sequence); err != nil {
		panic(err)
	}
	for _, set := range sequence {
		for i := range set {
			text, _ := set[i].Value.(string)
			switch change {
			case "UTF-8":
				set[i].Value = asn1.RawValue{Tag: asn1.TagUTF8String, Bytes: []byte(text)}
			case "case":
				set[i].Value = strings.ToUpper(text)
			case "spaces":
				set[i].Value = " " + strings.ReplaceAll(text, " ", "  ")
			}
		}
	}
	return marshal(sequence)
}

// unparsable puts into the file what is no certificate, or not one that everybody reads.
func unparsable(h *hierarchy) bool {
	der := h.foreign().issue(nil).Certificate.Raw
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	block := func(label string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}) }
	neighbours := map[string][]byte{
		"no certificate":             block("CERTIFICATE", []byte{0x30, 3, 2, 1, 5}),
		"a certificate cut off":      block("CERTIFICATE", der[:len(der)-10]),
		"a certificate and more":     block("CERTIFICATE", append(bytes.Clone(der), 5, 0)),
		"an empty block":             block("CERTIFICATE", nil),
		"a trusted certificate":      block("TRUSTED CERTIFICATE", der),
		"the old label":              block("X509 CERTIFICATE", der),
		"another label":              block("EXAMPLE", der),
		"headers":                    pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Headers: map[string]string{"Subject": "x"}, Bytes: der}),
		"a block without its end":    text[:len(text)/2],
		"a block with a wrong digit": bytes.Replace(text, []byte("\nM"), []byte("\n*"), 1),
		"one long line": []byte("-----BEGIN CERTIFICATE-----\n" +
			strings.ReplaceAll(strings.Join(strings.Split(string(text), "\n")[1:len(strings.Split(string(text), "\n"))-2], ""), "\n", "") +
			"\n-----END CERTIFICATE-----\n"),
		"a byte order mark": append([]byte("\ufeff"), text...),
		"a comment":         []byte("# CN = Example, as openssl writes it; " + strings.Repeat("long ", 60) + "\n\n"),
	}
	name := pick(h.Rand, slices.Sorted(maps.Keys(neighbours))...)
	h.note("the file has %s", name)
	h.neighbours = append(h.neighbours, neighbours[name])
	return true
}

// lineEnds has the file end its lines as Windows does.
func lineEnds(h *hierarchy) bool {
	h.crlf = true
	h.note("the file has CRLF line ends")
	return true
}

// fileText is what the file holds: its certificates, and neighbours before or after them.
func (h *hierarchy) fileText() []byte {
	text := trusttest.PEM(h.file...)
	for i, neighbour := range h.neighbours {
		if h.before[i] {
			text = append(bytes.Clone(neighbour), text...)
		} else {
			text = append(text, neighbour...)
		}
	}
	if h.crlf {
		text = bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
	}
	return text
}
