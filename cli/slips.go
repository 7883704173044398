package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
)

// Slips are command lines of which it can be told what was meant.

// unknownFlag is what to do about a flag that a command does not have; "" where nothing is known.
func (p *program) unknownFlag(cmd *cobra.Command, unknown *pflag.NotExistError) string {
	name := unknown.GetSpecifiedName()
	word, _, isGlued := strings.Cut(name, " ")
	short, value, hasValue := strings.Cut(unknown.GetSpecifiedShortnames(), "=")
	switch {
	case slices.ContainsFunc(p.Args, holdsPassword): // nothing of it is repeated
		return ""
	case name == "post-renderer" || name == "post-renderer-args":
		return "leave out --post-renderer and --post-renderer-args, which are Helm's: " + p.withoutHelms(cmd)
	case isGlued && cmd.Flags().Lookup(word) != nil:
		return apartHint(p.argument("--"+name), !cmd.HasParent())
	case short != "" && hasValue && cmd.Flags().Lookup(short) != nil:
		return "write " + flagWord(short, value)
	case short != "" && cmd.Flags().Lookup(short) != nil:
		return "write --" + short + ", with two dashes"
	case (name == "o" || name == "output") && (cmd.Name() == "render" || cmd.Name() == "values"):
		return p.toStdout(cmd)
	}
	return ""
}

func holdsPassword(arg string) bool {
	_, value, _ := strings.Cut(arg, "=")
	return mayHoldPassword(arg) || mayHoldPassword(value)
}

// argument is the one that begins so.
func (p *program) argument(start string) string {
	if i := slices.IndexFunc(p.Args, func(arg string) bool { return strings.HasPrefix(arg, start) }); i >= 0 {
		return p.Args[i]
	}
	return start
}

// retyped is a command line of these arguments. Helm tells a plugin of its own flags in the
// environment alone: where a release is named, those that lead to it are put back.
func (p *program) retyped(cmd *cobra.Command, args []string) string {
	plugin, _ := p.Env("HELM_PLUGIN_NAME")
	if plugin != "" && slices.ContainsFunc(args, func(arg string) bool { return arg == "--release" || strings.HasPrefix(arg, "--release=") }) {
		args = slices.Concat(args, p.namespaceArgs(cluster{}), p.inCluster(cluster{}).args())
	}
	return cmd.Root().CommandPath() + " " + typed(withoutCommands(args)...)
}

// withoutHelms is the command line without the flags that tell Helm of a post-renderer.
func (p *program) withoutHelms(cmd *cobra.Command) string {
	var args []string
	if !cmd.HasParent() {
		args = append(args, "render")
	}
	isName := false
	for _, arg := range p.Args {
		flag, value, hasValue := strings.Cut(arg, "=")
		switch {
		case isName:
			isName = false
		case flag == "--post-renderer":
			isName = !hasValue
		case flag == "--post-renderer-args" && hasValue:
			args = append(args, value)
		case flag != "--post-renderer-args":
			args = append(args, arg)
		}
	}
	return p.retyped(cmd, args)
}

// toStdout has the output of the command line go to the file that -o or --output names; "" where
// that may be a format.
func (p *program) toStdout(cmd *cobra.Command) string {
	var args []string
	file, isFile := "", false
	for _, arg := range p.Args {
		flag, value, hasValue := strings.Cut(arg, "=")
		switch {
		case isFile:
			file, isFile = arg, false
		case flag != "-o" && flag != "--output":
			args = append(args, arg)
		case hasValue:
			file = value
		default:
			isFile = true
		}
	}
	if !looksLikeFile(file) {
		return ""
	}
	return "the result goes to stdout: " + p.retyped(cmd, args) + " > " + shellWord(file)
}

// looksLikeFile reports whether a word is a file's name rather than a format's.
func looksLikeFile(word string) bool { return strings.ContainsAny(word, "./") }

// withFlag is the command line with its argument given as the value of a flag, or as much of it as
// the command takes.
func (p *program) withFlag(cmd *cobra.Command, flag, argument string) string {
	args := []string{cmd.Name(), flag, argument}
	var others []string
	err := cmd.Flags().ParseAll(p.Args, func(given *pflag.Flag, value string) error {
		word := "--" + given.Name
		if value != given.NoOptDefVal {
			word += "=" + value
		}
		if flag != "-f" || given.Name != "file" && given.Name != "release" { // instead of which it is given
			others = append(others, word)
		}
		return nil
	})
	if err == nil {
		args = append(args, others...)
	}
	return p.retyped(cmd, args)
}

// renderFile is render of a file, with what else was given if render takes that.
func (p *program) renderFile(cmd *cobra.Command, path string) string {
	render, _, err := cmd.Root().Find([]string{"render"})
	if err != nil {
		return cmd.CommandPath()
	}
	return p.withFlag(render, "-f", path)
}

// flagWord is a flag with its value as one types it.
func flagWord(name, value string) string {
	if name == "pipe" {
		value = shownCommand(value)
	}
	return "--" + name + "=" + shellWord(value)
}

// apartHint has the flags of one argument written as they are meant.
func apartHint(arg string, asPostRenderer bool) string {
	var flags []string
	arg, command, isPiped := cutPipe(arg)
	for flag := range strings.SplitSeq(strings.ReplaceAll(arg, ",--", " --"), " --") {
		if flag == "" {
			continue
		}
		name, value, hasValue := strings.Cut(strings.TrimSpace(strings.TrimPrefix(flag, "--")), " ")
		if strings.Contains(name, "=") || !hasValue {
			name, value, hasValue = strings.Cut(strings.TrimSpace(strings.TrimPrefix(flag, "--")), "=")
		}
		text := "--" + name
		if hasValue {
			text += "=" + shellWord(strings.TrimSpace(value))
		}
		flags = append(flags, text)
	}
	if isPiped {
		flags = append(flags, flagWord("pipe", command))
	}
	text := strings.Join(flags, " ")
	switch {
	case asPostRenderer:
		return "write " + text + ", each flag in a --post-renderer-args of its own"
	case len(flags) > 1:
		return "write them apart: " + text
	}
	return "write " + text
}

// argumentSlip is what to do about an argument of a command that takes none; "" where nothing is
// known.
func (p *program) argumentSlip(cmd *cobra.Command, arg string) string {
	has := func(flag string) bool { return cmd.Flags().Lookup(flag) != nil }
	lacks := func(flag string) bool { return has(flag) && !cmd.Flags().Changed(flag) }
	switch {
	case slices.ContainsFunc(p.Args, holdsPassword), strings.HasPrefix(arg, "-"):
	case flagMeant(cmd, arg) != "":
		return flagMeant(cmd, arg)
	case has(certFlag) && p.isCertificateFile(arg):
		return "certificates are given with --cert: --cert=" + shellWord(arg)
	case pathExists(arg):
		return "manifests are given with -f: " + p.renderFile(cmd, arg)
	case lacks("host"):
		return "the server is given with --host: " + p.withFlag(cmd, "--host", arg)
	case lacks("release") && lacks("file"):
		return "a release is given with --release: " + p.withFlag(cmd, "--release", arg)
	}
	return ""
}

// flagMeant is what to do about an argument FLAG=VALUE; "" for others.
func flagMeant(cmd *cobra.Command, arg string) string {
	name, value, hasValue := strings.Cut(arg, "=")
	if !hasValue || cmd.Flags().Lookup(name) == nil || holdsPassword(arg) {
		return ""
	}
	return "write " + flagWord(name, value)
}

// isCertificateFile reports whether an argument is the path of a certificate, by its name or what is in
// it.
func (p *program) isCertificateFile(path string) bool {
	if slices.Contains([]string{".crt", ".pem", ".cer", ".cert", ".der", ".p7b"}, strings.ToLower(filepath.Ext(path))) {
		return true
	}
	if !pathExists(path) {
		return false
	}
	_, err := p.files().loadFile(path)
	return err == nil
}

// releaseMeant is what to do where verify was given a word that is no server: "" unless it may be
// the name of a release.
func (p *program) releaseMeant(argument string, in input) string {
	if strings.ContainsAny(argument, ".:/[") {
		return ""
	}
	in.release = argument
	return "if it is a release: " + throughHelm + " verify --release " + p.typedRelease(in)
}

// noSuchServer is an error about a server that verify found no address for.
func (p *program) noSuchServer(argument string, verdict trust.Verdict, in input) error {
	hint := p.releaseMeant(argument, in)
	if verdict.Finding.Code != probe.CodeUnresolvable || hint == "" {
		return nil
	}
	return &hinted{what: fmt.Sprintf("there is no server %q", argument), hint: hint}
}

// unexpanded is about a path that begins with a ~, which the shell leaves alone behind a = and in
// quotes; before is what stands in front of the path. "" for other paths.
func unexpanded(flag, before, path string) string {
	rest, found := strings.CutPrefix(path, "~/")
	if !found {
		return ""
	}
	text := "the shell did not expand the ~: --" + flag + "="
	if before != "" {
		text += shellWord(before)
	}
	text += `"$HOME"/` // what stands behind it in the quotes could be run
	if rest != "" {
		text += shellWord(rest)
	}
	return text
}
