package trust

import (
	"bytes"
	"strings"
)

// plainText returns the input as lines that end in LF, without a byte order mark, or says
// which kind of file it is instead.
func plainText(input []byte) ([]byte, *fault) {
	text := bytes.TrimPrefix(input, []byte("\xef\xbb\xbf"))
	if f := notText(text); f != nil {
		return nil, f
	}
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	trimmed := bytes.TrimSpace(text)
	if len(trimmed) == 0 {
		return nil, &fault{message: "empty", hint: hintFetch}
	}
	start := strings.ToLower(string(trimmed[:min(len(trimmed), 512)]))
	if strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html") {
		return nil, &fault{
			message: "this looks like a web page, not a certificate",
			hint:    "a login or error page was saved in its place; " + hintFetch,
		}
	}
	if at := bytes.IndexByte(text, 0); at >= 0 {
		return nil, &fault{
			line:    1 + bytes.Count(text[:at], []byte("\n")),
			message: "a NUL byte in the text: the file is damaged or not PEM",
			hint:    hintFetch,
		}
	}
	return text, nil
}

// notText recognises by their first bytes the formats that are mistaken for PEM.
func notText(input []byte) *fault {
	starts := func(magic string) bool { return bytes.HasPrefix(input, []byte(magic)) }
	switch {
	case starts("\xff\xfe"), starts("\xfe\xff"), starts("-\x00-\x00"), starts("\x00-\x00-"):
		return &fault{
			message: `this is UTF-16 text, which Windows calls "Unicode"; PEM is ASCII`,
			hint:    "save it as UTF-8 or ANSI, or: iconv -f UTF-16 -t ASCII FILE > NEW.crt",
		}
	case starts("\xfe\xed\xfe\xed"):
		return &fault{
			message: "this is a Java key store, not PEM",
			hint:    "take the certificate out: keytool -exportcert -rfc -keystore FILE -alias NAME -file NEW.crt",
		}
	case starts("\x1f\x8b"), starts("PK\x03\x04"):
		return &fault{message: "this is a compressed file, not PEM", hint: "unpack it first"}
	}
	return nil
}

// nothingFound is the fault of a text without any BEGIN line.
func nothingFound(text []byte) *fault {
	f := &fault{message: "no certificate in it", hint: hintFetch}
	switch trimmed := bytes.TrimSpace(text); {
	case bytes.HasPrefix(trimmed, []byte("LS0tLS1CRUdJTi")):
		f.message = "no certificate in it: the whole file is base64, as in a Kubernetes Secret"
		f.hint = "decode it: base64 -d FILE > NEW.crt"
	case bytes.HasPrefix(trimmed, []byte("MII")):
		f.message = "no certificate in it: the BEGIN and END lines are missing"
		f.hint = "decode it to DER: base64 -d FILE > NEW.crt"
	}
	return f
}
