package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"helm-runnertrust/cli/release"
	"helm-runnertrust/render/delivery"
)

// isCompleting reports whether a shell, or Helm for it, asks how a command line may go on.
func isCompleting(p Process) bool {
	return len(p.Args) > 0 && (p.Args[0] == cobra.ShellCompRequestCmd || p.Args[0] == cobra.ShellCompNoDescRequestCmd)
}

// registerCompletions registers what the values of a command's flags can be. A value that is called a
// file or a path is left to the shell. No server is asked about its name.
func registerCompletions(p Process, cmd *cobra.Command) {
	cmd.ValidArgsFunction = cobra.NoFileCompletions
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		complete := cobra.NoFileCompletions
		var name string
		name, flag.Usage = pflag.UnquoteUsage(flag)
		name = strings.ToLower(name)
		switch {
		case flag.Name == "via":
			var names []string
			for _, way := range delivery.Ways() {
				names = append(names, string(way))
			}
			complete = cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp)
		case flag.Name == "output":
			complete = cobra.FixedCompletions(flag.Value.(*format).names, cobra.ShellCompDirectiveNoFileComp)
		case flag.Name == "release":
			complete = completeRelease(p)
		case strings.Contains(name, "file"), strings.Contains(name, "path"):
			return
		}
		// It fails for a flag that the command does not have.
		_ = cmd.RegisterFlagCompletionFunc(flag.Name, complete)
	})
}

// completionPatience is how long Helm may take to list releases. Somebody waits for it with a
// finger on the key.
const completionPatience = 3 * time.Second

// completeRelease lists the releases of the namespace. When Helm fails, there are none.
func completeRelease(p Process) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(context.Background(), completionPatience)
		defer cancel()
		value := func(name string) string { return cmd.Flag(name).Value.String() }
		helm := p.helm(release.Cluster{Namespace: value("namespace"), Context: value("kube-context"), Kubeconfig: value("kubeconfig")})
		list := helm.Run(ctx, helm.Scoped("list", "--short", "--max", "0")...)
		list.WaitDelay = time.Second // for what Helm started and left behind
		out, err := list.Output()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return strings.Fields(string(out)), cobra.ShellCompDirectiveNoFileComp
	}
}
