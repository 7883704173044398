package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"helm-runnertrust/fixtures"
)

const kustomizeFolder = "testdata/kustomize" // the edit of accept/umbrella for kustomize

// BenchmarkProcess runs the shipped binary as Helm does, on a stream of 200 KB,
// and cat and kustomize on the same stream in turn. The figures to look at are
// their ratios, as machines differ; each has its limit beside it.
func BenchmarkProcess(b *testing.B) {
	kustomize := os.Getenv("KUSTOMIZE")
	if kustomize == "" {
		b.Fatal("KUSTOMIZE does not hold the path of kustomize: run `make bench`, which builds it")
	}
	binary, peakOf := goBuild(b, ".."), goBuild(b, "./testdata/peak")
	stream := stream200KB(b)
	ours := newContender(b, peakOf, stream, binary, "--cert="+filepath.Join(fixturesDir, "certs", "ca.crt"))
	cat := newContender(b, peakOf, stream, "cat")
	theirs := newContender(b, peakOf, stream, kustomizeCommand(b, kustomize)...)

	want := kustomizeEdit(b)
	for _, c := range []*contender{ours, theirs} {
		if got := readEdit(b, c.output); !reflect.DeepEqual(got, want) {
			b.Fatalf("%q made\n%+v\nwant\n%+v", c.command, got, want)
		}
	}
	for i := 0; b.Loop(); i++ {
		ours.run(b)
		cat.run(b)
		if i%4 == 0 { // slow as it is, fewer runs give its median
			theirs.run(b)
		}
	}
	b.ReportMetric(0, "ns/op") // the sum of all three says nothing
	b.ReportMetric(float64(len(stream))/1024, "KiB-stream")
	b.ReportMetric(ours.median()/cat.median(), "binary/cat(≤7)")
	b.ReportMetric(theirs.median()/ours.median(), "kustomize/binary(≥20)")
	b.ReportMetric(float64(ours.peakKiB)/1024, "MiB-peak(≤20)")
	b.ReportMetric(float64(fileSize(b, binary))/1e6, fmt.Sprintf("MB-binary(≤%d)", binaryLimit/1_000_000))
}

// TestKustomizeEdit keeps the benchmark's comparison fair: what kustomize has
// to add is what the filter adds.
func TestKustomizeEdit(t *testing.T) {
	got, want := kustomizeEdit(t), readEdit(t, []byte(fixtures.Output(t, "accept/umbrella")))
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s has\n%+v\nthe fixture\n%+v", kustomizeFolder, got, want)
	}
}

func goBuild(tb testing.TB, folder string) (binary string) {
	tb.Helper()
	binary = filepath.Join(tb.TempDir(), "binary")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, folder)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("%v: %s", err, output)
	}
	return binary
}

func fileSize(tb testing.TB, path string) int64 {
	tb.Helper()
	about, err := os.Stat(path)
	if err != nil {
		tb.Fatal(err)
	}
	return about.Size()
}

// stream200KB is the umbrella chart's stream, filled up to the size that the
// real one has with its other documents, as further releases have them: the
// same name twice is an error to kustomize.
func stream200KB(b *testing.B) []byte {
	umbrella := []byte(fixtures.Input(b, "accept/umbrella"))
	stream := bytes.Clone(umbrella)
	other := bytes.Split(umbrella, []byte("\n---\n"))
	for i := 0; len(stream) < 196<<10; i++ {
		document := other[i%len(other)]
		if bytes.Contains(document, []byte("CI_SERVER_URL")) {
			continue
		}
		document = bytes.ReplaceAll(document, []byte("forge"), fmt.Appendf(nil, "forge%d", 2+i/len(other)))
		stream = append(append(stream, "---\n"...), append(bytes.TrimPrefix(document, []byte("---\n")), '\n')...)
	}
	return stream
}

func content(tb testing.TB, path string) []byte {
	tb.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// kustomizeCommand is what people hand to --post-renderer: kustomize reads no
// stream from stdin, so a script writes it to a file that a kustomization names.
func kustomizeCommand(b *testing.B, kustomize string) []string {
	folder := b.TempDir()
	if err := os.CopyFS(folder, os.DirFS(kustomizeFolder)); err != nil {
		b.Fatal(err)
	}
	return []string{"sh", "-c", `cat >"$1/stream.yaml" && exec "$0" build "$1"`, kustomize, folder}
}

// edit is what the runner gets.
type edit struct {
	Annotation    string
	Mount, Volume map[string]any
	ConfigMap     map[string]any
}

// kustomizeEdit is the edit that kustomize has to make, all four parts of it.
func kustomizeEdit(tb testing.TB) edit {
	tb.Helper()
	patch, configMap := content(tb, kustomizeFolder+"/patch.yaml"), content(tb, kustomizeFolder+"/configmap.yaml")
	e := readEdit(tb, slices.Concat(patch, []byte("---\n"), configMap))
	if e.Annotation == "" || e.Mount == nil || e.Volume == nil || e.ConfigMap == nil {
		tb.Fatalf("%s lacks a part of the edit: %+v", kustomizeFolder, e)
	}
	return e
}

// readEdit returns what is there of the edit in a stream of manifests, or of
// patches, which have the shape of the objects that they change.
func readEdit(tb testing.TB, stream []byte) (e edit) {
	tb.Helper()
	for decoder := yaml.NewDecoder(bytes.NewReader(stream)); ; {
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return e
		}
		if err == nil {
			err = e.read(&document)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
}

// read takes what document has of the edit.
func (e *edit) read(document *yaml.Node) error {
	var object struct {
		Kind     string
		Metadata struct{ Name string }
		Spec     struct {
			Template struct {
				Metadata struct{ Annotations map[string]string }
				Spec     struct {
					Volumes    []map[string]any
					Containers []struct {
						VolumeMounts []map[string]any `yaml:"volumeMounts"`
					}
				}
			}
		}
	}
	if err := document.Decode(&object); err != nil {
		return err
	}
	switch object.Kind + "/" + object.Metadata.Name {
	case "ConfigMap/forge-gitlab-runner-certs":
		return document.Decode(&e.ConfigMap)
	case "Deployment/forge-gitlab-runner":
		template := object.Spec.Template
		e.Annotation = template.Metadata.Annotations["checksum/runner-certs"]
		e.Volume = ourEntry(template.Spec.Volumes)
		for _, container := range template.Spec.Containers {
			e.Mount = ourEntry(container.VolumeMounts)
		}
	}
	return nil
}

// ourEntry is the volume or mount that was added, nil where none was.
func ourEntry(entries []map[string]any) map[string]any {
	for _, entry := range entries {
		if entry["name"] == "etc-gitlab-runner-certs" {
			return entry
		}
	}
	return nil
}

// contender is a program that takes the stream from stdin.
type contender struct {
	peakOf  string // the program below which it runs
	stream  []byte
	command []string
	output  []byte // of every run
	times   []time.Duration
	peakKiB int64
}

// newContender runs the command once, for its output.
func newContender(b testing.TB, peakOf string, stream []byte, command ...string) *contender {
	c := &contender{peakOf: peakOf, stream: stream, command: command}
	c.output, _, c.peakKiB = c.measure(b)
	return c
}

func (c *contender) run(b testing.TB) {
	output, elapsed, peakKiB := c.measure(b)
	if !bytes.Equal(output, c.output) {
		b.Fatalf("%q wrote %d bytes, and now %d others", c.command, len(c.output), len(output))
	}
	c.times, c.peakKiB = append(c.times, elapsed), max(c.peakKiB, peakKiB)
}

// measure runs the command below another small one, which tells the peak of its
// memory: a process begins with the peak of the one that it was forked from,
// and this test's is larger than what is measured.
func (c *contender) measure(b testing.TB) (output []byte, elapsed time.Duration, peakKiB int64) {
	cmd := exec.Command(c.peakOf, c.command...)
	var out, told bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(c.stream), &out, &told
	if err := cmd.Run(); err != nil {
		b.Fatalf("%q: %v: %s", c.command, err, &told)
	}
	lines := strings.Split(strings.TrimSpace(told.String()), "\n")
	if _, err := fmt.Sscanf(lines[len(lines)-1], "%d %d", &elapsed, &peakKiB); err != nil {
		b.Fatalf("%q: %v", &told, err)
	}
	return out.Bytes(), elapsed, peakKiB
}

// median is in nanoseconds.
func (c *contender) median() float64 {
	slices.Sort(c.times)
	return float64(c.times[len(c.times)/2])
}

// BenchmarkManyRunners runs the binary on 250 and on 1,000 runners in turn: the time grows with
// their number.
func BenchmarkManyRunners(b *testing.B) {
	binary, peakOf := goBuild(b, ".."), goBuild(b, "./testdata/peak")
	command := []string{binary, "--cert=" + filepath.Join(fixturesDir, "certs", "ca.crt")}
	few := newContender(b, peakOf, runners(b, 250), command...)
	many := newContender(b, peakOf, runners(b, 1000), command...)
	for b.Loop() {
		few.run(b)
		many.run(b)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(many.median()/few.median(), "1000/250(≤4.5)")
}

// runners is a stream of so many runners, each of a name of its own.
func runners(b *testing.B, count int) []byte {
	one := []byte(fixtures.Input(b, "accept/current"))
	var stream bytes.Buffer
	for i := range count {
		stream.Write(bytes.ReplaceAll(one, []byte("ci-gitlab-runner"), fmt.Appendf(nil, "ci-%d-gitlab-runner", i)))
	}
	return stream.Bytes()
}

// BenchmarkLargeStream runs the binary and cat on 100 MB in which one document is a runner's, and
// the last line has no end.
func BenchmarkLargeStream(b *testing.B) {
	const size = 100_000_000
	stream := bytes.NewBuffer([]byte(fixtures.Input(b, "accept/current")))
	for i := 0; stream.Len() < size; i++ {
		fmt.Fprintf(stream, "---\nkind: ConfigMap\nmetadata:\n  name: large-%d\ndata:\n  text: |\n%s", i,
			strings.Repeat("    a line of text in a block, as charts have them\n", 100))
	}
	stream.WriteString("---\nlast: 1")
	binary, peakOf := goBuild(b, ".."), goBuild(b, "./testdata/peak")
	ours := newContender(b, peakOf, stream.Bytes(), binary, "--cert="+filepath.Join(fixturesDir, "certs", "ca.crt"))
	cat := newContender(b, peakOf, stream.Bytes(), "cat")
	for b.Loop() {
		ours.run(b)
		cat.run(b)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ours.median()/cat.median(), "binary/cat(≤10)")
	b.ReportMetric(float64(ours.peakKiB)*1024/float64(stream.Len()), "peak/stream(≤2)")
}
