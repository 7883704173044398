// Package gitclient tells when git in a CI job connects to a server, with the file that the runner
// hands on as GIT_SSL_CAINFO.
//
// Which TLS library a job's git was built with is not known beforehand: GnuTLS on Debian and
// Ubuntu, OpenSSL in the runner's own images. The answer is ok only where both accept, and that is
// an allow-list: every certificate of the path is plain in each respect, and nothing else in the
// file can lead elsewhere. It is failed where both are certain to refuse, and unknown, with what is
// not plain, everywhere else. Each rule of the list holds as long as random hierarchies show no
// false answer (e2e/matrix, docs/HIERARCHIES.md). Revocation is left out: git asks for none.
package gitclient
