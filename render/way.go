package render

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"helm-runnertrust/gitlabrunner"
)

// A Way is how a runner is told of its file.
type Way string

// The ways, in the order in which the runner takes them. Those that Options take are the first
// three; the zero Way is WayCertsDir there.
const (
	WayEnv             Way = "env"             // CI_SERVER_TLS_CA_FILE
	WayConfig          Way = "config"          // tls-ca-file in the template of its configuration
	WayCertsDir        Way = "certs-dir"       // <host>.crt in the certs directory
	WayCertsSecretName Way = "certsSecretName" // the same, from the Secret of the chart's value
	WayNone            Way = "none"            // no file: the system's certificates only
)

// Ways are those that Options take, the default first.
func Ways() (names []Way) {
	for _, w := range ways("") {
		names = append(names, w.name)
	}
	return names
}

// ParseWay reads one that Options take. Everything else is an *Error.
func ParseWay(written string) (Way, error) {
	if slices.Contains(Ways(), Way(written)) {
		return Way(written), nil
	}
	var names []string
	for _, way := range Ways() {
		names = append(names, string(way))
	}
	return "", &Error{Code: WayUnknown, Err: fmt.Errorf("%q is none of the ways: %s", written, strings.Join(names, ", "))}
}

// A way says where a runner's container reads its file, and tells the runner of it. A new one is a
// file beside this, and a line in ways.
type way interface {
	// needsHost reports whether the file cannot be placed without the server's host.
	needsHost() bool

	// locate derives the place of a container's file from the manifests. It refuses a container
	// that another setting would lead elsewhere.
	locate(m *manifests, c *container, server gitlabrunner.Server) (location, error)

	// tell edits what leads the runner to the file.
	tell(m *manifests, c *container, at location) error

	// untell takes back what tell did in an earlier run, where this one takes another way.
	untell(m *manifests, c *container) error
}

// A location is a file in a container.
type location struct {
	dir  string // where a volume is mounted, cleaned: "/home/gitlab-runner/.gitlab-runner/certs"
	file string // its name in there: "gitlab.example.com.crt"
}

func (l location) path() string { return l.dir + "/" + l.file }

const (
	ownDir  = "/etc/helm-runnertrust" // for the ways that name the file
	ownFile = "ca.crt"
)

// ownLocation is the file of the ways that name one, in a directory that is given, else in ours.
func ownLocation(dir string) location {
	return location{dir: path.Clean(cmp.Or(dir, ownDir)), file: ownFile}
}

// ways are those that Options take, each mounting at a directory; "" is its own. The first is the
// default.
func ways(dir string) []namedWay {
	return []namedWay{
		{WayCertsDir, certsDirWay{dir}},
		{WayEnv, envWay{dir}},
		{WayConfig, configWay{dir}},
	}
}

type namedWay struct {
	name Way
	way
}

// way is the one of the options, with the others.
func (o Options) way() (chosen way, others []way, err error) {
	all := ways(o.CertsDir)
	name, err := ParseWay(string(cmp.Or(o.Via, all[0].name)))
	for _, w := range all {
		if w.name == name {
			chosen = w.way
		} else {
			others = append(others, w.way)
		}
	}
	return chosen, others, err
}
