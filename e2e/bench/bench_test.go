package bench

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"helm-runnertrust/e2e/internal/tool"
)

var (
	write  = flag.Bool("write", false, "measure all inputs, and write docs/BENCHMARK.md")
	rounds = flag.Int("rounds", 100, "how often each small run is repeated, with -write")
)

const (
	page = "../../docs/BENCHMARK.md"
	kB   = 1000
	mB   = 1000 * kB
)

// programs are the paths of the built ones, and the flag of the filter.
type programs struct{ ours, peak, empty, parse, least, cert string }

func build(t *testing.T) programs {
	t.Helper()
	var p programs
	built := t.TempDir()
	for folder, path := range map[string]*string{"../..": &p.ours, "peak": &p.peak, "empty": &p.empty, "parse": &p.parse, "least": &p.least} {
		*path = filepath.Join(built, filepath.Base(folder))
		if folder == "../.." {
			*path = filepath.Join(built, "helm-runnertrust")
		}
		if err := tool.Program(*path, folder, "-ldflags", "-s -w"); err != nil {
			t.Fatal(err)
		}
	}
	cert, err := filepath.Abs("../../fixtures/certs/ca.crt")
	if err != nil {
		t.Fatal(err)
	}
	p.cert = "--cert=" + cert
	return p
}

const leastName = "the least: a Go program that holds its input, edits one object with kyaml, and reads that back"

func (p programs) filter(name string, stream []byte) *contender {
	return &contender{name: name, command: []string{p.ours, p.cert}, stream: stream}
}

// TestBenchmark races the program against others, and against itself with more to do.
func TestBenchmark(t *testing.T) {
	p, r, repeated := build(t), &report{began: time.Now()}, 2
	if *write {
		repeated = *rounds
	}
	r.small = raceSmall(t, p, repeated)
	r.series, r.large = raceSeries(t, p, *write)
	r.starts = []start{startOf(t, "the filter", p.ours, p.cert), startOf(t, "only kyaml", p.parse)}
	r.releases = measureReleases(t, p, repeated)
	r.fetch = measureFetch(t, p, repeated)
	text := r.page(t)
	if !*write {
		t.Log(text)
		return
	}
	if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The places of the programs in what raceSmall returns.
const (
	ours = iota
	cat
	empty
	onlyKyaml
	least
	kustomize
	yq
	helm3
	helm4
)

// raceSmall has everybody take the stream of the gitlab chart's size.
func raceSmall(t *testing.T, p programs, rounds int) []*contender {
	stream := umbrella200KB(t)
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS("../../cli/testdata/kustomize")); err != nil {
		t.Fatal(err)
	}
	all := []*contender{
		ours:      p.filter("the filter", stream),
		cat:       {name: "cat", command: []string{"cat"}, stream: stream},
		empty:     {name: "an empty Go program", command: []string{p.empty}},
		onlyKyaml: {name: "a Go program that parses `a: b` with kyaml", command: []string{p.parse}},
		least:     {name: leastName, command: []string{p.least}, stream: stream},
		// Kustomize reads no stream: what people hand to --post-renderer writes it to a file.
		kustomize: {name: "kustomize, the same edit", command: []string{"sh", "-c", `cat >"$1/stream.yaml" && exec "$0" build "$1"`, tool.Path(t, "kustomize"), folder}, stream: stream, every: 4},
		yq:        {name: "yq, no edit", command: []string{tool.Path(t, "yq"), "."}, stream: stream, every: 4},
		helm3:     {name: "`helm template` of the test chart, Helm 3", command: []string{tool.Path(t, "helm3"), "template", "my", "../umbrella"}, every: 4},
		helm4:     {name: "`helm template` of the test chart, Helm 4", command: []string{tool.Path(t, "helm4"), "template", "my", "../umbrella"}, every: 4},
	}
	if !bytes.Equal(outputOf(t, p.peak, all[cat]), stream) {
		t.Error("cat does not write what it reads")
	}
	for _, c := range []*contender{all[ours], all[kustomize]} {
		if out := outputOf(t, p.peak, c); bytes.Count(out, []byte("etc-gitlab-runner-certs")) < 2 || !bytes.Contains(out, []byte("name: forge-gitlab-runner-certs")) {
			t.Errorf("%s makes no edit", c.name)
		}
	}
	race(t, p.peak, rounds, all...)
	return all
}

func outputOf(t *testing.T, peak string, c *contender) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := c.run(peak, &out); err != nil {
		t.Fatal(err)
	}
	c.times, c.peakKiB = nil, 0
	return out.Bytes()
}

// raceSeries gives the program ever more of one thing, up to what the page promises, and others the largest
// streams beside it.
func raceSeries(t *testing.T, p programs, all bool) (found []*series, large []beside) {
	for _, s := range []struct {
		name   string
		make   func(*testing.T, int) []byte
		sizes  []int
		unit   int
		beside bool // others, at the largest
	}{
		{"MB of documents, one of them a runner", documents, []int{200 * kB, 2 * mB, 10 * mB, 100 * mB}, mB, true},
		{"MB in one document", oneDocument, []int{200 * kB, 2 * mB, 10 * mB, 100 * mB}, mB, true},
		{"runners", runners, []int{1, 100, 1000, 4000}, 1, false},
		{"volumes and mounts of a runner", volumes, []int{1, 10, 100, 990}, 1, false},
		{"MB in one line of a runner", longLine, []int{5 * kB, 50 * kB, 500 * kB, 5 * mB}, mB, false},
	} {
		if !all {
			s.sizes = s.sizes[:2]
		}
		t.Logf("%s: %v", s.name, s.sizes)
		one := &series{name: s.name}
		for i, size := range s.sizes {
			c := p.filter(fmt.Sprint(size), s.make(t, size))
			one.of, one.points = append(one.of, float64(size)/float64(s.unit)), append(one.points, c)
			group := []*contender{c}
			if i == len(s.sizes)-1 && s.beside {
				b := beside{c, &contender{name: "cat", command: []string{"cat"}, stream: c.stream}, &contender{name: leastName, command: []string{p.least}, stream: c.stream}}
				group, large = append(group, b.cat, b.least), append(large, b)
			}
			race(t, p.peak, repeats(all, len(c.stream))*len(group), group...) // more where there is a ratio to tell
		}
		found = append(found, one)
	}
	return found, large
}

// repeats returns how often a run is repeated: the larger, the less.
func repeats(all bool, size int) int {
	switch {
	case !all:
		return 1
	case size < mB:
		return 40
	case size < 4*mB:
		return 12
	}
	return 5
}
