package trust

import (
	"bytes"
	"strings"
)

// plainText returns the input as lines that end in LF, without a byte order mark, or says which
// kind of file it is instead.
func plainText(input []byte) ([]byte, *fault) {
	text := bytes.TrimPrefix(input, []byte("\xef\xbb\xbf"))
	if f := notText(text); f != nil {
		return nil, f
	}
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	trimmed := bytes.TrimSpace(text)
	if len(trimmed) == 0 {
		return nil, &fault{code: CodeEmpty, message: "empty"}
	}
	start := strings.ToLower(string(trimmed[:min(len(trimmed), 512)]))
	if strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html") {
		return nil, &fault{code: CodeWebPage, message: "this looks like a web page, not a certificate"}
	}
	if at := bytes.IndexByte(text, 0); at >= 0 {
		return nil, &fault{
			line:    1 + bytes.Count(text[:at], []byte("\n")),
			code:    CodeNotOne,
			message: "a NUL byte in the text: the file is damaged or not PEM",
		}
	}
	return text, nil
}

// notText recognises by their first bytes the formats that are mistaken for PEM.
func notText(input []byte) *fault {
	starts := func(magic string) bool { return bytes.HasPrefix(input, []byte(magic)) }
	switch {
	case starts("\xff\xfe"), starts("\xfe\xff"), starts("-\x00-\x00"), starts("\x00-\x00-"):
		return &fault{code: CodeUTF16, message: `this is UTF-16 text, which Windows calls "Unicode"; PEM is ASCII`}
	case starts("\xfe\xed\xfe\xed"):
		return &fault{code: CodeJavaKeyStore, message: "this is a Java key store, not PEM"}
	case starts("\x1f\x8b"), starts("PK\x03\x04"):
		return &fault{code: CodeCompressed, message: "this is a compressed file, not PEM"}
	}
	return nil
}

// nothingFound is the fault of a text without any BEGIN line.
func nothingFound(text []byte) *fault {
	switch trimmed := bytes.TrimSpace(text); {
	case bytes.HasPrefix(trimmed, []byte(base64Begin)):
		return &fault{code: CodeBase64, message: "no certificate in it: the whole file is base64, as in a Kubernetes Secret"}
	case bytes.HasPrefix(trimmed, []byte("MII")):
		return &fault{code: CodeNoBoundaries, message: "no certificate in it: the BEGIN and END lines are missing"}
	}
	return &fault{code: CodeEmpty, message: "no certificate in it"}
}
