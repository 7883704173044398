package input

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"helm-runnertrust/render"
	"helm-runnertrust/trust/probe"
)

// hostForm matches a host name or an address in brackets, and a port.
var hostForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:([-._a-zA-Z0-9]+)|\[([.:0-9a-fA-F]+)\])(:[0-9]*)?$`)
})

// splitHost cuts HOST[:PORT]= or [IPv6][:PORT]= off the start of an argument. What looks like
// neither is a part of the path.
func splitHost(arg string) (host, path string, err error) {
	before, after, found := strings.Cut(arg, "=")
	if !found {
		return "", arg, nil
	}
	parts := hostForm().FindStringSubmatch(before)
	if parts == nil {
		return "", arg, nil
	}
	if port, ok := strings.CutPrefix(parts[3], ":"); ok {
		if err := probe.CheckPort(fmt.Sprintf("%q", arg), port); err != nil {
			return "", "", err
		}
	}
	return parts[1] + parts[2], after, nil
}

// WithoutHost returns the value of [HOST=]VALUE.
func WithoutHost(value string) string {
	if _, rest, err := splitHost(value); err == nil {
		return rest
	}
	return value
}

// IsName reports whether a text can be a name of a host, an object or a field, and so no other value
// that was put there instead.
func IsName(text string) bool {
	return text != "" && len(text) <= 253 && !strings.ContainsFunc(text, func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && !strings.ContainsRune("-._", c)
	})
}

// Object reads [HOST=]NAME[/KEY] of a Secret or a ConfigMap.
func Object(kind, value string) (render.Object, error) {
	host, name, err := splitHost(value)
	if err != nil {
		return render.Object{}, err
	}
	return render.ParseObject(kind, host, name)
}
