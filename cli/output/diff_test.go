package output

import "testing"

func TestDiff(t *testing.T) {
	const diff = "--- a\n+++ b\n@@ -1 +1 @@\n x\n-y\x1b\n+--- z\r\n"
	for colours, want := range map[bool]string{
		true:  "\x1b[1m--- a\x1b[0m\n\x1b[1m+++ b\x1b[0m\n\x1b[36m@@ -1 +1 @@\x1b[0m\n x\n\x1b[31m-y\\x1b\x1b[0m\n\x1b[32m+--- z\x1b[0m\n",
		false: "--- a\n+++ b\n@@ -1 +1 @@\n x\n-y\\x1b\n+--- z\n",
	} {
		if got := string(Diff(diff, colours)); got != want {
			t.Errorf("colours %t: %q", colours, got)
		}
	}
}
