package advice

import (
	"cmp"
	"maps"
	"sync"

	"helm-runnertrust/trust"
)

// An Entry is what the program knows about a code, as docs/TROUBLESHOOTING.md has it.
type Entry struct {
	Words string // of its messages, "|" between two; … stands for what differs
	Why   string // it happens
	hint  hint   // what to do about it; nil for nothing
}

// A hint returns what to do about something: where possible, a command that can be typed.
type hint func(Context) string

// Entries returns the entry of every code.
var Entries = sync.OnceValue(func() map[trust.Code]Entry {
	all := maps.Clone(certificateEntries)
	maps.Copy(all, serverEntries)
	maps.Copy(all, manifestEntries)
	return all
})

// hintFor returns the hint of a code; "" for what nothing has to be done about.
func hintFor(code trust.Code, context Context) string {
	if h := Entries()[code].hint; h != nil {
		return h(context)
	}
	return ""
}

// always returns a hint that depends on nothing.
func always(text string) hint { return func(Context) string { return text } }

// fetchAnd returns a text that ends in the command that gets a chain.
func fetchAnd(text string) hint {
	return func(c Context) string {
		return text + Program + " fetch " + Quote(cmp.Or(c.Host, "HOST")) + " --save FILE"
	}
}

// only returns a text for one check, and nothing for the others.
func only(check Check, text string) hint {
	return func(c Context) string {
		if c.Check != check {
			return ""
		}
		return text
	}
}

// after puts a step in front of a hint.
func after(step string, h hint) hint {
	return func(c Context) string { return step + "; " + h(c) }
}

// FetchInstead returns the hint where an input is beyond repair.
func FetchInstead(c Context) string { return fetchAnd("get the chain from the server: ")(c) }
