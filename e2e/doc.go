// Package e2e holds the end-to-end tests: real Helm 3 and 4 against a real API
// server, all built from the modules in tools. There is nothing to import.
package e2e
