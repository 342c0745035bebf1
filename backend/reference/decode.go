package reference

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"unicode/utf16"
)

// encoding of a text file, by its byte order mark.
type encoding int

const (
	bytewise encoding = iota // UTF-8, or an old 8-bit encoding
	littleEndian
	bigEndian
)

func encodingOf(raw []byte) encoding {
	switch {
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE}):
		return littleEndian
	case bytes.HasPrefix(raw, []byte{0xFE, 0xFF}):
		return bigEndian
	}
	return bytewise
}

func (e encoding) order() binary.ByteOrder {
	if e == bigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// decode returns the text in a file's bytes, without its byte order mark, with LF
// at the ends of lines, and U+FFFD for what is not valid; ok is false when it is no
// text. It reads what the agent's own tool for reading files reads.
func decode(raw []byte) (text string, ok bool) {
	e := encodingOf(raw)
	if e == bytewise {
		text = string(bytes.TrimPrefix(raw, []byte("\xEF\xBB\xBF")))
	} else {
		body := raw[2:]
		if len(body)%2 != 0 {
			return "", false
		}
		units := make([]uint16, len(body)/2)
		for i := range units {
			units[i] = e.order().Uint16(body[2*i:])
		}
		text = string(utf16.Decode(units))
	}
	if strings.ContainsRune(text, 0) {
		return "", false
	}
	return unified(strings.ToValidUTF8(text, "\uFFFD")), true
}

func unified(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// whole is the beginning of a file's bytes without a character at its end that is
// not there whole.
func (e encoding) whole(raw []byte) []byte {
	if e != bytewise {
		return raw[:len(raw)&^3] // nor half a pair of units
	}
	for i := 1; i <= min(3, len(raw)); i++ {
		if b := raw[len(raw)-i]; b >= 0xC0 {
			return raw[:len(raw)-i]
		} else if b < 0x80 {
			break
		}
	}
	return raw
}

// count reads to the end and counts lines; ok is false when it is no text. It must
// begin with a whole character.
func (e encoding) count(ctx context.Context, from io.Reader) (lines int, ok bool, err error) {
	buffer := make([]byte, 256<<10)
	for {
		if err := ctx.Err(); err != nil {
			return 0, false, err
		}
		n, err := io.ReadFull(from, buffer)
		if e == bytewise {
			lines += bytes.Count(buffer[:n], []byte{'\n'})
			if bytes.IndexByte(buffer[:n], 0) >= 0 {
				return 0, false, nil
			}
		} else {
			for i := 0; i+1 < n; i += 2 {
				if e.order().Uint16(buffer[i:]) == '\n' {
					lines++
				}
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return lines, true, nil
		case err != nil:
			return 0, false, err
		}
	}
}
