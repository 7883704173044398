package runners

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/cli"
	"helm-runnertrust/trust/trusttest"
)

var (
	seed  = flag.Uint64("seed", 0, "what the random runners are made from; 0: the time")
	count = flag.Int("runners", 500, "how many random runners")
	only  = flag.Int("runner", -1, "the number of the only random runner to look at")
	write = flag.Bool("write", false, "write docs/RUNNERS.md")
)

var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// A bench is what all runs share.
type bench struct {
	cert, file string // PEM, and where it is
	report     report
}

func newBench(tb testing.TB) *bench {
	tb.Helper()
	root := trusttest.SelfSigned(trusttest.Template{CommonName: "CA", CA: true, NotBefore: now.AddDate(0, 0, -1), NotAfter: now.AddDate(2, 0, 0)})
	b := &bench{cert: string(trusttest.PEM(root.Certificate)), file: filepath.Join(tb.TempDir(), "ca.crt")}
	if err := os.WriteFile(b.file, []byte(b.cert), 0o600); err != nil {
		tb.Fatal(err)
	}
	b.report = report{reasons: map[string]int{}, pairs: map[[2]string]int{}}
	return b
}

// TestRandomRunners makes runners from a seed, which it prints.
func TestRandomRunners(t *testing.T) {
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano()) % 1_000_000
	}
	t.Logf("-seed %d -runners %d", *seed, *count)
	b, first, end := newBench(t), 0, *count
	if *only >= 0 {
		first, end = *only, *only+1
	}
	for number := first; number < end && (!t.Failed() || !testing.Short()); number++ {
		b.run(t, rand.New(rand.NewPCG(*seed, uint64(number))), fmt.Sprintf("-seed %d -runner %d", *seed, number))
	}
	page := b.report.page(*seed, end-first)
	t.Log(page)
	if *write && !t.Failed() {
		if err := os.WriteFile("../../docs/RUNNERS.md", []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// FuzzRunners has the fuzzer choose what the grammar does.
func FuzzRunners(f *testing.F) {
	b := newBench(f)
	for i := range 20 {
		f.Add(bytes.Repeat([]byte{byte(i * 13), byte(i * 7), byte(i)}, 100))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b.run(t, rand.New(&choices{data: data, rest: rand.NewPCG(1, 2)}), "fuzz")
	})
}

// choices are random numbers from bytes, as long as there are any.
type choices struct {
	data []byte
	rest *rand.PCG
}

func (c *choices) Uint64() uint64 {
	if len(c.data) < 2 {
		return c.rest.Uint64()
	}
	high := uint64(c.data[0])<<56 | uint64(c.data[1])<<48
	c.data = c.data[2:]
	return high
}

// call runs a command line on a stream.
func call(stream string, args ...string) (stdout, stderr string, code int) {
	var out, messages bytes.Buffer
	code = cli.Run(cli.Process{Args: args, Env: func(string) string { return "" },
		Stdin: strings.NewReader(stream), Stdout: &out, Stderr: &messages, Now: now})
	return out.String(), messages.String(), code
}

// run makes a runner, filters it, and has verify judge it before and after.
func (b *bench) run(t *testing.T, random *rand.Rand, label string) {
	t.Helper()
	g := &grammar{random: random, cert: b.cert}
	documents := g.stream()
	stream, kept := writeStream(random, documents)
	args := []string{"--cert=" + b.file}
	env := random.IntN(3) == 0
	if env {
		args = append(args, "--via=env")
	}
	out, stderr, code := call(stream, args...)
	fail := func(format string, values ...any) {
		t.Helper()
		t.Errorf("%s: %s\n%s\nexit code %d, %s\n%s", label, fmt.Sprintf(format, values...), stream, code, stderr, out)
	}
	if code != 0 {
		if code != 1 || out != "" || !strings.Contains(stderr, "runnertrust: error: ") {
			fail("a refusal that is none")
		}
		b.report.refuse(stderr)
		if !g.broken {
			b.judge(fail, stream, false)
		}
		return
	}
	if g.broken {
		fail("it is broken, and accepted")
		return
	}
	b.report.accepted++
	b.compare(fail, stream, out, stderr, env, kept)
	if again, _, code := call(out, args...); code != 0 || again != out {
		fail("a second run changes it: %d\n%s", code, again)
	}
	b.judge(fail, stream, false)
	b.judge(fail, out, true)
}

// writeStream writes documents, each in a style. kept is false where lines may change.
func writeStream(random *rand.Rand, documents [][]field) (stream string, kept bool) {
	var s strings.Builder
	kept = true
	for i, document := range documents {
		style := newStyle(random)
		kept = kept && style.flow == 0 // the filter may serialize flow style as a whole
		if i > 0 || random.IntN(2) == 0 {
			s.WriteString([]string{"---\n", "--- # a release\n", "---\n# Source: x/templates/y.yaml\n"}[random.IntN(3)])
		}
		if random.IntN(12) == 0 {
			s.WriteString(flow(document) + "\n")
			kept = false
		} else {
			s.WriteString(style.text(document))
		}
	}
	stream = s.String()
	switch random.IntN(10) {
	case 0:
		stream = strings.ReplaceAll(stream, "\n", "\r\n")
	case 1:
		stream = strings.TrimSuffix(stream, "\n")
	case 2:
		stream += "---\n"
	}
	return stream, kept
}

// compare holds the filter's edit against the same of plain objects, and the file that the runner opens
// against the certificate.
func (b *bench) compare(fail func(string, ...any), stream, out, stderr string, env, kept bool) {
	before, err := decode(stream)
	after, afterErr := decode(out)
	if err != nil || afterErr != nil {
		fail("decode: %v, %v", err, afterErr)
		return
	}
	w, deployment := worldOf(after)
	data, path, err := w.read(deployment)
	old, oldDeployment := worldOf(before)
	_, _, oldErr := old.read(oldDeployment)
	switch {
	case err == nil && holds(data, b.cert):
		b.report.read++
	case err == nil:
		fail("the runner opens %s, with another text", path)
	case strings.Contains(stderr, "warning: "), oldErr != nil && err.Error() == oldErr.Error():
		b.report.unread++ // it said so, or no pod started before either
	default:
		b.report.unreadNow++
		b.report.reasons["accepted, no file: "+err.Error()]++
	}
	want, exact := apply(before, b.cert, env)
	if !exact {
		return
	}
	b.report.exact++
	withoutNotes(want)
	withoutNotes(after)
	if len(want) != len(after) {
		fail("%d objects, want %d", len(after), len(want))
		return
	}
	for i := range want {
		if found := different("", after[i], want[i]); found != "" {
			fail("object %d: %s", i, found)
		}
	}
	if line := missing(stream, out); kept && line != "" && (!env || !strings.Contains(line, "value")) {
		fail("no line %q", line)
	}
}

// judge holds what verify says of a stream against what the kubelet makes of it.
func (b *bench) judge(fail func(string, ...any), stream string, filtered bool) {
	objects, err := decode(stream)
	if err != nil {
		fail("decode: %v", err)
		return
	}
	out, stderr, code := call(stream, "verify", "-o", "json")
	var result struct {
		Runners []struct {
			Container, Status, File string
			Finding                 struct{ Code string }
		}
	}
	if err := json.Unmarshal([]byte(out), &result); err != nil || len(result.Runners) > 1 {
		fail("verify: %v, %d runners", err, len(result.Runners))
		return
	}
	status, found := "refused", "refused"
	if len(result.Runners) == 1 {
		status = result.Runners[0].Status
		found = result.Runners[0].Finding.Code
	}
	if status == "refused" && code == 0 {
		fail("verify: exit code 0, %s", stderr)
	}
	w, deployment := worldOf(objects)
	data, path, err := w.read(deployment)
	reads := "reads it"
	if err != nil || !holds(data, b.cert) {
		reads = "does not"
	}
	if status == "ok" && (reads != "reads it" || path != result.Runners[0].File) {
		fail("verify says ok of %s, and the runner opens %q: %v (filtered: %v)", result.Runners[0].File, path, err, filtered)
	}
	b.report.pairs[[2]string{status, reads}]++
	if status != "ok" && reads == "reads it" {
		b.report.reasons["not ok, but reads it: "+status+" "+found]++
	}
}
