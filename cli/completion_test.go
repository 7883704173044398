package cli

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"helm-runnertrust/trust/trusttest/golden"
)

// A completedCommand is a command in completion.yaml (pluginCommand in cmd/helm/load_plugins.go of
// Helm 3.22.0, and in pkg/cmd of Helm 4.3.1).
type completedCommand struct {
	Name      string             `yaml:"name"`
	ValidArgs []string           `yaml:"validArgs,omitempty"`
	Flags     []string           `yaml:"flags,omitempty"`
	Commands  []completedCommand `yaml:"commands,omitempty"`
}

// ofHelm are the flags that Helm takes from a plugin's command line for itself, and completes.
var ofHelm = []string{"namespace", "kube-context", "kubeconfig"}

// completed is what Helm is told of a command. It takes the first letter for the short form of the
// first flag, and so on.
func completed(cmd *cobra.Command) completedCommand {
	c := completedCommand{Name: cmd.Name(), ValidArgs: cmd.ValidArgs}
	var letters, paired, others []string
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		switch {
		case flag.Hidden, slices.Contains(ofHelm, flag.Name):
		case flag.Shorthand != "":
			letters, paired = append(letters, flag.Shorthand), append(paired, flag.Name)
		default:
			others = append(others, flag.Name)
		}
	})
	c.Flags = slices.Concat(letters, paired, others)
	for _, command := range cmd.Commands() {
		c.Commands = append(c.Commands, completed(command))
	}
	return c
}

// commandTree is the program's root command, with the help command that cobra adds.
func commandTree() *cobra.Command {
	p := Process{Env: func(string) string { return "" }}
	root := rootCommand(p)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	return root
}

// TestCompletionFile holds completion.yaml against the commands; -update writes it.
func TestCompletionFile(t *testing.T) {
	tree := completed(commandTree())
	tree.Name = "runnertrust"
	if len(tree.Commands) < 5 || len(tree.Flags) < 10 {
		t.Fatalf("the commands are %+v", tree)
	}
	text := bytes.NewBufferString("# The commands and flags that Helm completes behind `helm runnertrust`. Made from the program's:\n" +
		"# go test ./cli -run TestCompletionFile -update\n")
	encoder := yaml.NewEncoder(text)
	encoder.SetIndent(2)
	if err := encoder.Encode(tree); err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "../completion.yaml", text.String())
}

// complete asks what the last word can be.
func complete(t *testing.T, environment []string, words ...string) (offered []string, directive string) {
	t.Helper()
	stdout, _, code := call(t, "", environment, append([]string{"__complete"}, words...)...)
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	if code != exitDone || !strings.HasPrefix(lines[len(lines)-1], ":") {
		t.Fatalf("exit code %d, %q", code, stdout)
	}
	for _, line := range lines[:len(lines)-1] {
		name, _, _ := strings.Cut(line, "\t")
		offered = append(offered, name)
	}
	return offered, lines[len(lines)-1]
}

// What the shell does besides: ":0" has it complete files, ":4" nothing.
const (
	filesToo = ":0"
	noFiles  = ":4"
)

func TestComplete(t *testing.T) {
	const file = fixturesDir + "/base/current.yaml"
	for _, test := range []struct {
		words     []string
		offered   []string
		directive string
	}{
		{[]string{""}, []string{"completion", "fetch", "help", "install", "render", "template", "upgrade", "values", "verify", "version"}, noFiles},
		{[]string{"ver"}, []string{"verify", "version"}, noFiles},
		{[]string{"render", "--di"}, []string{"--diff"}, noFiles},
		{[]string{"render", ""}, nil, noFiles},
		{[]string{"render", "-f", ""}, nil, filesToo},
		{[]string{"render", "--cert", ""}, nil, filesToo},
		{[]string{"--cert="}, nil, filesToo},
		{[]string{"fetch", "--save", ""}, nil, filesToo},
		{[]string{"verify", "--kubeconfig", ""}, nil, filesToo},
		{[]string{"fetch", "gitlab."}, nil, noFiles},
		{[]string{"verify", ""}, nil, noFiles},
		{[]string{"verify", "--certs-dir", ""}, nil, noFiles},
		{[]string{"--via", ""}, []string{"certs-dir", "env", "config"}, noFiles},
		{[]string{"verify", "-o", ""}, []string{"table", "json", "prometheus"}, noFiles},
		{[]string{"fetch", "x", "-o", ""}, []string{"table", "json"}, noFiles},
		{[]string{"render", "-f", file, "--rel"}, nil, noFiles},
		{[]string{"--deployment", ""}, nil, noFiles},
		{[]string{"completion", ""}, []string{"bash", "fish", "powershell", "zsh"}, noFiles},
		{[]string{"completion", "bash", ""}, nil, noFiles},
		{[]string{"verify", "--all", "--r"}, nil, noFiles},
		{[]string{"help", "f"}, []string{"fetch"}, noFiles},
		{[]string{"nonsense", ""}, nil, noFiles},
	} {
		t.Run(strings.Join(test.words, " "), func(t *testing.T) {
			offered, directive := complete(t, []string{"RUNNERTRUST_NONSENSE", "1"}, test.words...)
			if !slices.Equal(offered, test.offered) || directive != test.directive {
				t.Errorf("%q %s, want %q %s", offered, directive, test.offered, test.directive)
			}
		})
	}
}

func TestCompletionScripts(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		stdout, stderr, code := call(t, "", nil, "completion", shell)
		if code != exitDone || stderr != "" || !strings.Contains(stdout, "helm-runnertrust") || !strings.Contains(stdout, "__complete") {
			t.Errorf("%s: exit code %d, %q, %d bytes", shell, code, stderr, len(stdout))
		}
	}
}
