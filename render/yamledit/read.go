package yamledit

import (
	"bytes"
	"errors"
	"io"
)

const (
	firstChunk = 256 << 10 // more than what the gitlab chart renders
	chunkSize  = 2 << 20
)

// Read is [Split] of what a reader gives, which is read in chunks that the documents then share:
// it takes little more memory than the stream has bytes.
func Read(r io.Reader) (*Stream, error) {
	s := &Stream{}
	rest := make([]byte, 0, firstChunk) // read, and not yet cut into documents
	for {
		chunk := rest
		if len(chunk) > cap(chunk)/2 {
			chunk = append(make([]byte, 0, max(chunkSize, 2*cap(chunk))), rest...)
		}
		n, err := io.ReadFull(r, chunk[len(chunk):cap(chunk)])
		chunk = chunk[:len(chunk)+n]
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			s.add(split(chunk))
			return s, nil
		case err != nil:
			return nil, err
		}
		rest = s.addWhole(chunk)
	}
}

// addWhole adds the documents of a chunk that can be told to end in it, and returns what is behind
// them, in a chunk of its own when that is little.
func (s *Stream) addWhole(chunk []byte) (rest []byte) {
	lines := chunk[:bytes.LastIndexByte(chunk, '\n')+1]
	pieces := split(lines)
	if len(pieces) < 2 {
		return chunk
	}
	last := len(pieces) - 1
	s.add(pieces[:last])
	rest = chunk[len(lines)-len(pieces[last]):]
	return append(make([]byte, 0, max(chunkSize, 2*len(rest))), rest...)
}
