package matrix

import (
	"crypto/x509"
	"slices"
)

// chooseSent has the server send what people configure, mostly.
func (h *hierarchy) chooseSent() {
	chain := h.certificates()
	withoutRoot := chain[:max(len(chain)-1, 1)]
	switch h.IntN(10) {
	case 0, 1, 2, 3:
		h.sends = withoutRoot
	case 4, 5:
		h.sends = chain[:1]
	case 6, 7:
		h.sends = chain
	default:
		h.sends = slices.Concat(chain[:1], h.some(chain[1:]))
		h.ordinary = false
	}
	h.sends = slices.Concat(h.sends[:1], h.mix(h.sends[1:]))
	if h.IntN(40) == 0 {
		h.sends = append(h.sends, pick(h.Rand, h.sends...))
		h.note("one is sent twice")
		h.ordinary = false
	}
}

// chooseFile fills the file with what people put there, mostly.
func (h *hierarchy) chooseFile() {
	chain := h.certificates()
	cas := chain[min(1, len(chain)-1):]
	issuing, root := cas[0], cas[len(cas)-1]
	switch h.IntN(20) {
	case 0, 1, 2, 3, 4:
		h.file = cas
	case 5, 6, 7:
		h.file = []*x509.Certificate{root}
	case 8, 9:
		h.file = []*x509.Certificate{issuing}
	case 10, 11:
		h.file = h.sends
	case 12, 13:
		h.file = chain[:1]
	case 14:
		h.file = chain
	case 15:
		h.file = h.sends[1:]
		h.ordinary = false
	case 16:
		h.file = []*x509.Certificate{chain[0], root}
		h.ordinary = false
	default:
		h.file = h.some(chain)
		h.ordinary = false
	}
	h.file = h.mix(h.file)
	if len(h.file) == 0 {
		h.file = []*x509.Certificate{h.foreign().issue(nil).Certificate}
	}
}

// some takes some of the certificates, in their order.
func (h *hierarchy) some(certs []*x509.Certificate) []*x509.Certificate {
	return slices.DeleteFunc(slices.Clone(certs), func(*x509.Certificate) bool { return h.IntN(2) == 0 })
}

// mix adds some of the others, once in a while something foreign, and shuffles
// the certificates as rarely.
func (h *hierarchy) mix(certs []*x509.Certificate) []*x509.Certificate {
	const rarely = 12
	added := h.some(h.others)
	if h.IntN(rarely) == 0 {
		unrelated := h.foreign().issue(nil)
		if h.IntN(2) == 0 {
			unrelated = h.foreign().issue(unrelated)
		}
		added = append(added, unrelated.Certificate)
	}
	certs = slices.Clone(certs)
	for _, c := range added {
		certs = slices.Insert(certs, h.IntN(len(certs)+1), c)
		h.ordinary = false
	}
	if len(certs) > 1 && h.IntN(rarely) == 0 {
		h.Shuffle(len(certs), func(i, j int) { certs[i], certs[j] = certs[j], certs[i] })
		h.ordinary = false
	}
	return certs
}
