package trust

import (
	"crypto/x509"
	"fmt"
	"slices"
	"time"
)

// IngressDefault explains the certificate that an ingress controller made for hosts that it has none
// for; ok is false for any other certificate.
func IngressDefault(c *x509.Certificate) (f Finding, ok bool) {
	return Finding{
		Code: CodeIngressDefault,
		Message: fmt.Sprintf("certificate %s is the ingress controller's default: the Ingress has no certificate for this host, "+
			"because its Secret is missing or broken, or no rule has the host", NameOf(c)),
	}, isIngressDefault(c)
}

// isIngressDefault goes by the names that the controllers write: ingress-nginx (GetFakeSSLCert) and
// haproxy-ingress, Traefik (generate.DefaultCertificate), NGINX Inc.'s controller (default-server-secret)
// and Kong (kong prepare).
func isIngressDefault(c *x509.Certificate) bool {
	switch c.Subject.CommonName {
	case "Kubernetes Ingress Controller Fake Certificate", "TRAEFIK DEFAULT CERT", "NGINXIngressController":
		return true
	case "localhost":
		return slices.Contains(c.Subject.Organization, "Kong")
	}
	return slices.Contains(c.DNSNames, "ingress.local")
}

// checkDefault warns of such a certificate in a file that works without it.
func (b *Bundle) checkDefault(host string, now time.Time) []Finding {
	if b.Unusable(host, now) != nil {
		return nil // it was refused for that
	}
	return b.checkIngress()
}

func (b *Bundle) checkIngress() []Finding {
	var found []Finding
	for _, c := range b.certificates {
		if f, ok := IngressDefault(c); ok {
			found = append(found, f)
		}
	}
	return found
}
