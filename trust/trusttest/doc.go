// Package trusttest makes certificates and real TLS servers on loopback for tests, as
// net/http/httptest makes HTTP servers: authorities, leaves with every flaw that matters to a
// GitLab Runner, and [Scenarios], the servers that a runner may meet.
//
// Keys are made when they are needed and never written. Like httptest, the package panics when the
// machine denies what every test needs (a key, a port on loopback).
package trusttest
