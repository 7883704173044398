package mutants

import "testing"

// TestMutate compares every kind of change with the text that goes into the tests.
func TestMutate(t *testing.T) {
	const before = `package a

func f(a, b int, ok bool) (int, error) {
	if a < b && ok {
		g(a+1)
	}
	return a, err
}
`
	const after = `package a

func f(a, b int, ok bool) (int, error) {
	if (mutant(0) && (a < b || ok) || !mutant(0) && ((mutant(2) && (a >= b) || !mutant(2) && ((mutant(3) && (a <= b) || !mutant(3) && (a < b)))) && (mutant(1) && (!(ok)) || !mutant(1) && (ok)))) {
		if !mutant(4) { g(mutantOf(5, a - 1, a+1)) }
	}
	if mutant(6) { return a, nil }; return a, err
}
`
	var all []mutant
	got, err := mutate("a", "a/a.go", before, &all)
	if err != nil || got != after {
		t.Errorf("got %v:\n%s", err, got)
	}
	if last := all[len(all)-1]; last != (mutant{"a", "a/a.go:7", "return a, err becomes return a, nil"}) {
		t.Errorf("the last is %q", last)
	}
}
