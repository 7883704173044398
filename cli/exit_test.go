package cli

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/trust"
)

// errorOf is the exit code of a command line that could not be run.
func errorOf(args []string) int {
	if slices.Contains(args, "verify") {
		return exitNotRun
	}
	return exitError
}

// TestExitOfVerify has the worst of several errors decide.
func TestExitOfVerify(t *testing.T) {
	failed, unknown, broken := &advice.Error{Verdict: trust.StatusFailed}, &advice.Error{Verdict: trust.StatusUnknown}, errors.New("x")
	for _, test := range []struct {
		err  error
		want int
	}{
		{failed, exitError},
		{advice.Context{}.In(unknown), exitUnknown},
		{broken, exitNotRun},
		{errors.Join(&advice.Error{What: "x"}, unknown), exitNotRun},
		{errors.Join(broken, unknown), exitNotRun},
		{errors.Join(broken, fmt.Errorf("release x: %w", failed)), exitError},
	} {
		if got := exitOfVerify(test.err); got != test.want {
			t.Errorf("%v: %d, want %d", test.err, got, test.want)
		}
	}
}
