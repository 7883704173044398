package cli

import "helm-runnertrust/trust"

// A coded is the kind and the code of a message: "error no-runner".
type coded struct {
	Kind string // error, warning, note
	Code trust.Code
}

// runWithCodes is Run; it also returns the kinds and codes of the messages, in their order.
func runWithCodes(process Process) (code int, all []coded) {
	code, print := run(process)
	for _, m := range print.messages {
		if m.kind != "" {
			all = append(all, coded{m.kind, m.Code})
		}
	}
	return code, all
}

// maxWidth is how many columns reports may take.
const maxWidth = 100
