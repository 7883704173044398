package trust

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Source is trust material for one host, or for every host that has none of its own.
type Source struct {
	// Host is the name that the certificates were given for, without port and brackets, its
	// case kept because the runner keeps it; empty for every host.
	Host string
	// Bundle is what was read; never nil.
	Bundle *Bundle
	// FromFolder says that Host is the stem of a file name in a folder.
	FromFolder bool
}

// hostPrefix is HOST[:PORT]= or [IPv6][:PORT]= at the start of an argument.
var hostPrefix = regexp.MustCompile(`^(?:([-._a-zA-Z0-9]+)|\[([0-9a-fA-F:.]+)\])(?::([0-9]*))?=`)

// Load reads the argument [HOST=]PATH, where PATH is a file for [Parse] or a folder of
// <host>.crt files. A path that itself begins like HOST= is written ./HOST=. What cannot be
// read or is refused is an [*Error]; the faults of several files in a folder are joined.
func Load(arg string) ([]Source, error) {
	host, path, err := splitHost(arg)
	if err != nil {
		return nil, err
	}
	if path == "" {
		return nil, &Error{Place: fmt.Sprintf("%q", arg), Message: "no path given", Hint: "write [HOST=]PATH"}
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	if info.IsDir() {
		if host != "" {
			return nil, &Error{Place: path, Message: fmt.Sprintf("a folder cannot be given for the one host %q", host), Hint: "give the folder without HOST=, or the one file"}
		}
		return loadFolder(path)
	}
	bundle, err := loadFile(path)
	if err != nil {
		return nil, err
	}
	return []Source{{Host: host, Bundle: bundle}}, nil
}

// LoadText reads the value of an environment variable: PEM text if it has a BEGIN line or more
// than one line, otherwise like [Load]. Origin names the text in messages.
func LoadText(origin, value string) ([]Source, error) {
	if text := strings.TrimSpace(value); !strings.Contains(text, "-----BEGIN") && !strings.Contains(text, "\n") {
		if !leadsSomewhere(text) {
			return nil, &Error{Place: origin, Message: "its value is neither PEM text nor a path that leads somewhere",
				Hint: "give the path of a file, or the PEM text with its line breaks; base64 has to be decoded first"}
		}
		return Load(text)
	}
	bundle, err := Parse(origin, []byte(value))
	if err != nil {
		return nil, err
	}
	return []Source{{Bundle: bundle}}, nil
}

// leadsSomewhere reports whether the path of an argument is there. What does not lead anywhere
// may be a secret that was put into the wrong variable, so it must not be repeated.
func leadsSomewhere(arg string) bool {
	_, path, err := splitHost(arg)
	if err != nil || path == "" {
		return false
	}
	_, err = os.Stat(path)
	return err == nil
}

func splitHost(arg string) (host, path string, err error) {
	match := hostPrefix.FindStringSubmatch(arg)
	if match == nil {
		return "", arg, nil
	}
	if strings.HasSuffix(match[0], ":=") {
		return "", "", badPort(arg, "")
	}
	if port := match[3]; port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return "", "", badPort(arg, port)
		}
	}
	return match[1] + match[2], arg[len(match[0]):], nil
}

func badPort(place, port string) *Error {
	return &Error{
		Place:   fmt.Sprintf("%q", place),
		Message: fmt.Sprintf("port %q is not between 1 and 65535", port),
		Hint:    "the port of GitLab's https, 443 unless set otherwise",
	}
}

func loadFolder(folder string) ([]Source, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, unreadable(folder, err)
	}
	var sources []Source
	var errs []error
	for _, entry := range entries {
		host, isCert := strings.CutSuffix(entry.Name(), ".crt")
		path := filepath.Join(folder, entry.Name())
		// Through Stat, because the files of a mounted ConfigMap are symbolic links.
		if info, err := os.Stat(path); !isCert || host == "" || err == nil && !info.Mode().IsRegular() {
			continue
		}
		bundle, err := loadFile(path)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		sources = append(sources, Source{Host: host, Bundle: bundle, FromFolder: true})
	}
	if len(errs) == 0 && len(sources) == 0 {
		return nil, &Error{Place: folder, Message: "no file named <host>.crt in the folder", Hint: "name each file after the host of CI_SERVER_URL, for instance gitlab.example.com.crt"}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return sources, nil
}

func loadFile(path string) (*Bundle, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer func() { _ = file.Close() }() // only read from
	input, err := io.ReadAll(io.LimitReader(file, MaxSize+1))
	if err != nil {
		return nil, unreadable(path, err)
	}
	return Parse(path, input)
}

// unreadable keeps the cause but not the path inside it: the place names it already.
func unreadable(path string, err error) *Error {
	var cause *os.PathError
	if errors.As(err, &cause) {
		err = cause.Err
	}
	e := &Error{Place: path, Message: "cannot be read", Hint: "check the path and its permissions", Err: err}
	if strings.Contains(path, "=") {
		e.Hint = "the part before = is taken as a host only if it looks like one; write ./PATH for a path with ="
	}
	return e
}
