// Package input reads what a command line names: certificates from files, folders, pipes and
// variables. It refuses secrets that stand in the command line itself, without echoing them.
package input

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/trust"
)

// CertVariable is the variable that takes the text of certificates, or their path.
const CertVariable = "RUNNERTRUST_CERT"

// RefuseSecret returns the error about a value for which [HoldsSecret] is true; source is where it comes
// from.
func RefuseSecret(source string) error {
	return &advice.Error{What: source + ": the value is the text of a certificate or a key, or has line breaks",
		Hint: "write a certificate to a file and give the path, or put it into the variable " + CertVariable + "; any other value takes one line"}
}

// HoldsSecret reports whether a value has more than one line, or may be PEM or its base64.
func HoldsSecret(value string) bool {
	const shortest = 48 // of what is worth compiling the expression for
	return strings.ContainsAny(value, "\r\n") || strings.Contains(value, "-----BEGIN") || len(value) >= shortest && base64Text().MatchString(value)
}

// base64Text matches PEM ("-----BEGIN") or DER (a SEQUENCE of 256 bytes or more) in base64.
var base64Text = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(^|=)(LS0tLS1CRUdJTi|MI[I-L][A-Za-z0-9+/]{60})`)
})

// MayHoldPassword reports whether a value looks like a URL with a password, in whatever shape.
func MayHoldPassword(value string) bool {
	return strings.Contains(value, ":") && trust.HasUser(value) ||
		strings.Contains(value, "://") && trust.PrintableURL(value) != value
}

// HidePasswords returns a message without the passwords of a command line's arguments and variables.
func HidePasswords(args []string, text string) string {
	for _, arg := range args {
		_, value, _ := strings.Cut(arg, "=")
		for _, secret := range []string{arg, value, WithoutHost(value)} {
			if !MayHoldPassword(secret) {
				continue
			}
			quoted, shown := strconv.Quote(secret), trust.PrintableURL(secret)
			text = strings.NewReplacer(secret, shown, quoted[1:len(quoted)-1], shown).Replace(text)
		}
	}
	return text
}

var userInText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(\b[a-zA-Z][-+.a-zA-Z0-9]*://)\S*(@|%40)`) })

// HideUsers returns what another program says without the users and passwords of its URLs.
func HideUsers(text string) string { return userInText().ReplaceAllString(text, "${1}***@") }

// PathExists reports whether the path of [HOST=]PATH is there. A value that is no path may be a
// secret that was put into the wrong variable, so it must not be repeated.
func PathExists(arg string) bool {
	_, path, _ := splitHost(arg) // "" with an error
	_, err := os.Stat(path)
	return err == nil
}
