package cli

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"helm-runnertrust/trust/trusttest/golden"
)

const docsDir = "../docs"

// TestReference holds docs/REFERENCE.md against the commands, the variables and the exit codes.
func TestReference(t *testing.T) {
	root := commandTree()
	var page strings.Builder
	page.WriteString(`# Reference

Written by ` + "`make docs`" + ` from the program's own tables; ` + "`make test`" + ` fails when it is out of date.
Messages: [TROUBLESHOOTING.md](TROUBLESHOOTING.md). Output of ` + "`-o json`" + `: [JSON.md](JSON.md).

## Commands

Every command also takes ` + "`-h`, `--help`" + `. Give a flag once, unless it is marked repeatable. *Variable* is the
environment variable that is read if the flag is not given.
`)
	for _, cmd := range documented(root) {
		page.WriteString(commandReference(cmd))
	}
	page.WriteString(variableReference(root))
	page.WriteString(`
## What ` + "`" + `verify` + "`" + ` of manifests looks at

` + "`" + `ok` + "`" + ` says that the pod starts and that the runner reads this file. For that, ` + "`" + `verify` + "`" + ` follows Kubernetes's rules on
volumes and mounts of all containers and initContainers: names that are missing or there twice, keys and paths of
items, file modes against the runner's user, its ` + "`" + `fsGroup` + "`" + ` and ` + "`" + `runAsNonRoot` + "`" + `, folders in read-only mounts, ` + "`" + `$$` + "`" + ` in variables,
` + "`" + `envFrom` + "`" + `, namespaces (` + "`" + `-n` + "`" + ` says which one the release has) and Helm hooks.

Each client has a verdict of its own: the runner; git in its jobs, which reads the same file, also for the host of
` + "`clone_url`" + `; and the jobs' cache in S3, whose client trusts the public CAs and what ` + "`--jobs`" + ` mounts. A cache that is
sure to fail is a failure of the runner. One that cannot be judged is not, since jobs go on without it.

Without ` + "`--online`" + ` the certificate that a server sends is not known, unless an Ingress or a Gateway of the manifests serves
the very Secret that the runner mounts: then its dates and names count too. Of a CA it is known whether Go takes what it
has signed, and whether git may be stricter.

Give it all manifests of the release: the template of registration, which the container has in /configmaps, can name another
file. Objects that are only in the cluster are unknown, also where ` + "`envFrom`" + ` names one that may set CI_SERVER_TLS_CA_FILE or
HOME. With ` + "`--release`" + ` and ` + "`--all`" + `, their one key is read with kubectl.

The verdict is unknown where words in the container's command, in its variables for registration, or in the environment,
a script or a ` + "`pod_spec`" + ` of [[runners]] may lead elsewhere: to another file, home or template, or git to another host.

` + "`--online`" + ` dials the servers of all clients, and follows an http:// URL to where it redirects. ` + "`--connect`" + ` and the pod's
` + "`hostAliases`" + ` are for the host of CI_SERVER_URL. What a client trusts without a file is Mozilla's list for GitLab's
images, and what the manifests put in its place or beside it; else it is unknown, as it is where the image's
entrypoint may add a file as root (` + "`CA_CERTIFICATES_PATH`" + `).

It does not look at: admission webhooks, quotas, images (where HOME is not set, the runner's home is taken to be that of
GitLab's images), and nodes on which no pod fits; what the API server refuses of a Deployment besides names, items and paths
of volumes and mounts (kinds of sources, selectors, restart policies, values of variables that are no strings), and of other
objects (names, keys, sizes); capabilities, SELinux and file systems of the node; other variables that ` + "`envFrom`" + ` sets
from objects of the cluster; what scripts in the container change before the runner starts, and where they look for the
template; the job pods' own host aliases; the types of rarer settings in the template, and TOML that older runners do not
read (` + "`\\e`" + ` in a string, dotted keys); what service accounts may do; files of more than 128 KiB, with which no job of a runner
before 16.6 starts.
`)
	page.WriteString("\n## Exit codes\n\n" + markdownTable([][]string{
		{"code", "meaning"},
		{strconv.Itoa(exitDone), "done; `verify`: every runner would connect, and git in its jobs"},
		{strconv.Itoa(exitError), "an error, and the post-renderer has then written nothing; `verify`: a runner, git in its jobs, or their cache would not connect"},
		{strconv.Itoa(exitChanges), "there are changes: only with `render --detailed-exitcode`"},
		{strconv.Itoa(exitUnknown), "only `verify`: whether a runner would connect cannot be judged; with `--allow-unknown` the code is 0"},
		{strconv.Itoa(exitNotRun), "only `verify`: it could not run (the command line, an unreadable file or release, an unreachable cluster), and no runner failed"},
	}))
	page.WriteString("\nHelm also calls a post-renderer for hooks alone and for a chart that renders nothing. So the post-renderer\n" +
		"passes a stream of hooks only, or an empty one, through unchanged, with exit code 0. In a pipe of your own, use\n" +
		"`helm runnertrust render`, for which an empty stdin is an error: the command before it has failed.\n")
	golden.Compare(t, filepath.Join(docsDir, "REFERENCE.md"), page.String())
}

// documented are the post-renderer and the commands below it.
func documented(root *cobra.Command) []*cobra.Command {
	return slices.DeleteFunc(append([]*cobra.Command{root}, root.Commands()...), func(cmd *cobra.Command) bool {
		return cmd.Hidden || cmd.Name() == "help"
	})
}

// title is a command without the name of the program.
func title(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return "post-renderer"
	}
	return strings.TrimPrefix(cmd.CommandPath(), cmd.Root().CommandPath()+" ")
}

func commandReference(cmd *cobra.Command) string {
	synopsis := cmd.UseLine()
	if !cmd.HasParent() {
		synopsis = cmd.Use // Helm does not call it through Helm
	}
	text := fmt.Sprintf("\n### %s\n\n%s.\n\n    %s\n", title(cmd), cmd.Short, synopsis)
	if cmd.Example != "" {
		text += "\nExamples:\n\n" + indented(cmd.Example) + "\n"
	}
	rows := [][]string{{"flag", "value", "default", "variable", "meaning"}}
	all := documentedFlags(cmd)
	if shared := postRendererFlags(cmd); len(shared) > 0 {
		text += "\nIt takes the flags of the post-renderer, and:\n"
		all = slices.DeleteFunc(all, func(flag *pflag.Flag) bool { return slices.Contains(shared, flag.Name) })
	}
	for _, flag := range all {
		rows = append(rows, flagReference(flag))
	}
	if len(rows) > 1 {
		text += "\n" + markdownTable(rows)
	}
	return text
}

// postRendererFlags are the names of the post-renderer's flags where another command has all of
// them, with the same meaning; none where it has not.
func postRendererFlags(cmd *cobra.Command) (all []string) {
	for _, flag := range documentedFlags(cmd.Root()) {
		same := cmd.LocalFlags().Lookup(flag.Name)
		switch {
		case flag.Name == "version":
		case !cmd.HasParent() || same == nil || same.Usage != flag.Usage:
			return nil
		default:
			all = append(all, flag.Name)
		}
	}
	return all
}

func documentedFlags(cmd *cobra.Command) (all []*pflag.Flag) {
	cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden && flag.Name != "help" {
			all = append(all, flag)
		}
	})
	return all
}

var defaultInUsage = regexp.MustCompile(` \(default ([^)]+)\)`)

// flagReference is the row of a flag.
func flagReference(flag *pflag.Flag) []string {
	name := asCode("--" + flag.Name)
	if flag.Shorthand != "" {
		name = asCode("-"+flag.Shorthand) + ", " + name
	}
	value, usage := pflag.UnquoteUsage(flag)
	value = asCode(value)
	byDefault := strings.Trim(flag.DefValue, "[]")
	if found := defaultInUsage.FindStringSubmatch(usage); found != nil {
		byDefault, usage = found[1], strings.Replace(usage, found[0], "", 1)
	}
	if byDefault == "false" {
		byDefault = ""
	}
	if repeatable(flag) {
		value, usage = value+", repeatable", strings.TrimSuffix(usage, " (repeatable)")
	}
	return []string{name, value, asCode(byDefault), asCode(variableOf(flag)), usage}
}

// repeatable reports whether a flag may be given more than once, and says so by growing.
func repeatable(flag *pflag.Flag) bool {
	_, once := flag.Value.(single)
	return !once && flag.Value.Type() != "bool"
}

// variableOf is the variable that is read in the place of a flag; "" for none.
func variableOf(flag *pflag.Flag) string {
	if flag.Annotations[isCommandLineOnly] != nil && flag.Name != certFlag {
		return ""
	}
	return variable(flag.Name)
}

// otherVariables are those that no flag has: the installer's, Helm's, and what programs agree upon.
var otherVariables = [][]string{
	{"RUNNERTRUST_BIN_DIR", "the installer under Helm 3: folder to link the program into"},
	{"RUNNERTRUST_NO_LINK", "the installer under Helm 3: if `1`, it links nothing"},
	{"RUNNERTRUST_RELEASES", "the installer: absolute path or URL of the release to install from; set to nothing, it has the program built from source; not set, the installer looks for the release itself"},
	{"RUNNERTRUST_MESSAGES", "set by `helm runnertrust upgrade`, `install` and `template`: the file for messages that Helm would drop"},
	{"HELM_BIN", "the Helm to ask for releases; `helm` if not set. Helm sets it, and the next eleven, for plugins"},
	{"HELM_NAMESPACE", "the namespace of `--release`, if `--namespace` is not given; a hint of `verify --all`"},
	{"HELM_KUBECONTEXT", "the cluster, in hints and for kubectl"},
	{"HELM_KUBEAPISERVER", "`--server` of the kubectl that `verify --release` runs"},
	{"HELM_KUBEASUSER", "`--as` of the kubectl that `verify --release` runs"},
	{"HELM_KUBEASGROUPS", "`--as-group` of the kubectl that `verify --release` runs"},
	{"HELM_KUBECAFILE", "`--certificate-authority` of the kubectl that `verify --release` runs"},
	{"HELM_KUBETLS_SERVER_NAME", "`--tls-server-name` of the kubectl that `verify --release` runs"},
	{"HELM_KUBEINSECURE_SKIP_TLS_VERIFY", "`--insecure-skip-tls-verify` of the kubectl that `verify --release` runs"},
	{"HELM_KUBETOKEN", "if set, `verify --release` does not run kubectl: others would see the token among its arguments"},
	{"KUBECONFIG", "the cluster, in hints, if `HELM_PLUGIN_NAME` is set"},
	{"HELM_PLUGIN_NAME", "if set, hints begin with `helm runnertrust`, and messages that Helm would drop go to Helm's own stderr or the terminal too"},
	{"NO_COLOR", "`render --diff`: if set, no colours; otherwise colours on terminals only"},
}

// variableReference is the table of the variables.
func variableReference(root *cobra.Command) string {
	readBy := map[string][]string{}
	for _, cmd := range documented(root) {
		for _, flag := range documentedFlags(cmd) {
			if name := variableOf(flag); name != "" {
				readBy[name] = append(readBy[name], title(cmd))
			}
		}
	}
	rows := [][]string{{"variable", "read by"}}
	for _, name := range slices.Sorted(maps.Keys(readBy)) {
		rows = append(rows, []string{asCode(name), strings.Join(readBy[name], ", ")})
	}
	for _, other := range otherVariables {
		rows = append(rows, []string{asCode(other[0]), other[1]})
	}
	rows = append(rows, []string{"`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`", "`fetch`, `verify` and the installer: the proxy; also in lower case"})
	return `
## Environment variables

A flag wins over its variable. An empty variable of a flag counts as not set. Switches are ` + "`true` or `false`" + `.
` + "`RUNNERTRUST_CERT`" + ` takes a path or the PEM text itself. A variable that begins with
` + "`RUNNERTRUST_`" + ` and that nothing reads causes a warning.

` + markdownTable(rows)
}

// TestOtherVariables holds that the page has every variable that the program or its installer reads.
func TestOtherVariables(t *testing.T) {
	documented := map[string]bool{}
	for _, other := range otherVariables {
		documented[other[0]] = false
	}
	for pattern, expression := range map[string]string{
		"*.go": `\b[Ee]nv\("(\w+)"\)`, "release/*.go": `\b[Ee]nv\("(\w+)"\)`, "../install-binary.sh": `\b(RUNNERTRUST_\w+)`, "../plugin.yaml": `\b(RUNNERTRUST_\w+)`,
	} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, path := range paths {
			for _, found := range regexp.MustCompile(expression).FindAllStringSubmatch(readFile(t, path), -1) {
				if _, known := documented[found[1]]; !known {
					t.Errorf("%s reads %s, which is not in the page", path, found[1])
				}
				documented[found[1]] = true
			}
		}
	}
	for name, read := range documented {
		if !read {
			t.Errorf("nothing reads %s", name)
		}
	}
}

// indented has four blanks in front of each line, besides those that it has more than the first.
func indented(text string) string {
	text = strings.Trim(text, "\n")
	margin := text[:len(text)-len(strings.TrimLeft(text, " "))]
	var lines strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimPrefix(line, margin); line != "\n" {
			line = "    " + line
		}
		lines.WriteString(line)
	}
	return lines.String()
}
