package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"helm-runnertrust/render"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
)

// load reads the argument [HOST=]PATH, where PATH is a file for [trust.Parse] or a folder of
// <host>.crt files. A path that itself begins like HOST= is written ./HOST=. The faults of several
// files in a folder are joined.
func (f files) load(arg string) ([]render.Source, error) {
	if holdsCertificate(arg) {
		return nil, certificateText("the path of a certificate")
	}
	host, path, err := splitHost(arg)
	if err != nil {
		return nil, err
	}
	if path == "" {
		return nil, &hinted{what: fmt.Sprintf("%q: no path given", arg), hint: "write [HOST=]PATH"}
	}
	about, err := os.Stat(path)
	if err != nil {
		return nil, f.noSuchPath(strings.TrimSuffix(arg, path), path, err)
	}
	if about.IsDir() {
		if host != "" {
			return nil, &hinted{what: fmt.Sprintf("%s: a folder cannot be given for the one host %q", path, host),
				hint: "give the folder without HOST=, or the one file"}
		}
		return f.loadFolder(path)
	}
	bundle, err := f.loadFile(path)
	if err != nil {
		return nil, err
	}
	return []render.Source{{Host: host, Bundle: bundle}}, nil
}

// loadText reads the value of an environment variable: PEM text if it has a BEGIN line or more than
// one line, otherwise like load. Origin names the text in messages.
func (f files) loadText(origin, value string) ([]render.Source, error) {
	if text := strings.TrimSpace(value); !strings.Contains(text, "-----BEGIN") && !strings.Contains(text, "\n") {
		if !pathExists(text) {
			return nil, &hinted{what: origin + ": its value is neither PEM text nor a path that exists",
				hint: "give the path of a file, or the PEM text with its line breaks; base64 has to be decoded first"}
		}
		return f.load(text)
	}
	bundle, err := trust.Parse(origin, []byte(value))
	if err != nil {
		return nil, err
	}
	return []render.Source{{Bundle: bundle}}, nil
}

// pathExists reports whether the path of an argument is there. A value that is no path may be a
// secret that was put into the wrong variable, so it must not be repeated.
func pathExists(arg string) bool {
	_, path, err := splitHost(arg)
	if err != nil || path == "" {
		return false
	}
	_, err = os.Stat(path)
	return err == nil
}

// splitHost cuts HOST[:PORT]= or [IPv6][:PORT]= off the start of an argument. What looks like
// neither is a part of the path.
func splitHost(arg string) (host, path string, err error) {
	before, after, found := strings.Cut(arg, "=")
	if !found {
		return "", arg, nil
	}
	host, port, hasPort := strings.Cut(before, ":")
	allowed := isNameByte
	if inner, ok := strings.CutPrefix(before, "["); ok {
		inner, rest, closed := strings.Cut(inner, "]")
		if !closed || rest != "" && rest[0] != ':' {
			return "", arg, nil
		}
		host, hasPort, allowed = inner, rest != "", isAddressByte
		port = strings.TrimPrefix(rest, ":")
	}
	if host == "" || !consistsOf(host, allowed) || !consistsOf(port, isDigit) {
		return "", arg, nil
	}
	if hasPort {
		if err := probe.CheckPort(fmt.Sprintf("%q", arg), port); err != nil {
			return "", "", err
		}
	}
	return host, after, nil
}

func consistsOf(text string, allowed func(c rune) bool) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return !allowed(c) })
}

func isDigit(c rune) bool { return '0' <= c && c <= '9' }

func isAddressByte(c rune) bool { return isDigit(c) || strings.ContainsRune("abcdefABCDEF:.", c) }

func isNameByte(c rune) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || strings.ContainsRune("-._", c)
}

func (f files) loadFolder(folder string) ([]render.Source, error) {
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
		bundle, err := f.loadFile(path)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		sources = append(sources, render.Source{Host: host, Bundle: bundle, FromFolder: true})
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	if len(sources) == 0 {
		return nil, &hinted{what: folder + ": no file named <host>.crt in the folder",
			hint: "name each file after the host of CI_SERVER_URL, for instance gitlab.example.com.crt"}
	}
	return sources, nil
}

// loadFile reads no more than Parse needs to refuse a file that is too large.
func (f files) loadFile(path string) (*trust.Bundle, error) {
	input, err := f.read(path, trust.MaxSize+1)
	if err != nil {
		return nil, unreadable(path, err)
	}
	return trust.Parse(path, input)
}

func unreadable(path string, err error) error {
	hint := "check the path and its permissions"
	if errors.Is(err, errDevice) {
		hint = "give the path of a file, or a pipe: <(command)"
	}
	return notRead(path, err, hint)
}

// noSuchPath is unreadable for a path that may be none: what was meant can often be told. before is
// what stands in front of it, HOST= as it was typed.
func (f files) noSuchPath(before, path string, err error) error {
	_, named, hasScheme := strings.Cut(path, "://")
	switch {
	case strings.HasPrefix(path, "~/"):
		return notRead(path, err, unexpanded(certFlag, before, path))
	case strings.Contains(path, " --"), strings.Contains(path, ",--"):
		return notRead(path, err, apartHint("--"+certFlag+"="+before+path, f.ofPostRenderer))
	case hasScheme && strings.Contains(named, "="):
		server, file, _ := strings.Cut(named, "=")
		return notRead(path, err, "write the host without https://: --cert="+shellWord(strings.TrimRight(server, "/")+"="+file))
	case strings.Contains(path, "="):
		return notRead(path, err, "the part before = is taken as a host only if it looks like one; write ./PATH for a path with =")
	}
	return unreadable(path, err)
}

func notRead(path string, err error, hint string) error {
	if mayHoldPassword(path) {
		path = trust.PrintableURL(path)
	}
	return &hinted{what: path + ": cannot be read", err: withoutPath(err), hint: hint}
}

// withoutPath is the cause without the path inside it, which the message names already.
func withoutPath(err error) error {
	if inside := (*fs.PathError)(nil); errors.As(err, &inside) {
		return inside.Err
	}
	return err
}
