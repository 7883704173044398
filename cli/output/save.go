package output

import (
	"bytes"
	"cmp"
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
// folders, links to nothing.
func target(path string) (string, error) {
	file, err := filepath.EvalSymlinks(path)
	switch about, _ := os.Stat(file); {
	case errors.Is(err, fs.ErrNotExist):
		if link, err := os.Readlink(path); err == nil {
			return "", &advice.Error{What: path + " is a link to " + link + ", which is not there", Hint: "name that file"}
		}
		return path, nil // to be made
	case err != nil:
		return "", notSaved(path, err)
	case about == nil || !about.Mode().IsRegular():
		return "", &advice.Error{What: path + " is not a file",
			Hint: "name a file, for instance " + advice.Quote(filepath.Join(path, "gitlab.crt")) + " in a folder; without --save, the certificates go to stdout"}
	}
	return file, nil
}

// notSaved names the file that was meant, not the one beside it.
func notSaved(path string, err error) error {
	return &advice.Error{What: "cannot write " + path, Err: input.WithoutPath(err),
		Hint: "name a file in a folder that is there and can be written to"}
}

// replace writes beside the file and renames, so that nobody reads a part.
func replace(path string, text []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".runnertrust-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }() // it is not there any more where all went well
	_, err = file.Write(text)
	err = cmp.Or(err, file.Chmod(0o644), file.Sync(), file.Close()) // certificates are public
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
