package output

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/input"
)

// Save writes a file whole or not at all, and keeps a different one that is there already, unless
// force says otherwise. It reports whether there was something to write.
func Save(path string, text []byte, force bool) (written bool, err error) {
	if path, err = target(path); err != nil {
		return false, err
	}
	old, err := os.ReadFile(path)
	switch {
	case err == nil && bytes.Equal(old, text):
		return false, nil
	case err == nil && !force:
		return false, &advice.Error{What: path + " is there already, with other content",
			Hint: "compare the two, then replace it with --force"}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return false, notSaved(path, err)
	}
	if err := replace(path, text); err != nil {
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
		return "", &advice.Error{What: path + " is a folder, not a file", Hint: "name a file in it: --save " + advice.Quote(filepath.Join(path, "gitlab.crt"))}
	}
	if !about.Mode().IsRegular() {
		return "", &advice.Error{What: path + " is not a file", Hint: "without --save, the certificates go to stdout"}
	}
	return file, nil
}

// notSaved names the file that was meant, not the one beside it.
func notSaved(path string, err error) error {
	return &advice.Error{What: "cannot write " + path, Err: input.WithoutPath(err),
		Hint: "name a file in a folder that is there and can be written to"}
}

// replace writes beside the file and renames, so that nobody reads a part.
func replace(path string, text []byte) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".runnertrust-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	_, err = file.Write(text)
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
