package yamledit

import "testing"

// TestSame holds what is free between two texts of one tree, and what is not.
func TestSame(t *testing.T) {
	for _, tt := range []struct {
		name, a, b string
		want       bool
	}{
		{"order of keys", "a: 1\nb: 2", "b: 2\na: 1", true},
		{"order of items", "[a, b]", "[b, a]", false},
		{"order of one key's values", "a: 1\na: 2", "a: 2\na: 1", false},
		{"style and comments", "a: 'x' # c", "{a: x}", true},
		{"tag of a key", "1: a", "'1': a", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := parse([]byte(tt.a))
			if err != nil {
				t.Fatal(err)
			}
			b, err := parse([]byte(tt.b))
			if err != nil {
				t.Fatal(err)
			}
			if same(a, b) != tt.want || same(b, a) != tt.want {
				t.Errorf("same is %v, the other way round %v; want %v", same(a, b), same(b, a), tt.want)
			}
		})
	}
}
