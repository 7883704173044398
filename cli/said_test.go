package cli

import (
	"slices"
	"strings"
	"testing"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/fixtures"
	"helm-runnertrust/trust"
)

// rowCode returns the code of a row of docs/TROUBLESHOOTING.md about a message of the program.
func rowCode(line string) (trust.Code, bool) {
	cells := tableRow(line)
	if len(cells) != 4 || len(code(cells[3])) != 1 || cells[3] != asCode(code(cells[3])[0]) {
		return "", false
	}
	return trust.Code(code(cells[3])[0]), true
}

// saidBy reports whether one of the messages has these words, where … stands for anything.
func saidBy(messages []string, words string) bool {
	return slices.ContainsFunc(messages, func(message string) bool {
		for part := range strings.SplitSeq(words, "…") {
			_, rest, found := strings.Cut(message, strings.TrimSpace(part))
			if !found {
				return false
			}
			message = rest
		}
		return true
	})
}

// rejectedMessages returns the messages of the refused cases, by their codes.
func rejectedMessages(t *testing.T) map[trust.Code][]string {
	t.Helper()
	messages := map[trust.Code][]string{}
	for _, c := range fixtures.All(t, fixtures.Refuse) {
		for _, m := range runCase(c, c.Input(t)).reported {
			messages[m.Code] = append(messages[m.Code], m.Message.Message)
		}
	}
	return messages
}

// TestMessagesAreInThePage holds that the words that a code is documented with are those of a message
// of the refused cases, where they have the code.
func TestMessagesAreInThePage(t *testing.T) {
	documented := documentedWords(t)
	for about, messages := range rejectedMessages(t) {
		words := documented[about]
		if about != advice.CodeCommand && !slices.ContainsFunc(words, func(w string) bool { return saidBy(messages, w) }) {
			t.Errorf("no message of the code %s has any of the words %q, but: %q", about, words, messages)
		}
	}
}
