// Package probe asks a TLS server for its certificates, without trusting it: it dials, through a
// proxy if need be, completes the chain upwards, explains what it found ([Fetch]), and whether a
// runner would connect with a given file ([Verify]). What it makes of certificates are the rules of
// package trust.
//
// The package prints nothing, reads neither arguments nor environment, and takes the time as a
// parameter. What a server makes impossible is an [*trust.Error] with a code.
package probe
