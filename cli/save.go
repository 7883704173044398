package cli

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// save writes a file whole or not at all, and keeps a different one that is there already, unless
// force says otherwise. It reports whether there was something to write.
func save(path string, content []byte, force bool) (written bool, err error) {
	if path, err = target(path); err != nil {
		return false, err
	}
	old, err := os.ReadFile(path)
	switch {
	case err == nil && bytes.Equal(old, content):
		return false, nil
	case err == nil && !force:
		return false, &hinted{what: path + " is there already, with other content",
			hint: "compare the two, then replace it with --force"}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return false, notSaved(path, err)
	}
	if err := replace(path, content); err != nil {
		return false, notSaved(path, err)
	}
	return true, nil
}

// target follows symbolic links, and refuses what a rename would replace by a file: devices, pipes,
// folders.
func target(path string) (string, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return path, nil // to be made
	}
	file, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", notSaved(path, err)
	}
	about, err := os.Stat(file)
	if err != nil {
		return "", notSaved(path, err)
	}
	if about.IsDir() {
		return "", &hinted{what: path + " is a folder, not a file", hint: "name a file in it: --save " + shellWord(filepath.Join(path, "gitlab.crt"))}
	}
	if !about.Mode().IsRegular() {
		return "", &hinted{what: path + " is not a file", hint: "without --save, the certificates go to stdout"}
	}
	return file, nil
}

// notSaved names the file that was meant, not the one beside it.
func notSaved(path string, err error) error {
	return &hinted{what: "cannot write " + path, err: withoutPath(err),
		hint: cmp.Or(unexpanded("save", "", path), "name a file in a folder that is there and can be written to")}
}

// replace writes beside the file and renames, so that nobody reads a part.
func replace(path string, content []byte) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".runnertrust-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	_, err = file.Write(content)
	if err == nil {
		err = file.Chmod(0o644) // certificates are public
	}
	if err == nil {
		err = file.Sync()
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	return err
}
