package trust

import "bytes"

// pkcs12 begins the object identifiers of PKCS#12, 1.2.840.113549.1.12 (RFC 7292, appendix D).
var pkcs12 = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c}

// kindPKCS12 reads from the parts that are never encrypted whether there is a private key, and whether
// OpenSSL 3 needs -legacy for the ciphers.
func kindPKCS12(file []byte) kindDER {
	holds := func(arcs ...byte) bool { return bytes.Contains(file, append(bytes.Clone(pkcs12), arcs...)) }
	name, hasKey := "a PKCS#12 file", holds(10, 1, 1) || holds(10, 1, 2) // keyBag, pkcs8ShroudedKeyBag
	if hasKey {
		name = "a PKCS#12 file, which holds a private key"
	}
	if holds(1, 1) || holds(1, 2) || holds(1, 5) || holds(1, 6) { // RC4, RC2
		return kindDER{name: name, code: CodePKCS12Legacy, secret: hasKey}
	}
	return kindDER{name: name, code: CodePKCS12, secret: hasKey}
}
