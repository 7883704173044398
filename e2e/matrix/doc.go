// Package matrix holds the tests of the shipped program against real TLS
// servers, and of what it writes with real clients: Go under the runner's rule,
// git and curl. Random hierarchies hold the library's verdict on git against git
// and curl alone. There is nothing to import.
//
// The program and the clients see nothing of this machine but their binaries
// and TLS libraries. The machine's store is replaced through SSL_CERT_FILE and
// SSL_CERT_DIR (crypto/x509, root_unix.go), which Go reads on Unix systems other
// than macOS; Mozilla's list by a build of the program in which that one file of
// package store is another (go build -overlay).
package matrix
