package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"unsafe"
)

// onTerminal runs a command whose streams are a pseudo-terminal (pts(4)), and
// returns what a person would see there.
func onTerminal(cmd *exec.Cmd) (string, error) {
	person, program, err := openTerminal()
	if err != nil {
		return "", err
	}
	defer func() { _ = person.Close() }()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	err = cmd.Start()
	_ = program.Close() // the command has its own
	if err != nil {
		return "", err
	}
	var seen bytes.Buffer
	_, copied := io.Copy(&seen, person)
	if errors.Is(copied, syscall.EIO) { // how a terminal ends
		copied = nil
	}
	return seen.String(), errors.Join(cmd.Wait(), copied)
}

// openTerminal returns both ends of a new pseudo-terminal.
func openTerminal() (person, program *os.File, err error) {
	if person, err = os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0); err != nil {
		return nil, nil, err
	}
	var unlock, number uint32
	for request, value := range map[uintptr]*uint32{syscall.TIOCSPTLCK: &unlock, syscall.TIOCGPTN: &number} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, person.Fd(), request, uintptr(unsafe.Pointer(value))); errno != 0 {
			return nil, nil, errors.Join(errno, person.Close())
		}
	}
	program, err = os.OpenFile("/dev/pts/"+strconv.Itoa(int(number)), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, errors.Join(err, person.Close())
	}
	return person, program, nil
}
