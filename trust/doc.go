// Package trust reads and judges the certificates that make a GitLab Runner trust its GitLab
// server.
//
// Every source of certificates (PEM, DER or PKCS#7 text, what a server sends) converges on
// [Bundle], which only its constructors build: at least one certificate, every byte of the input
// accounted for, no duplicate, ordered from leaf to root. What leaves the package is encoded anew,
// so nothing but certificates can be in it.
//
// Refusals are of type [*Error] and name their place; several of one input are joined with
// errors.Join. What is worth telling but no refusal is a [Finding].
//
// The package takes bytes and returns values: it opens no file and no connection, prints nothing,
// and takes the time as a parameter. Same input, same answer. Servers are asked by package probe.
package trust
