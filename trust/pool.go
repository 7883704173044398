package trust

import "crypto/x509"

// RunnerPool is what the runner itself trusts: the system's certificates and those of its file.
// Blocks that do not parse are passed over, as they are by the runner. A nil system pool stands for
// an empty one.
func RunnerPool(system *x509.CertPool, file []byte) *x509.CertPool {
	if system == nil {
		return JobPool(file)
	}
	pool := system.Clone()
	pool.AppendCertsFromPEM(file)
	return pool
}

// JobPool is what git in a job trusts: the file that the runner hands on as CI_SERVER_TLS_CA_FILE,
// and nothing else.
func JobPool(file []byte) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(file)
	return pool
}
