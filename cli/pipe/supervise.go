package pipe

import (
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"syscall"
)

// Supervise runs a program in our place: signals that reach us are handed on to it, and we end when it
// does.
func Supervise(cmd *exec.Cmd) error {
	signals := make(chan os.Signal, 1)
	if heard := slices.DeleteFunc(slices.Clone(handedOn), signal.Ignored); len(heard) > 0 {
		signal.Notify(signals, heard...)
		defer signal.Stop(signals)
	}
	if err := cmd.Start(); err != nil {
		return CannotStart(cmd.Args[0], err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			return err
		case got := <-signals:
			_ = cmd.Process.Signal(got) // it may have ended meanwhile
		}
	}
}

// Code returns the exit code of a program, as a shell has it for one that a signal ended.
func Code(exit *exec.ExitError) int {
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return exit.ExitCode()
}
