package cli

import (
	"cmp"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
)

// shellWord is a text as one types it for a word of a command: as it is where no character means
// anything to a shell, else quoted.
func shellWord(text string) string {
	switch {
	case text != "" && consistsOf(text, isPlain):
		return text
	case strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) }):
		quoted := strconv.Quote(text) // bash, zsh and ksh read the escapes of Go in $''
		return "$'" + strings.NewReplacer(`\"`, `"`, `'`, `\'`).Replace(quoted[1:len(quoted)-1]) + "'"
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// isPlain reports whether a character means nothing to a shell, wherever it stands.
func isPlain(c rune) bool {
	return unicode.IsLetter(c) || unicode.IsDigit(c) || strings.ContainsRune("-_./:=@%+,", c)
}

// typed is a command, or a part of one, as one types it.
func typed(words ...string) string {
	all := make([]string, 0, len(words))
	for _, word := range words {
		all = append(all, shellWord(word))
	}
	return strings.Join(all, " ")
}

// typedVerify is verify of the same manifests with a handshake. Those of stdin have to come again.
func (p *program) typedVerify(in input) string {
	const verify = throughHelm + " verify"
	switch {
	case in.release != "":
		return verify + " --release " + p.typedRelease(in) + " --online"
	case in.isFile():
		return verify + " -f " + shellWord(in.file) + " --online"
	}
	return "… | " + verify + " --online"
}

// typedRelease is a release as one types it for Helm, with its namespace and its cluster; "" for
// none.
func (p *program) typedRelease(in input) string {
	if in.release == "" {
		return ""
	}
	return typed(append(p.inNamespace(in), p.inCluster(in.cluster).args()...)...)
}

// inCluster is the cluster of this run, also where its flags were Helm's, which tells a plugin of
// them in the environment.
func (p *program) inCluster(c cluster) cluster {
	context, _ := p.Env("HELM_KUBECONTEXT")
	c.context = cmp.Or(c.context, context)
	if plugin, _ := p.Env("HELM_PLUGIN_NAME"); plugin != "" && c.kubeconfig == "" {
		// A list of files is none that --kubeconfig takes, so it came from the user's own variable.
		if config, _ := p.Env("KUBECONFIG"); !strings.ContainsRune(config, filepath.ListSeparator) {
			c.kubeconfig = config
		}
	}
	return c
}

// typedList lists the releases of all namespaces, or those of one name.
func (p *program) typedList(c cluster, filter ...string) string {
	words := append([]string{"helm", "list", "--all-namespaces"}, filter...)
	return typed(append(words, p.inCluster(c).args()...)...)
}
