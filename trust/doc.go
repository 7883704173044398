// Package trust reads, checks and fetches the certificates that make a GitLab Runner trust
// its GitLab server.
//
// Every source of certificates (a PEM, DER or PKCS#7 file, a folder, a text, a TLS server)
// converges on [Bundle], which only its constructors build: at least one certificate, every
// byte of the input accounted for, no duplicate, ordered from leaf to root. What leaves the
// package is encoded anew, so nothing but certificates can be in it.
//
// Refusals are of type [*Error] and name their place; several of one input are joined with
// errors.Join. What is worth telling but no refusal is a [Finding].
//
// The package prints nothing, reads neither arguments nor environment, and takes the time as
// a parameter: same input, same answer.
package trust
