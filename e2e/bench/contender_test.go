package bench

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// A contender is a program and what it gets on stdin.
type contender struct {
	name    string
	command []string
	stream  []byte
	every   int // how many rounds one of its runs stands for: slow programs run less

	times   []time.Duration
	peakKiB int64
}

// A counter counts what is written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

// run runs the command once below peak, which measures it from a process as small as a shell: the
// kernel begins a process's peak with that of the one that it was forked from.
func (c *contender) run(peak string, out io.Writer) error {
	cmd := exec.Command(peak, c.command...)
	var messages bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(c.stream), out, &messages
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%q: %w: %s", c.command, err, &messages)
	}
	lines := strings.Split(strings.TrimSpace(messages.String()), "\n")
	var took time.Duration
	var peakKiB int64
	if _, err := fmt.Sscanf(lines[len(lines)-1], "%d %d", &took, &peakKiB); err != nil {
		return fmt.Errorf("%q: %w", &messages, err)
	}
	c.times, c.peakKiB = append(c.times, took), max(c.peakKiB, peakKiB)
	return nil
}

// race runs contenders in turn, so that what slows the machine down slows all of them, after one run of
// each that does not count.
func race(t *testing.T, peak string, rounds int, all ...*contender) {
	t.Helper()
	for round := range rounds + 1 {
		for _, c := range all {
			if c.every > 1 && round > 1 && round%c.every != 0 {
				continue
			}
			var written counter
			if err := c.run(peak, &written); err != nil {
				t.Fatal(err)
			}
			if round == 0 {
				c.times = nil
			}
		}
	}
}

func (c *contender) median() time.Duration { return median(c.times) }

func median(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2]
}

// ratio says how often the second median fits into the first.
func ratio(a, b *contender) float64 { return float64(a.median()) / float64(b.median()) }

// A series is one program with ever more of the same.
type series struct {
	name   string
	of     []float64 // sizes
	points []*contender
}

// slope returns the exponent k of the power law time = c·size^k that fits best: the slope of the line
// through the points where both axes are logarithms.
func (s *series) slope() float64 {
	var x, y, xx, xy float64
	for i, p := range s.points {
		a, b := math.Log(s.of[i]), math.Log(float64(p.median()))
		x, y, xx, xy = x+a, y+b, xx+a*a, xy+a*b
	}
	n := float64(len(s.points))
	return (n*xy - x*y) / (n*xx - x*x)
}

// lastSlope returns the slope between the two largest points, of which the start is the smallest part.
func (s *series) lastSlope() float64 {
	n := len(s.points)
	return math.Log(ratio(s.points[n-1], s.points[n-2])) / math.Log(s.of[n-1]/s.of[n-2])
}
