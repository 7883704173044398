package cli

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/spf13/pflag"

	"helm-runnertrust/trust"
)

// checkArguments refuses a command line that holds a certificate or a key itself, as a variable
// gives it where a path is meant. Nothing of it is repeated, which other errors would do.
func checkArguments(args []string) error {
	before := ""
	for _, arg := range args {
		if holdsCertificate(arg) {
			name := argumentName(before, arg)
			return noValue(name, strings.TrimPrefix(name, "--"), strings.TrimPrefix(arg, name+"="))
		}
		before = arg
	}
	return nil
}

// noValue is about a value for which holdsCertificate is true. Line breaks alone make no
// certificate of it, except where one is wanted.
func noValue(place, flag, value string) error {
	if isCertificate(value) || flag == certFlag || flag == unnamed {
		return certificateText(place)
	}
	hint := "give it in one line"
	if flag == "pipe" {
		hint = "put the lines into a script, and name that"
	}
	return &hinted{what: place + ": the value has line breaks", hint: hint}
}

func certificateText(place string) error {
	return &hinted{what: place + ": the value is the text of a certificate or a key, or has line breaks",
		hint: "write it to a file and give the path, or put it into the variable " + variable(certFlag)}
}

// holdsCertificate reports whether a value has more than one line or may be PEM, a part of it or
// its base64.
func holdsCertificate(value string) bool {
	return strings.ContainsAny(value, "\r\n") || isCertificate(value)
}

// isCertificate reports whether a value may be PEM, a part of it or its base64.
func isCertificate(value string) bool {
	const shortest = 48 // of what is worth compiling the expression for
	return strings.Contains(value, "-----BEGIN") || len(value) >= shortest && base64Text().MatchString(value) ||
		strings.ContainsAny(value, "\r\n") && slices.ContainsFunc(strings.Fields(value), func(line string) bool {
			return len(line) >= shortest && consistsOf(line, isBase64Byte) // PEM without its head
		})
}

func isBase64Byte(c rune) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || strings.ContainsRune("+/=", c)
}

// base64Text is PEM ("-----BEGIN") or DER (a SEQUENCE of 256 bytes or more) in base64.
var base64Text = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(^|=)(LS0tLS1CRUdJTi|MI[I-L][A-Za-z0-9+/]{60})`)
})

var flagName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(--[a-z][a-z-]{0,30}|-[a-z])(=|$)`) })

// argumentName is the flag that an argument belongs to, by its own text or that before it.
func argumentName(before, arg string) string {
	for _, text := range []string{arg, before} {
		if found := flagName().FindStringSubmatch(text); found != nil {
			return found[1]
		}
	}
	return unnamed
}

// unnamed is an argument that belongs to no flag.
const unnamed = "an argument"

// mayHoldPassword reports whether a value looks like a URL with a password, in whatever shape.
func mayHoldPassword(value string) bool {
	return strings.Contains(value, ":") && trust.HasUser(value) ||
		strings.Contains(value, "://") && trust.PrintableURL(value) != value
}

// withoutHost is [HOST=]VALUE without its host.
func withoutHost(value string) string {
	if _, rest, err := splitHost(value); err == nil {
		return rest
	}
	return value
}

// checkURLs refuses a URL with a password in the place of a path or a name.
func checkURLs(flags *pflag.FlagSet) error {
	var err error
	flags.Visit(func(flag *pflag.Flag) {
		values := []string{flag.Value.String()}
		if list, ok := flag.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, value := range values {
			value = withoutHost(value)
			if mayHoldPassword(value) && !pathExists(value) && flag.Name != "connect" && flag.Name != "host" {
				err = &hinted{what: fmt.Sprintf("--%s: %q is a URL with a password", flag.Name, trust.PrintableURL(value)),
					hint: "give a path or a name, and change the password if it was real"}
			}
		}
	})
	return err
}

// withoutPasswords hides in what cobra says of a command line the passwords of its arguments, and
// the arguments of a --pipe, which may hold some.
func (p *program) withoutPasswords(text string) string {
	hide := func(secret, shown string) {
		quoted := strconv.Quote(secret)
		text = strings.NewReplacer(secret, shown, quoted[1:len(quoted)-1], shown).Replace(text)
	}
	for _, arg := range p.Args {
		if _, command, found := cutPipe(arg); found && shownCommand(command) != command {
			hide(command, shownCommand(command))
		}
		_, value, _ := strings.Cut(arg, "=")
		for _, secret := range []string{arg, value, withoutHost(value)} {
			if mayHoldPassword(secret) {
				hide(secret, trust.PrintableURL(secret))
			}
		}
	}
	return text
}

var userInText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(\b[a-zA-Z][-+.a-zA-Z0-9]*://)\S*(@|%40)`) })

// withoutUsers hides in what another program says the users and passwords of its URLs.
func withoutUsers(text string) string { return userInText().ReplaceAllString(text, "${1}***@") }
