// Package mutants changes the domain and trust in one spot after another, and runs the tests that
// reach it: a change that no test notices is a missing test, or code that is not needed. Every change
// is compiled into the tests, through an overlay, behind a number in the environment: nothing is
// compiled again for a mutant, and the tree stays as it is.
package mutants
