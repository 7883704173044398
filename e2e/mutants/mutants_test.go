//go:build mutants

package mutants

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	seed  = flag.Uint64("seed", 0, "`number` that chooses the mutants, a random one by default")
	each  = flag.Int("each", 25, "at most this `number` of mutants in a room")
	at    = flag.String("at", "", "only mutants at a `regular expression` of file:line: change")
	rooms = []string{"gitlabrunner", "trust", "trust/gitclient", "render/audit", "render/pod", "trust/store", "trust/probe", "render/manifest",
		"render/added", "render/delivery", "render/yamledit", "render/tomledit", "render/redact"}
	// tests are packages, the quickest first, and which of their tests notice mutants of others.
	tests = []string{"gitlabrunner", "trust", "trust/gitclient", "trust/store", "trust/probe", "render/audit", "render/yamledit",
		"render/tomledit", "render/redact", "render", "cli"}
	run = map[string]string{"cli": "^(TestAccept|TestRefuse|TestVerify|TestMessages)$"}
)

// slow is the CPU time from which on a test is left out, unless run has it: it would take the most of all.
const slow = 2500 * time.Millisecond

// switches is in every room: it makes the mutant of the environment, and lists those that are reached.
const switches = `package %s

import ("fmt"; "os"; "sync/atomic")

var (
	mutantNumber = func() int { n := -1; fmt.Sscan(os.Getenv("MUTANT"), &n); return n }()
	mutantList = os.Getenv("MUTANT_LIST")
	mutantSeen [%d]atomic.Bool
)

func mutant(n int) bool {
	if mutantList != "" && !mutantSeen[n].Swap(true) {
		f, _ := os.OpenFile(mutantList, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		fmt.Fprintln(f, n)
		f.Close()
	}
	return mutantNumber == n
}

func mutantOf[T any](n int, other, as T) T { if mutant(n) { return other }; return as }

var _ = mutantOf[int]
`

// test is a test in a compiled package.
type test struct {
	room, binary, name string
	cpu, took          time.Duration // without a mutant
	tried, killed      int
	reaches            map[string]bool
}

// cost is small for a test that is quick and kills often.
func (t *test) cost() int {
	return int(t.cpu+10*time.Millisecond) * (t.tried + 1) / (t.killed + 1)
}

// TestMutants fails where the tests of the project miss more than 15 % of a sample.
func TestMutants(t *testing.T) {
	if *seed == 0 {
		*seed = rand.Uint64N(1e6) + 1
	}
	temp := t.TempDir()
	all, err := overlay(temp)
	if err != nil {
		t.Fatal(err)
	}
	var known []*test
	for _, room := range tests {
		compiled, err := build(temp, room)
		if err != nil {
			t.Fatal(err)
		}
		known = append(known, compiled...)
	}
	fmt.Printf("-seed %d -each %d\n", *seed, *each)
	tried, killed := 0, 0
	for _, room := range rooms {
		count := check(room, all, known)
		fmt.Printf("| %s | %d | %d | %d | %d |\n", room, count[0], count[1], count[2], count[3])
		tried, killed = tried+count[2], killed+count[3]
	}
	fmt.Printf("%d of %d are killed\n", killed, tried)
	if 100*killed < 85*tried || tried == 0 {
		t.Error("less than 85 % are killed")
	}
}

// check tries the mutants of a room, and counts all, those that no test reaches, those tried, and
// those killed.
func check(room string, all []mutant, tests []*test) (count [4]int) {
	chosen := regexp.MustCompile(*at)
	for _, n := range rand.New(rand.NewPCG(*seed, 0)).Perm(len(all)) {
		m := all[n]
		if m.room != room || !chosen.MatchString(m.at+": "+m.change) {
			continue
		}
		count[0]++
		reaching := slices.DeleteFunc(slices.Clone(tests), func(t *test) bool { return !t.reaches[fmt.Sprint(n)] })
		slices.SortFunc(reaching, func(a, b *test) int { return cmp.Compare(a.cost(), b.cost()) })
		switch {
		case len(reaching) == 0:
			count[1]++
			fmt.Printf("NOT REACHED %s: %s\n", m.at, m.change)
		case count[2] == *each:
		default:
			count[2]++
			if slices.ContainsFunc(reaching, func(t *test) bool { return t.kills(n) }) {
				count[3]++
			} else {
				fmt.Printf("SURVIVED %s: %s\n", m.at, m.change)
			}
		}
	}
	return count
}

// overlay writes every room with its mutants to the folder temp, and where go build finds them.
func overlay(temp string) (all []mutant, err error) {
	repository, err := filepath.Abs("../..")
	texts := map[string]string{}
	for _, room := range rooms {
		files, _ := filepath.Glob(filepath.Join(repository, room, "*.go")) // the pattern is well-formed
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, readErr := os.ReadFile(file)
			mutated, parseErr := mutate(room, room+"/"+filepath.Base(file), string(text), &all)
			err = errors.Join(err, readErr, parseErr)
			texts[file] = mutated
		}
		texts[filepath.Join(repository, room, "mutant_switch.go")] = fmt.Sprintf(switches, filepath.Base(room), len(all)+1)
	}
	replace := map[string]string{}
	for path, text := range texts {
		replace[path] = filepath.Join(temp, strings.ReplaceAll(path, string(filepath.Separator), "_"))
		err = errors.Join(err, os.WriteFile(replace[path], []byte(text), 0o644))
	}
	text, jsonErr := json.Marshal(map[string]any{"Replace": replace})
	return all, errors.Join(err, jsonErr, os.WriteFile(filepath.Join(temp, "overlay.json"), text, 0o644))
}

// build compiles the tests of a package, runs each without a mutant, and notes what it reaches.
func build(temp, room string) (all []*test, err error) {
	binary := filepath.Join(temp, strings.ReplaceAll(room, "/", "_")+".test")
	cmd := exec.Command("go", "test", "-c", "-vet=off", "-overlay", filepath.Join(temp, "overlay.json"), "-o", binary, "./"+room)
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("tests of %s: %w\n%s", room, err, out)
	}
	list := exec.Command(binary, "-test.list", cmp.Or(run[room], "^(Test|Fuzz|Example)"))
	list.Dir = filepath.Join("../..", room)
	names, err := list.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("tests of %s: %w\n%s", room, err, names)
	}
	for _, name := range strings.Fields(string(names)) {
		t, reached := &test{room: room, binary: binary, name: name, took: time.Hour, cpu: time.Hour, reaches: map[string]bool{}}, binary+name
		if _, err := t.run("MUTANT_LIST=" + reached); err != nil {
			return nil, fmt.Errorf("%s of %s, without a mutant: %w", name, room, err)
		}
		start := time.Now()
		if t.cpu, err = t.run("MUTANT="); err != nil {
			return nil, fmt.Errorf("%s of %s, without a mutant: %w", name, room, err)
		}
		t.took = time.Since(start)
		numbers, _ := os.ReadFile(reached) // none when the test reaches no mutant
		for _, n := range strings.Fields(string(numbers)) {
			t.reaches[n] = true
		}
		fmt.Printf("%s of %s: %.1f s, %.1f s of CPU, reaches %d mutants\n", name, room, t.took.Seconds(), t.cpu.Seconds(), len(t.reaches))
		if run[room] != "" || t.cpu < slow {
			all = append(all, t)
		}
	}
	return all, nil
}

// kills reports whether the test notices the mutant.
func (t *test) kills(mutant int) bool {
	_, err := t.run("MUTANT=" + fmt.Sprint(mutant))
	t.tried++
	if err != nil {
		t.killed++
	}
	return err != nil
}

// run fails when the test fails, or takes much more time or memory than without a mutant.
func (t *test) run(env string) (cpu time.Duration, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute+10*t.took)
	defer cancel()
	limited := fmt.Sprintf(`ulimit -v 8000000 -t %d; exec nice -n 19 "$@"`, int(5+5*t.cpu.Seconds()))
	cmd := exec.CommandContext(ctx, "sh", "-c", limited, "sh", t.binary, "-test.failfast", "-test.run=^"+t.name+"$")
	cmd.Dir, cmd.Env, cmd.WaitDelay = filepath.Join("../..", t.room), append(os.Environ(), env), time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("%w\n%s", err, out.Bytes()[max(0, out.Len()-2000):])
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}
