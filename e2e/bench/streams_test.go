package bench

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"helm-runnertrust/fixtures"
)

// umbrella200KB is the stream of the umbrella chart, filled up to the size that the real one has with its
// other documents, as further releases have them: the same name twice is an error to kustomize.
func umbrella200KB(t *testing.T) []byte {
	umbrella := []byte(fixtures.Input(t, "accept/umbrella"))
	stream, other := bytes.Clone(umbrella), bytes.Split(umbrella, []byte("\n---\n"))
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

// documents is the runner's stream with ConfigMaps of 5 KB behind it, up to a size.
func documents(t *testing.T, size int) []byte {
	stream := bytes.NewBufferString(fixtures.Input(t, "accept/current"))
	for i := 0; stream.Len() < size; i++ {
		fmt.Fprintf(stream, "---\nkind: ConfigMap\nmetadata:\n  name: large-%d\ndata:\n  text: |\n%s", i, text(5000))
	}
	return stream.Bytes()
}

// oneDocument is the runner's stream with one ConfigMap of a size behind it.
func oneDocument(t *testing.T, size int) []byte {
	return []byte(fixtures.Input(t, "accept/current") + "---\nkind: ConfigMap\nmetadata:\n  name: large\ndata:\n  text: |\n" + text(size))
}

// text is about so many bytes of lines in a literal scalar.
func text(size int) string {
	const line = "    a line of text in a block, as charts have them\n"
	return strings.Repeat(line, size/len(line))
}

// runners is a stream of so many runners, each of another name.
func runners(t *testing.T, count int) []byte {
	one := []byte(fixtures.Input(t, "accept/current"))
	var stream bytes.Buffer
	for i := range count {
		stream.Write(bytes.ReplaceAll(one, []byte("ci-gitlab-runner"), fmt.Appendf(nil, "ci-%d-gitlab-runner", i)))
	}
	return stream.Bytes()
}

// volumes is a runner with so many more volumes, each mounted.
func volumes(t *testing.T, count int) []byte {
	var mounts, all strings.Builder
	for i := range count {
		fmt.Fprintf(&mounts, "        - name: more-%d\n          mountPath: /more/%d\n", i, i)
		fmt.Fprintf(&all, "      - name: more-%d\n        emptyDir: {}\n", i)
	}
	stream := fixtures.Input(t, "accept/current")
	for list, more := range map[string]string{"        volumeMounts:\n": mounts.String(), "      volumes:\n": all.String()} {
		if strings.Count(stream, list) != 1 {
			t.Fatalf("the runner has %q %d times", list, strings.Count(stream, list))
		}
		stream = strings.Replace(stream, list, list+more, 1)
	}
	return []byte(stream)
}

// longLine is a runner with an annotation of so many bytes in one line.
func longLine(t *testing.T, size int) []byte {
	const labels = "  labels:\n"
	stream := fixtures.Input(t, "accept/current")
	at := strings.LastIndex(stream[:strings.LastIndex(stream, "spec:\n  revision")+1], labels)
	if at < 0 {
		t.Fatal("the runner has no labels")
	}
	return []byte(stream[:at] + "  annotations:\n    long: \"" + strings.Repeat("x", size) + "\"\n" + stream[at:])
}
