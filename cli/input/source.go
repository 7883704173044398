package input

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/render"
	"helm-runnertrust/trust"
)

// Load reads the argument [HOST=]PATH, where PATH is a file for [trust.Parse] or a folder of
// <host>.crt files. A path that itself begins like HOST= is written ./HOST=. The faults of several
// files in a folder are joined.
func Load(arg string) ([]render.Source, error) {
	if HoldsSecret(arg) {
		return nil, RefuseSecret("the path of a certificate")
	}
	host, path, err := splitHost(arg)
	if err != nil {
		return nil, err
	}
	if path == "" {
		return nil, &advice.Error{What: fmt.Sprintf("%q has no path", arg), Hint: "write [HOST=]PATH"}
	}
	about, err := os.Stat(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	if about.IsDir() {
		if host != "" {
			return nil, &advice.Error{What: fmt.Sprintf("%s: a folder is not for one host, such as %q", path, host),
				Hint: "give the folder without HOST=, or the one file"}
		}
		return loadFolder(path)
	}
	bundle, err := loadFile(path)
	if err != nil {
		return nil, err
	}
	return []render.Source{{Host: host, Bundle: bundle}}, nil
}

// LoadText reads the value of an environment variable: PEM text if it has a BEGIN line or more than
// one line, otherwise like Load. Origin names the text in messages.
func LoadText(origin, value string) ([]render.Source, error) {
	if text := strings.TrimSpace(value); !strings.Contains(text, "-----BEGIN") && !strings.Contains(text, "\n") {
		if !PathExists(text) {
			return nil, &advice.Error{What: origin + ": its value is neither PEM text nor a path that exists",
				Hint: "give the path of a file, or the PEM text with its line breaks; base64 has to be decoded first"}
		}
		return Load(text)
	}
	bundle, err := trust.Parse(origin, []byte(value))
	if err != nil {
		return nil, err
	}
	return []render.Source{{Bundle: bundle}}, nil
}

func loadFolder(folder string) ([]render.Source, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, unreadable(folder, err)
	}
	var sources []render.Source
	var errs []error
	for _, entry := range entries {
		host, isCert := strings.CutSuffix(entry.Name(), ".crt")
		path := filepath.Join(folder, entry.Name())
		// Through Stat, because the files of a mounted ConfigMap are symbolic links.
		if about, err := os.Stat(path); !isCert || host == "" || err == nil && !about.Mode().IsRegular() {
			continue
		}
		bundle, err := loadFile(path)
		errs = append(errs, err)
		sources = append(sources, render.Source{Host: host, Bundle: bundle, FromFolder: true})
	}
	if len(sources) == 0 {
		return nil, &advice.Error{What: folder + ": no file named <host>.crt in the folder",
			Hint: "name each file after the host of CI_SERVER_URL, for instance gitlab.example.com.crt"}
	}
	return sources, errors.Join(errs...)
}

// loadFile reads a file of certificates; no more of it than Parse needs to refuse one that is too
// large.
func loadFile(path string) (*trust.Bundle, error) {
	input, err := Read(path, trust.MaxSize+1)
	if err != nil {
		return nil, unreadable(path, err)
	}
	return trust.Parse(path, input)
}

// unreadable returns the error about a path that cannot be read.
func unreadable(path string, err error) error {
	hint := "check the path and its permissions"
	switch {
	case errors.Is(err, errDevice):
		hint = "give the path of a file, or a pipe: <(command)"
	case strings.Contains(path, " --"), strings.Contains(path, ",--"):
		hint = OneEach
	}
	if MayHoldPassword(path) {
		path = trust.PrintableURL(path)
	}
	return &advice.Error{What: path + ": cannot be read", Err: WithoutPath(err), Hint: hint}
}

// OneEach is the hint about an argument with more than one flag in it.
const OneEach = "each flag is an argument of its own, --cert=FILE; under Helm, each in a --post-renderer-args of its own"

// WithoutPath returns the cause without the path inside it, which the message names already.
func WithoutPath(err error) error {
	if inside, ok := errors.AsType[*fs.PathError](err); ok {
		return inside.Err
	}
	return err
}

// LoadAll loads several arguments of [Load].
func LoadAll(args []string) ([]render.Source, error) {
	var all []render.Source
	var faults []error
	for _, arg := range args {
		sources, err := Load(arg)
		all, faults = append(all, sources...), append(faults, err)
	}
	return all, errors.Join(faults...)
}

var errDevice = errors.New("it is a device, not a file")

// Read returns what is in a file or of a pipe, as the shell's <(command) gives it, at most limit bytes; 0 is no limit.
func Read(path string, limit int64) ([]byte, error) {
	about, err := os.Stat(path)
	if err == nil && about.Mode()&fs.ModeDevice != 0 {
		err = errDevice
	}
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read from
	return io.ReadAll(io.LimitReader(file, cmp.Or(limit, math.MaxInt64)))
}
