package advice

import (
	"cmp"

	"helm-runnertrust/trust"
)

// A hint returns what to do about something: where possible, a command that can be typed.
type hint func(Context) string

// hintFor returns the hint of a code; "" for what nothing has to be done about.
func hintFor(code trust.Code, context Context) string {
	for _, hints := range []map[trust.Code]hint{certificateHints, serverHints, manifestHints} {
		if h := hints[code]; h != nil {
			return h(context)
		}
	}
	return ""
}

// always returns a hint that depends on nothing.
func always(text string) hint { return func(Context) string { return text } }

// fetchAnd returns a text that ends in the command that gets a chain.
func fetchAnd(text string) hint {
	return func(c Context) string {
		command := Program + " fetch " + Quote(cmp.Or(c.Host, "HOST"))
		if c.Connect != "" {
			command += " --connect " + Quote(c.Connect)
		}
		return text + command + " --save FILE"
	}
}

// only returns a text for one check, and nothing for the others.
func only(check Check, text string) hint { return in(check, text, always("")) }

// in returns a text for one check, and a hint for the others. With OfServer, the file is there already.
func in(check Check, text string, otherwise hint) hint {
	return func(c Context) string {
		if c.Check == check {
			return text
		}
		return otherwise(c)
	}
}

// after puts a step in front of a hint.
func after(step string, h hint) hint {
	return func(c Context) string { return step + "; " + h(c) }
}

// FetchInstead returns the hint where an input is beyond repair.
func FetchInstead(c Context) string { return fetchAnd("get the chain from the server: ")(c) }
