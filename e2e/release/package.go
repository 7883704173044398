package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

// writePackages writes NAME-VERSION.tgz for each plugin, with the programs of
// all platforms, as Helm 4 installs it from a file, a URL or an OCI registry:
// one folder of the plugin's name, and no hook, so that all of it is signed.
// The CLI plugin stays in the form that Helm 3 loads too.
func (p plugins) writePackages(clone, folder string) error {
	files := map[string]string{"LICENSE": "LICENSE"}
	for _, platform := range platforms {
		built, err := filepath.Glob(filepath.Join(clone, "dist", "*_"+platform.os+"_"+platform.arch+"*", "bin", path.Base(platform.program())))
		if err != nil {
			return err
		}
		if len(built) != 1 {
			return fmt.Errorf("goreleaser made %q for %s/%s, want one program", built, platform.os, platform.arch)
		}
		relative, err := filepath.Rel(clone, built[0])
		if err != nil {
			return err
		}
		files[platform.program()] = relative
	}
	postRenderer := p.postRenderer.with([]string{"runtimeConfig"}, forAllPlatforms())
	if err := writePackage(postRenderer, clone, files, folder); err != nil {
		return err
	}
	for _, file := range completionFiles {
		files[file] = file
	}
	return writePackage(p.cli.with(nil, forAllPlatforms()), clone, files, folder)
}

// completionFiles are those that Helm reads and runs to complete the CLI plugin's command line.
var completionFiles = []string{"completion.yaml", "plugin.complete"}

// writePackage packs plugin.yaml and the files, each a path in the package and
// one in the clone. The tar archive tells neither who made it nor when.
func writePackage(m metadata, clone string, files map[string]string, folder string) error {
	name := fmt.Sprint(m["name"])
	metadataFile, err := yaml.Marshal(m)
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	compressed, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := &packer{tar: tar.NewWriter(compressed), folders: map[string]bool{}}
	archive.add(name+"/plugin.yaml", 0o644, metadataFile)
	for _, file := range sortedKeys(files) {
		content, err := os.ReadFile(filepath.Join(clone, files[file]))
		if err != nil {
			return err
		}
		mode := int64(0o644)
		if strings.HasPrefix(file, "bin/") || file == "plugin.complete" {
			mode = 0o755
		}
		archive.add(name+"/"+file, mode, content)
	}
	for _, step := range []func() error{func() error { return archive.err }, archive.tar.Close, compressed.Close} {
		if err := step(); err != nil {
			return err
		}
	}
	target := filepath.Join(folder, fmt.Sprintf("%s-%s.tgz", name, m["version"]))
	return os.WriteFile(target, packed.Bytes(), 0o644)
}

// A packer fills a tar archive up to its first error.
type packer struct {
	tar     *tar.Writer
	folders map[string]bool
	err     error
}

// add adds a file, and before it the folders that it is in.
func (p *packer) add(name string, mode int64, content []byte) {
	for i, letter := range name {
		if folder := name[:i+1]; letter == '/' && !p.folders[folder] {
			p.folders[folder] = true
			p.write(&tar.Header{Typeflag: tar.TypeDir, Name: folder, Mode: 0o755}, nil)
		}
	}
	p.write(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: int64(len(content))}, content)
}

func (p *packer) write(header *tar.Header, content []byte) {
	header.Uname, header.Gname, header.Format = "root", "root", tar.FormatUSTAR
	if p.err == nil {
		p.err = p.tar.WriteHeader(header)
	}
	if p.err == nil {
		_, p.err = p.tar.Write(content)
	}
}
