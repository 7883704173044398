// Command helm-runnertrust is a Helm post-renderer that makes GitLab Runners trust their GitLab.
package main

import (
	_ "embed"
	"os"
	"os/signal"
	"syscall"
	"time"

	"helm-runnertrust/cli"
)

//go:embed plugin.yaml
var plugin []byte

func main() {
	signal.Ignore(syscall.SIGPIPE) // a closed stdout is an error like any other
	os.Exit(cli.Run(cli.Process{
		Name:    os.Args[0],
		Args:    os.Args[1:],
		Env:     os.Getenv,
		Environ: os.Environ(),
		Stdin:   os.Stdin,
		Stdout:  os.Stdout,
		Stderr:  os.Stderr,
		Now:     time.Now(),
		Plugin:  plugin,
	}))
}
