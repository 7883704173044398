// Package documents runs the shell blocks of the documentation, as CONTRIBUTING.md describes them:
// real Helm 3 and 4, a real API server, the release in dist/, and stand-ins on loopback for every
// host that a document names.
package documents
