package trust

import (
	"encoding/hex"
	"strconv"
	"strings"
)

// ParseFingerprint reads a SHA-256 fingerprint, with or without "sha256:" or "SHA256 Fingerprint="
// before it and with or without colons between the bytes, in any case, and returns it as
// [Fingerprint] writes it. Everything else is an [*Error].
func ParseFingerprint(text string) (string, error) {
	digits := strings.ToLower(strings.TrimSpace(text))
	digits = strings.TrimPrefix(digits, "sha256 fingerprint=") // openssl x509 -fingerprint -sha256
	digits = strings.TrimPrefix(digits, "sha256:")
	digits = strings.ReplaceAll(digits, ":", "")
	sum, err := hex.DecodeString(digits)
	switch {
	case err == nil && len(sum) == 20:
		return "", &Error{Origin: strconv.Quote(text), Code: CodeBadFingerprint, Message: "this is a SHA-1 fingerprint"}
	case err != nil || len(sum) != 32:
		return "", &Error{Origin: strconv.Quote(text), Code: CodeBadFingerprint, Message: "not a SHA-256 fingerprint of 64 hex digits"}
	}
	return "sha256:" + digits, nil
}
