package bench

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// A report is all that was measured.
type report struct {
	began    time.Time
	small    []*contender // the filter first
	series   []*series
	large    []beside
	starts   []start
	releases releases
	fetch    fetched
}

// beside is the filter and others with the largest stream of a series.
type beside struct {
	ours, cat, least *contender
}

// page returns docs/BENCHMARK.md.
func (r *report) page(t *testing.T) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Benchmark

Written by `+"`make bench`"+` on %s, in %s. Every figure is of whole processes, each started by a small one with
a pipe on both sides, as Helm does it. Programs that are compared ran in turn; times are medians, and a ratio is
one of two medians of the same run. Machines differ: look at ratios and slopes, not at milliseconds.

`, r.began.UTC().Format("2006-01-02"), time.Since(r.began).Round(time.Second))
	r.machine(t, &b)
	r.smallTable(&b)
	r.largeTable(&b)
	r.startTable(&b)
	r.otherTables(&b)
	return b.String()
}

var modelName = regexp.MustCompile(`(?m)^model name\s*: (.*)$`)

func (r *report) machine(t *testing.T, b *strings.Builder) {
	model := "unknown processor"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if found := modelName.FindSubmatch(text); found != nil {
			model = string(found[1])
		}
	}
	program := r.small[ours].command[0]
	version := strings.Fields(run(t, program, "version"))[0]
	fmt.Fprintf(b, "| | |\n|---|---|\n| machine | %s, %d processors, %s/%s |\n", model, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	fmt.Fprintf(b, "| system | Linux %s |\n", strings.TrimSpace(run(t, "uname", "-r")))
	fmt.Fprintf(b, "| this program | %s, with %s |\n", version, runtime.Version())
	fmt.Fprintf(b, "| kustomize | %s |\n", strings.TrimSpace(run(t, r.small[kustomize].command[3], "version")))
	fmt.Fprintf(b, "| yq | %s |\n", lastWord(run(t, r.small[yq].command[0], "--version")))
	for _, c := range r.small[helm3 : helm4+1] {
		fmt.Fprintf(b, "| Helm | %s |\n", lastWord(run(t, c.command[0], "version", "--template", "{{.Version}}")))
	}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	var messages bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stderr = &messages
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v: %s", name, err, &messages)
	}
	return string(out)
}

func lastWord(text string) string {
	words := strings.Fields(text)
	return words[len(words)-1]
}

func (r *report) smallTable(b *strings.Builder) {
	filter := r.small[ours]
	fmt.Fprintf(b, "\n## The stream of the gitlab chart, %d KB\n\n", len(filter.stream)/kB)
	b.WriteString("| program | ms | MiB at its peak | time of the filter / its time | its time / time of the filter |\n|---|--:|--:|--:|--:|\n")
	for _, c := range r.small {
		fmt.Fprintf(b, "| %s | %s | %d | %.2f | %.2f |\n", c.name, ms(c.median()), c.peakKiB>>10, ratio(filter, c), ratio(c, filter))
	}
	fmt.Fprintf(b, "\nEach ran %d times, the slow ones %d times.\n\n| goal | reached |\n|---|---|\n", len(filter.times), len(r.small[kustomize].times))
	goal(b, fmt.Sprintf("at most 1.5 times the program that only parses a line with kyaml (the least program: %.3g)", ratio(r.small[least], r.small[onlyKyaml])), ratio(filter, r.small[onlyKyaml]), 1.5)
	goal(b, "at most 1/15 of kustomize (0.067)", ratio(filter, r.small[kustomize]), 1./15)
}

// goal writes whether something that has to be small is.
func goal(b *strings.Builder, what string, is, most float64) {
	word := "yes"
	if is > most {
		word = "**no**"
	}
	fmt.Fprintf(b, "| %s | %s: %.3g |\n", what, word, is)
}

func (r *report) largeTable(b *strings.Builder) {
	b.WriteString("\n## More of the same\n\nWhere time grows as size to the power of k, k is the slope of the line on a log-log plot: 1 is linear.\n" +
		"The first figure fits all points, where the start hides part of the growth; the last is between the two largest.\n\n" +
		"| size in | sizes | ms | MiB at the peak | slope | last slope |\n|---|---|---|---|--:|--:|\n")
	for _, s := range r.series {
		var sizes, times, peaks []string
		for i, p := range s.points {
			sizes, times = append(sizes, fmt.Sprintf("%.4g", s.of[i])), append(times, ms(p.median()))
			peaks = append(peaks, fmt.Sprint(p.peakKiB>>10))
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %.2f | %.2f |\n", s.name, strings.Join(sizes, ", "), strings.Join(times, ", "), strings.Join(peaks, ", "), s.slope(), s.lastSlope())
	}
	b.WriteString("\n| goal | reached |\n|---|---|\n")
	for i, of := range r.large {
		name, ours := r.series[i].name, of.ours
		goal(b, fmt.Sprintf("%.3g %s: at most 3 times cat (the least program: %.3g)", r.series[i].of[len(r.series[i].of)-1], name, ratio(of.least, of.cat)), ratio(ours, of.cat), 3)
		goal(b, "its peak at most 1.3 times the input", float64(ours.peakKiB<<10)/float64(len(ours.stream)), 1.3)
	}
	for _, s := range r.series {
		goal(b, s.name+": a slope of at most 1.05", s.slope(), 1.05)
	}
}

func (r *report) startTable(b *strings.Builder) {
	b.WriteString("\n## The start\n\nWhat packages do before `main`, as `GODEBUG=inittrace=1` has it; those of at least 0.05 ms.\n\n| program | ms | of which |\n|---|--:|---|\n")
	for _, s := range r.starts {
		var parts []string
		for _, p := range s.packages {
			if p.took >= 50*time.Microsecond {
				parts = append(parts, fmt.Sprintf("%s %s", p.name, ms(p.took)))
			}
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", s.name, ms(s.total), strings.Join(parts, ", "))
	}
	all, parsed, none := r.small[ours].median(), r.small[onlyKyaml].median(), r.small[empty].median()
	fmt.Fprintf(b, "\nOf the %s ms of a run above, %s are those of an empty Go program, and %s more those of one with kyaml.\n", ms(all), ms(none), ms(parsed-none))
}

func (r *report) otherTables(b *strings.Builder) {
	all := r.releases
	fmt.Fprintf(b, "\n## `verify --all` of %d releases\n\nHelm is a script here that prints a file: the real one asks the cluster, and takes far longer.\n\n| part | ms |\n|---|--:|\n", all.count)
	fmt.Fprintf(b, "| all | %s |\n| its %d calls of Helm, alone | %s |\n| the verdicts, of all manifests in one stream | %s |\n", ms(all.all.median()), all.count+1, ms(all.helms.median()), ms(all.manifests.median()))
	f := r.fetch
	fmt.Fprintf(b, "\n## `fetch` of a server on this machine\n\n| part | ms |\n|---|--:|\n| the whole process | %s |\n", ms(f.whole.median()))
	fmt.Fprintf(b, "| the list of public CAs, parsed once | %s |\n| the store of this machine, read once | %s |\n| a TLS handshake alone | %s |\n| handshake, chain and verdicts, with both read | %s |\n", ms(f.list), ms(f.machine), ms(f.handshake), ms(f.judgment))
}

// ms writes milliseconds with three digits.
func ms(d time.Duration) string {
	v := float64(d) / float64(time.Millisecond)
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}
