package trust

import "errors"

// maxDepthBER is how deep values may be nested. A certificate bundle needs about 12; walking goes
// as deep as the input does, so that a hostile one must be stopped.
const maxDepthBER = 32

var (
	errBERShort   = errors.New("the structure is longer than the input")
	errBERDepth   = errors.New("the structure is nested too deep")
	errBERInvalid = errors.New("not a valid BER structure")
)

// sizeBER returns how many bytes the first BER value of input takes (ITU-T X.690, section 8.1),
// after walking all that it holds.
func sizeBER(input []byte) (int, error) { return walkBER(input, 0) }

func walkBER(input []byte, depth int) (int, error) {
	if depth > maxDepthBER {
		return 0, errBERDepth
	}
	header, length, err := headerBER(input)
	if err != nil {
		return 0, err
	}
	constructed := input[0]&0x20 != 0
	if length < 0 {
		if !constructed {
			return 0, errBERInvalid
		}
		return walkIndefinite(input, header, depth)
	}
	if length > len(input)-header {
		return 0, errBERShort
	}
	end := header + length
	for at := header; constructed && at < end; {
		size, err := walkBER(input[at:end], depth+1)
		if err != nil {
			return 0, err
		}
		at += size
	}
	return end, nil
}

// walkIndefinite walks values up to the two zero bytes that end them.
func walkIndefinite(input []byte, at, depth int) (int, error) {
	for {
		if len(input)-at >= 2 && input[at] == 0 && input[at+1] == 0 {
			return at + 2, nil
		}
		size, err := walkBER(input[at:], depth+1)
		if err != nil {
			return 0, err
		}
		at += size
	}
}

// headerBER returns the length of tag and length bytes, and the length of the content: -1 when it
// is indefinite. Tags above 30 do not occur in certificates and are refused.
func headerBER(input []byte) (header, length int, err error) {
	if len(input) < 2 {
		return 0, 0, errBERShort
	}
	if input[0]&0x1f == 0x1f {
		return 0, 0, errBERInvalid
	}
	first := int(input[1])
	switch {
	case first < 0x80:
		return 2, first, nil
	case first == 0x80:
		return 2, -1, nil
	case first > 0x83: // 16 MiB, far more than MaxSize
		return 0, 0, errBERInvalid
	}
	header = 2 + first&0x7f
	if len(input) < header {
		return 0, 0, errBERShort
	}
	for _, b := range input[2:header] {
		length = length<<8 | int(b)
	}
	return header, length, nil
}

// valueBER is one value.
type valueBER struct {
	tag     byte
	content []byte // if it is constructed, the values that it holds
	bytes   []byte // all of it, with tag and length
}

// parts returns the values directly inside a constructed value that sizeBER has walked.
func (v valueBER) parts() []valueBER {
	var parts []valueBER
	if v.tag&0x20 == 0 {
		return nil
	}
	for rest := v.content; len(rest) > 0; {
		part, size, err := readBER(rest)
		if err != nil || part.tag == 0 {
			break
		}
		parts = append(parts, part)
		rest = rest[size:]
	}
	return parts
}

func readBER(input []byte) (valueBER, int, error) {
	size, err := sizeBER(input)
	if err != nil {
		return valueBER{}, 0, err
	}
	header, length, err := headerBER(input)
	if err != nil {
		return valueBER{}, 0, err
	}
	end := size
	if length < 0 {
		end -= 2
	}
	return valueBER{tag: input[0], content: input[header:end], bytes: input[:size]}, size, nil
}
