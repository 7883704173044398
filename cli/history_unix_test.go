//go:build unix

package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helm-runnertrust/fixtures"
)

// TestDropped has a runner without a file fail where an earlier revision that was deployed had one.
func TestDropped(t *testing.T) {
	address, _ := newServer(t)
	without, filtered := fixtures.Input(t, "accept/current"), fixtures.Output(t, "accept/current")
	byHand := strings.ReplaceAll(filtered, "helm-runnertrust/added", "example.com/other")
	for name, test := range map[string]struct {
		history, earlier string
		online           []string
		code             int
		says             string
	}{
		"post-renderer": {`[{"revision":1,"status":"superseded"},{"revision":2,"status":"superseded"},{"revision":3,"status":"failed"},{"revision":4,"status":"deployed"}]`,
			filtered, nil, exitError, "no file: revision 4 dropped the file of revision 2\n    upgrade again, and name the post-renderer"},
		"online": {`[{"revision":2,"status":"superseded"},{"revision":4,"status":"deployed"}]`, filtered, []string{"--online", "--connect", address}, exitError,
			"runner, git in jobs: no file: revision 4 dropped the file of revision 2; the chain ends in \"CN=Private Root\", which is not trusted\n    upgrade again"},
		"values":      {`[{"revision":2,"status":"superseded"},{"revision":4,"status":"deployed"}]`, byHand, nil, exitError, "upgrade again with the values of the earlier revision: helm get values ci --namespace prod --revision 2 --output yaml\n"},
		"never":       {`[{"revision":2,"status":"superseded"},{"revision":4,"status":"deployed"}]`, without, nil, exitUnknown, "no file: it trusts"},
		"pruned":      {`[{"revision":4,"status":"deployed"}]`, filtered, nil, exitUnknown, "no file: it trusts"},
		"not to read": {`Error`, filtered, nil, exitUnknown, "no file: it trusts"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			script := fmt.Sprintf("#!/bin/sh\ncase $* in\n'history ci --output json --namespace prod') echo '%s' ;;\n"+
				"'get manifest ci --namespace prod') cat %s/now ;;\n'get manifest ci --namespace prod --revision 2') cat %[2]s/earlier ;;\n*) exit 1 ;;\nesac\n", test.history, folder)
			for file, text := range map[string]string{"now": without, "earlier": test.earlier, "helm": script} {
				if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			stdout, stderr, code := call(t, "", []string{"HELM_BIN", filepath.Join(folder, "helm")}, append([]string{"verify", "--release", "ci", "-n", "prod"}, test.online...)...)
			if code != test.code || !strings.Contains(stdout, test.says) {
				t.Errorf("exit code %d, %s%s", code, stdout, stderr)
			}
		})
	}
}
