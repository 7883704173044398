package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"helm.sh/helm/v4/pkg/provenance"
)

// A signingKey is a private key in a keyring of GnuPG.
type signingKey struct {
	keyring, name  string // path, and part of the user ID
	passphraseFile string // path, empty when the key has no passphrase
}

// sign writes FILE.prov for everything in the folder that Helm 4 installs: the
// packages and the archives. A .prov names one file and its SHA-256, behind a
// description that Helm does not read again: plugin.yaml.
func (k signingKey) sign(folder string) error {
	signatory, err := k.signatory()
	if err != nil {
		return fmt.Errorf("key %q of keyring %q: %w", k.name, k.keyring, err)
	}
	description, err := os.ReadFile(filepath.Join(repository, "plugin.yaml"))
	if err != nil {
		return err
	}
	packages, _ := filepath.Glob(filepath.Join(folder, "*.tgz"))
	archives, _ := filepath.Glob(filepath.Join(folder, "*.tar.gz"))
	if len(packages) == 0 {
		return fmt.Errorf("%s has nothing to sign (make dist makes it)", folder)
	}
	for _, file := range slices.Concat(packages, archives) {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		signature, err := signatory.ClearSign(content, filepath.Base(file), bytes.Clone(description))
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if err := os.WriteFile(file+".prov", []byte(signature), 0o644); err != nil {
			return err
		}
		fmt.Println(file + ".prov")
	}
	return nil
}

// signatory returns the key, ready to sign.
func (k signingKey) signatory() (*provenance.Signatory, error) {
	if k.name == "" || k.keyring == "" {
		return nil, errors.New("both -keyring and -key are needed")
	}
	signatory, err := provenance.NewFromKeyring(k.keyring, k.name)
	if err != nil {
		return nil, err
	}
	return signatory, signatory.DecryptKey(func(string) ([]byte, error) {
		if k.passphraseFile == "" {
			return nil, errors.New("it has a passphrase: -passphrase-file is needed")
		}
		passphrase, err := os.ReadFile(k.passphraseFile)
		return bytes.TrimRight(passphrase, "\r\n"), err
	})
}
