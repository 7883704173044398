package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf16"
)

// JSON returns a value as indented JSON, in which the characters that [Line] escapes are \u escapes:
// the text is also looked at on a terminal.
func JSON(value any) ([]byte, error) {
	var out, shown bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	for _, c := range out.String() {
		if c == '\n' || !isHidden(c) { // a line break inside a string is an escape already
			shown.WriteRune(c)
			continue
		}
		for _, unit := range utf16.Encode([]rune{c}) {
			fmt.Fprintf(&shown, `\u%04x`, unit)
		}
	}
	return shown.Bytes(), nil
}
