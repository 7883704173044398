package advice

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"

	"helm-runnertrust/trust"
)

// An entry is what the program knows about a code, as docs/TROUBLESHOOTING.md has it.
type entry struct {
	words string // of its messages, "|" between two; … stands for what differs
	why   string // it happens
	hint  hint   // what to do about it; nil for nothing
}

// A hint returns what to do about something: where possible, a command that can be typed.
type hint func(Context) string

// entries has an entry for every code. It is made when there is something to hint at, which is
// seldom.
var entries = sync.OnceValue(func() map[trust.Code]entry {
	all := map[trust.Code]entry{}
	for _, some := range []map[trust.Code]entry{
		fileEntries(), blockEntries(), certificateEntries(), addressEntries(), serverEntries(), diagnosisEntries(),
		manifestEntries(), wayEntries(), warningEntries(), auditEntries(),
	} {
		maps.Copy(all, some)
	}
	return all
})

// hintFor returns the hint of a code; "" for what nothing has to be done about.
func hintFor(code trust.Code, context Context) string {
	if h := entries()[code].hint; h != nil {
		return h(context)
	}
	return ""
}

// Row returns the words of a code's messages and why it happens, for the documentation; ok is false
// for a code without an entry.
func Row(code trust.Code) (words []string, why string, ok bool) {
	e, ok := entries()[code]
	return strings.Split(e.words, "|"), e.why, ok
}

// Codes returns the codes that have an entry, sorted.
func Codes() []trust.Code { return slices.Sorted(maps.Keys(entries())) }

// Hints returns the hints of a code, of each check, each once.
func Hints(code trust.Code) []string {
	var all []string
	for check := range OfHandshake + 1 {
		if text := hintFor(code, Context{Check: check}); text != "" && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
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
