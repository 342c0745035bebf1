package outline

import (
	"encoding/binary"
	"fmt"
	"io"
)

// mostAnswer bounds what the parser's process may answer, in bytes.
const mostAnswer = 4 << 20

// A frame is four bytes of length, big-endian, and as many bytes.
func writeFrame(to io.Writer, data []byte) error {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	if _, err := to.Write(append(head, data...)); err != nil {
		return fmt.Errorf("writing to a pipe: %w", err)
	}
	return nil
}

func readFrame(from io.Reader, most int) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return nil, err
	}
	length := binary.BigEndian.Uint32(head[:])
	if length > uint32(most) {
		return nil, fmt.Errorf("reading from a pipe: %d bytes, and at most %d are taken", length, most)
	}
	data := make([]byte, length)
	if _, err := io.ReadFull(from, data); err != nil {
		return nil, err
	}
	return data, nil
}
