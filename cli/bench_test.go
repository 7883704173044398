package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// BenchmarkProcess runs the shipped binary as Helm does, on a stream of
// 200 KB, and cat on the same stream in turn: the figure to look at is their
// ratio, as machines differ.
func BenchmarkProcess(b *testing.B) {
	binary, peakOf := goBuild(b, ".."), goBuild(b, "./testdata/peak")
	stream := stream200KB(b)
	cert := "--cert=" + filepath.Join(fixturesDir, "certs", "ca.crt")
	var ours, cats []time.Duration
	var peak int64
	for b.Loop() {
		elapsed, rss := measure(b, peakOf, stream, binary, cert)
		ours, peak = append(ours, elapsed), max(peak, rss)
		elapsed, _ = measure(b, peakOf, stream, "cat")
		cats = append(cats, elapsed)
	}
	b.ReportMetric(float64(median(ours))/float64(median(cats)), "x-cat")
	b.ReportMetric(float64(peak)/1024, "MiB-peak")
	b.ReportMetric(float64(len(stream))/1024, "KiB-stream")
}

func goBuild(b *testing.B, folder string) (binary string) {
	binary = filepath.Join(b.TempDir(), "binary")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, folder)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, output)
	}
	return binary
}

// stream200KB is the umbrella chart's stream, filled up with its other
// documents to the size that the real one has.
func stream200KB(b *testing.B) []byte {
	umbrella := readFixtureInput(b, "umbrella")
	stream := bytes.Clone(umbrella)
	other := bytes.Split(umbrella, []byte("\n---\n"))
	for i := 0; len(stream) < 196<<10; i++ {
		document := other[i%len(other)]
		if !bytes.Contains(document, []byte("CI_SERVER_URL")) {
			stream = append(append(stream, "---\n"...), append(bytes.TrimPrefix(document, []byte("---\n")), '\n')...)
		}
	}
	return stream
}

func readFixtureInput(b *testing.B, name string) []byte {
	input, err := os.ReadFile(filepath.Join(fixturesDir, "accept", name, "input.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	return input
}

// measure runs a command below another small one, which tells the peak of its
// memory: a process begins with the peak of the one that it was forked from,
// and this test's is larger than what is measured.
func measure(b *testing.B, peak string, stream []byte, command ...string) (elapsed time.Duration, peakKiB int64) {
	cmd := exec.Command(peak, command...)
	var out, told bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stream), &out, &told
	if err := cmd.Run(); err != nil {
		b.Fatalf("%v: %s", err, &told)
	}
	if out.Len() < len(stream) {
		b.Fatalf("%s wrote %d of %d bytes", command[0], out.Len(), len(stream))
	}
	if _, err := fmt.Sscanf(told.String(), "%d %d", &elapsed, &peakKiB); err != nil {
		b.Fatalf("%q: %v", &told, err)
	}
	return elapsed, peakKiB
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}
