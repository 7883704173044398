package cli

import (
	"bytes"
	"context"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"helm-runnertrust/cli/release"
	"helm-runnertrust/render"
	"helm-runnertrust/render/delivery"
)

var shells = []string{"bash", "zsh", "fish", "powershell"}

// completionCommand stands in for cobra's own, which has a command for each shell.
func completionCommand(p Process) *cobra.Command {
	return &cobra.Command{
		Use:   "completion " + strings.Join(shells, "|"),
		Short: "Print the script that completes helm-runnertrust in a shell",
		Long: `Print the script that completes helm-runnertrust in a shell.

The script is for the program in PATH. For helm runnertrust, load Helm's own
script instead: helm completion --help.`,
		Example: `  source <(helm-runnertrust completion bash)
  helm-runnertrust completion zsh > "${fpath[1]}/_helm-runnertrust"
  helm-runnertrust completion fish > ~/.config/fish/completions/helm-runnertrust.fish
  helm-runnertrust completion powershell | Out-String | Invoke-Expression`,
		ValidArgs: shells,
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			var script bytes.Buffer
			switch root := cmd.Root(); args[0] {
			case "bash":
				err = root.GenBashCompletionV2(&script, true)
			case "zsh":
				err = root.GenZshCompletion(&script)
			case "fish":
				err = root.GenFishCompletion(&script, true)
			case "powershell":
				err = root.GenPowerShellCompletionWithDesc(&script)
			}
			if err != nil {
				return err
			}
			return p.print.writeBytes(script.Bytes())
		},
	}
}

// isCompleting reports whether a shell, or Helm for it, asks how a command line may go on.
func isCompleting(p Process) bool {
	return len(p.Args) > 0 && (p.Args[0] == cobra.ShellCompRequestCmd || p.Args[0] == cobra.ShellCompNoDescRequestCmd)
}

// registerCompletions tells cobra what the arguments of a command and the values of its flags can be. A
// value that is called a file or a path is left to the shell. No server is asked about its name.
func registerCompletions(p Process, cmd *cobra.Command) {
	var ways []string
	for _, way := range delivery.Ways() {
		ways = append(ways, string(way))
	}
	cmd.ValidArgsFunction = firstOf(cmd.ValidArgs)
	cmd.ValidArgs = nil // cobra leaves the arguments behind the first of them to the shell
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		complete := cobra.NoFileCompletions
		var name string
		name, flag.Usage = pflag.UnquoteUsage(flag)
		name = strings.ToLower(name)
		switch {
		case flag.Name == "via":
			complete = oneOf(ways)
		case flag.Name == "output":
			complete = oneOf(formats)
		case flag.Name == "release":
			complete = completeRelease(p)
		case flag.Name == "deployment":
			complete = completeDeployment
		case strings.Contains(name, "file"), strings.Contains(name, "path"):
			return
		}
		// It fails for a flag that the command does not have.
		_ = cmd.RegisterFlagCompletionFunc(flag.Name, complete)
	})
}

// firstOf completes the first argument, and no other.
func firstOf(values []string) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return oneOf(values)(cmd, args, begun)
	}
}

// oneOf completes a value that is one of a few.
func oneOf(values []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return beginningWith(begun, values), cobra.ShellCompDirectiveNoFileComp
	}
}

// completionPatience is how long Helm may take to list releases. Somebody waits for it with a
// finger on the key.
const completionPatience = 3 * time.Second

// completeRelease lists the releases of the namespace. When Helm cannot tell, there are none.
func completeRelease(p Process) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(context.Background(), completionPatience)
		defer cancel()
		helm := p.helm(release.Cluster{Namespace: valueOf(cmd, "namespace"), Context: valueOf(cmd, "kube-context"), Kubeconfig: valueOf(cmd, "kubeconfig")})
		list := helm.Run(ctx, helm.Scoped("list", "--short", "--max", "0")...)
		list.WaitDelay = time.Second // for what Helm started and left behind
		out, err := list.Output()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return beginningWith(begun, strings.Fields(string(out))), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeDeployment lists the Deployments in the file of -f.
func completeDeployment(cmd *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	const largest = 16 << 20 // of what is read while somebody waits
	path := valueOf(cmd, "file")
	about, err := os.Stat(path)
	if err != nil || !about.Mode().IsRegular() || about.Size() > largest {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	stream, err := os.ReadFile(path)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return beginningWith(begun, render.Deployments(stream)), cobra.ShellCompDirectiveNoFileComp
}

func beginningWith(begun string, names []string) (fitting []string) {
	for _, name := range names {
		if strings.HasPrefix(name, begun) {
			fitting = append(fitting, name)
		}
	}
	return fitting
}
