package search

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// message is a line of `rg --json`, as far as it is used here; the format is
// that of the Rust crate grep-printer, "JSON".
type message struct {
	Type string `json:"type"`
	Data struct {
		Path       payload `json:"path"`
		Lines      payload `json:"lines"`
		LineNumber int     `json:"line_number"`
		Submatches []struct {
			Start int `json:"start"`
			End   int `json:"end"`
		} `json:"submatches"`
	} `json:"data"`
}

// payload is text where the bytes are valid UTF-8, and base64 where not.
type payload struct {
	Text  *string `json:"text"`
	Bytes []byte  `json:"bytes"`
}

func (p payload) bytes() []byte {
	if p.Text != nil {
		return []byte(*p.Text)
	}
	return p.Bytes
}

// path is relative to the folder ripgrep ran in.
func (m message) path() string {
	return clean(string(m.Data.Path.bytes()))
}

// clean brings a path of ripgrep's into our form.
func clean(path string) string { return strings.TrimPrefix(filepath.ToSlash(path), "./") }

func (m message) text() []byte { return m.Data.Lines.bytes() }

// span is a match in the bytes of a line.
type span struct{ start, end int }

func (m message) spans() []span {
	spans := make([]span, len(m.Data.Submatches))
	for i, s := range m.Data.Submatches {
		spans[i] = span{s.Start, s.End}
	}
	return spans
}

func parseMessage(line []byte) (message, error) {
	var m message
	if err := json.Unmarshal(line, &m); err != nil {
		return message{}, fmt.Errorf("reading ripgrep's output: %w", err)
	}
	return m, nil
}

// mostLine is the longest message that is kept. A longer one comes from a file
// that is a single line of tens of megabytes; it is passed over.
const mostLine = 64 << 20

// readLine appends the next line to buffer, without its end. A line that is too
// long gives an empty message.
func readLine(reader *bufio.Reader, buffer []byte) ([]byte, error) {
	tooLong := false
	for {
		part, err := reader.ReadSlice('\n')
		if !tooLong {
			buffer = append(buffer, part...)
		}
		tooLong = tooLong || len(buffer) > mostLine
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(buffer) > 0:
			return nil, io.EOF // cut off: the process was killed
		case err != nil:
			return nil, err
		case tooLong:
			return []byte("{}"), nil
		}
		return buffer, nil
	}
}
