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
		{"comments in a key", "? b:\n  - c\n  # end\n: 1", "? b:\n  - c\n# end\n: 1", true},
		{"style of a key", "? {b: [c]}\n: 1", "? b:\n  - 'c'\n: 1", true},
		{"items of a key", "? [a, b]\n: 1", "? [b, a]\n: 1", false},
		{"depth of a key", "? [[a], b]\n: 1", "? [[a, b]]\n: 1", false},
		{"kind of a key", "? [a, b]\n: 1", "? {a: b}\n: 1", false},
		{"value in a key", "? {a: 1}\n: 1", "? {a: '1'}\n: 1", false},
		{"pairs of a key", "? {a: b, c: d}\n: 1", "? {a: d, c: b}\n: 1", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := parse([]byte(tt.a), new(int))
			if err != nil {
				t.Fatal(err)
			}
			b, err := parse([]byte(tt.b), new(int))
			if err != nil {
				t.Fatal(err)
			}
			if same(a, b) != tt.want || same(b, a) != tt.want {
				t.Errorf("same is %v, the other way round %v; want %v", same(a, b), same(b, a), tt.want)
			}
		})
	}
}
