package pipe

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"helm-runnertrust/cli/input"
)

// handedOn are the signals that end a program, and so have to end the one that it runs too.
var handedOn = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}

// Supervise runs a program in our place: signals that reach us are handed on to it, and we end when it
// does. It returns the last signal, nil where there was none. After the first, the program has the grace
// to end before it is killed; 0 is any time.
func Supervise(cmd *exec.Cmd, grace time.Duration) (got os.Signal, err error) {
	signals := make(chan os.Signal, 1)
	// A signal that is ignored, as nohup wants it, stays so for the program too.
	if heard := slices.DeleteFunc(slices.Clone(handedOn), signal.Ignored); len(heard) > 0 {
		signal.Notify(signals, heard...)
		defer signal.Stop(signals)
	}
	if err := cmd.Start(); err != nil {
		return nil, CannotStart(cmd.Args[0], err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err = <-ended:
			return got, err
		case got = <-signals:
			_ = cmd.Process.Signal(got) // it may have ended meanwhile
			if grace > 0 {
				defer time.AfterFunc(grace, func() { _ = cmd.Process.Kill() }).Stop()
			}
		}
	}
}

// CannotStart returns an [exec.Error] of whatever kept a program from starting.
func CannotStart(name string, err error) error {
	if _, ok := errors.AsType[*exec.Error](err); ok {
		return err
	}
	return &exec.Error{Name: name, Err: input.WithoutPath(err)}
}

// Code returns the exit code of a program, as a shell has it for one that a signal ended.
func Code(exit *exec.ExitError) int {
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return exit.ExitCode()
}
