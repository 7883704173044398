// Command release makes the files of a release of HEAD in a folder, in steps:
//
//	release make FOLDER
//	release check FOLDER
//	release sign -keyring FILE -key NAME [-passphrase-file FILE] FOLDER
//
// make writes an archive for each platform, its SBOM, a package of each of the
// two plugins for Helm 4, and a file with the SHA-256 of them all. check makes
// them anew and fails when they are not the same bytes. sign writes the .prov
// files that Helm 4 verifies. None needs a network when the modules are in the
// module cache.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("want make, check or sign")
	}
	var key signingKey
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	if args[0] == "sign" {
		flags.StringVar(&key.keyring, "keyring", "", "`file` with the private key, as gpg --export-secret-keys writes it")
		flags.StringVar(&key.name, "key", "", "part of the key's `user ID`")
		flags.StringVar(&key.passphraseFile, "passphrase-file", "", "`file` with the key's passphrase")
	}
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return fmt.Errorf("%d folders are named, want one", flags.NArg())
	}
	folder, err := filepath.Abs(flags.Arg(0))
	if err != nil {
		return err
	}
	switch args[0] {
	case "make":
		return makeRelease(folder)
	case "check":
		return checkReproducible(folder)
	case "sign":
		return key.sign(folder)
	}
	return fmt.Errorf("%q is neither make, check nor sign", args[0])
}

// makeRelease replaces the folder by the files of a release.
func makeRelease(folder string) error {
	clone, remove, err := cloneHead("helm-runnertrust")
	if err != nil {
		return err
	}
	defer remove()
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	version, err := build(clone, folder)
	if err != nil {
		return err
	}
	fmt.Printf("%s: release %s\n", folder, version)
	return nil
}
