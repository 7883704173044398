package output

import "testing"

func TestColour(t *testing.T) {
	got := colour("--- a\n+++ b\n@@ -1 +1 @@\n x\n-y\n+--- z\r\n")
	want := bold + "--- a" + reset + "\n" + bold + "+++ b" + reset + "\n" + cyan + "@@ -1 +1 @@" + reset + "\n x\n" +
		red + "-y" + reset + "\n" + green + "+--- z" + reset + "\r\n"
	if got != want {
		t.Errorf("got %q", got)
	}
}
