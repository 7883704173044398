package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// checksumsName is the file that install-binary.sh looks up an archive in.
func checksumsName(version string) string { return "runnertrust-" + version + "-checksums.txt" }

// writeChecksums writes the SHA-256 of every file in the folder, in the form
// of sha256sum.
func writeChecksums(folder, version string) error {
	files, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	var lines bytes.Buffer
	for _, file := range files { // sorted by name
		content, err := os.ReadFile(filepath.Join(folder, file.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&lines, "%x  %s\n", sha256.Sum256(content), file.Name())
	}
	return os.WriteFile(filepath.Join(folder, checksumsName(version)), lines.Bytes(), 0o644)
}

// readChecksums returns the SHA-256 of each file of the release in the folder,
// and fails when a file has another one.
func readChecksums(folder string) (map[string]string, error) {
	lists, err := filepath.Glob(filepath.Join(folder, checksumsName("*")))
	if err != nil || len(lists) != 1 {
		return nil, fmt.Errorf("%s has %d files of checksums, want one", folder, len(lists))
	}
	list, err := os.ReadFile(lists[0])
	if err != nil {
		return nil, err
	}
	sums := map[string]string{}
	for line := range strings.Lines(string(list)) {
		sum, name, found := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if !found {
			return nil, fmt.Errorf("%s: %q is no line of sha256sum", lists[0], line)
		}
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return nil, err
		}
		if actual := fmt.Sprintf("%x", sha256.Sum256(content)); actual != sum {
			return nil, fmt.Errorf("%s: the SHA-256 is %s, want %s", filepath.Join(folder, name), actual, sum)
		}
		sums[name] = sum
	}
	return sums, nil
}

// checkReproducible builds the release of HEAD again, elsewhere and at another
// time, and compares it with the one in folder. The Makefile gives it another
// umask, language and time zone.
func checkReproducible(folder string) error {
	first, err := readChecksums(folder)
	if err != nil {
		return fmt.Errorf("%w (make dist makes the first build)", err)
	}
	clone, remove, err := cloneHead("a clone of another name")
	if err != nil {
		return err
	}
	defer remove()
	again := filepath.Join(filepath.Dir(clone), "again")
	if err := os.Mkdir(again, 0o700); err != nil {
		return err
	}
	if _, err := build(clone, again); err != nil {
		return err
	}
	second, err := readChecksums(again)
	if err != nil {
		return err
	}
	if err := sameFiles(first, second); err != nil {
		return fmt.Errorf("two builds differ, or %s is not of HEAD: %w", folder, err)
	}
	fmt.Printf("%s: %d files, the same bytes twice\n", folder, len(second))
	return nil
}

// sameFiles reports every file that is missing or differs.
func sameFiles(first, second map[string]string) error {
	if len(first) == 0 {
		return errors.New("there are no files")
	}
	all := maps.Clone(first)
	maps.Copy(all, second)
	var differences []error
	for _, name := range sortedKeys(all) {
		if first[name] != second[name] {
			differences = append(differences, fmt.Errorf("%s: %q and %q", name, first[name], second[name]))
		}
	}
	return errors.Join(differences...)
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
