package cli

import (
	"encoding/json"
	"testing"

	"helm-runnertrust/fixtures"
)

// TestErrorInJSON has one JSON object on stdout, whatever goes wrong, where JSON is asked for.
func TestErrorInJSON(t *testing.T) {
	broken := fixtures.Input(t, "refuse/url-passwords-malformed")
	for _, test := range []struct {
		stdin       string
		environment []string
		args        []string
		code, says  string
		also        int
	}{
		{args: []string{"fetch", "https://u:p@gitlab.test", "-o", "json"}, code: "user-in-url", says: `"https://***@gitlab.test": a URL with a user or password`},
		{args: []string{"fetch", "gitlab.test", "-o", "json", "--connect", "127.0.0.1:1"}, code: "refused", says: "gitlab.test:443: nothing listens on the port: the connection is refused: dial tcp 127.0.0.1:1: connect: connection refused"},
		{args: []string{"verify", "--zzz", "-o", "json"}, code: "command", says: "unknown flag: --zzz"},
		{args: []string{"verify", "--output=json", "--deployment=-----BEGIN"}, code: "command", says: "an argument: the value is the text of a certificate or a key, or has line breaks"},
		{args: []string{"verify", "-ojson"}, code: "command", says: "stdin is empty"},
		{args: []string{"verify"}, environment: []string{"RUNNERTRUST_OUTPUT", "json"}, code: "command", says: "stdin is empty"},
		{stdin: "kind: x\n", args: []string{"verify", "-o", "json"}, code: "no-runner", says: "no Deployment with a container that has the variable CI_SERVER_URL (documents: 1)"},
		{stdin: broken, args: []string{"verify", "-o", "json"}, code: "bad-url", also: 5,
			says: `document 1, Deployment/edge-1, container runner, env CI_SERVER_URL: "***@gitlab.example.com" is not an http or https URL`},
	} {
		stdout, stderr, code := call(t, test.stdin, test.environment, test.args...)
		var result errorJSON
		if err := json.Unmarshal([]byte(stdout), &result); err != nil {
			t.Errorf("%q: %v in %q", test.args, err, stdout)
		}
		got := result.Error
		if code != errorOf(test.args) || string(got.Code) != test.code || got.Message != test.says || got.Hint == "" || len(result.Also) != test.also || stderr == "" {
			t.Errorf("%q: exit code %d, %+v, %s", test.args, code, result, stderr)
		}
	}
	if stdout, _, _ := call(t, "", nil, "verify"); stdout != "" {
		t.Errorf("without -o json: %q", stdout)
	}
}
