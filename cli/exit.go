package cli

import (
	"errors"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/trust"
)

// The exit codes. Of verify, 1 is the verdict that a runner would not connect, so that an alarm can
// tell it from a verify that could not run.
const (
	exitDone    = 0
	exitError   = 1
	exitChanges = 2 // with --detailed-exitcode
	exitUnknown = 3 // of verify: it cannot be judged
	exitNotRun  = 4 // of verify: any other error
)

// A refusal is the error of a verdict, with its status.
type refusal struct {
	error
	status trust.Status
}

// refuse returns the error of a verdict.
func refuse(status trust.Status, what, hint string) error {
	return &refusal{&advice.Error{What: what, Hint: hint}, status}
}

func (r *refusal) Unwrap() error { return r.error }

// exitOfVerify returns the exit code of a verify that ended with errors. The worst counts: a runner
// that would not connect, then a release that could not be read.
func exitOfVerify(err error) int {
	code := exitUnknown
	for _, one := range trust.Errors(err) {
		refused, ok := errors.AsType[*refusal](one)
		switch {
		case ok && refused.status == trust.StatusFailed:
			return exitError
		case !ok:
			code = exitNotRun
		}
	}
	return code
}
