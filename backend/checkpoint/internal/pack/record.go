package pack

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// Kind is what a record holds. The numbers are part of the format.
type Kind uint8

const (
	Blob   Kind = 1 + iota // a file's bytes, or a piece of a large file's
	Folder                 // a folder's encoding, or a part of one
	List                   // the ids of a large file's pieces; its own id is the hash of the whole
	Header                 // a checkpoint's description, for when the database is lost
)

// How a record's payload is encoded.
const (
	asIs    = 0
	zstd1   = 1
	asDelta = 2 // the base's id, then a delta of package node
)

// A segment is a magic line and records: two magic bytes, kind, hash algorithm,
// encoding, depth (how many deltas lie under it), two bytes for later, id,
// length before and after encoding, CRC-32C of all but itself, payload.
const (
	magic    = "keel segment 1\n\x00"
	mark0    = 'k'
	mark1    = 'R'
	sha256ID = 1
	headSize = 8 + len(node.ID{}) + 4 + 4 + 4
	crcAt    = headSize - 4
)

// head is a record's beginning.
type head struct {
	kind     Kind
	encoding uint8
	depth    uint8
	id       node.ID
	raw, enc uint32
	crc      uint32
}

func (h head) append(out []byte, payload []byte) []byte {
	from := len(out)
	out = append(out, mark0, mark1, byte(h.kind), sha256ID, h.encoding, h.depth, 0, 0)
	out = append(out, h.id[:]...)
	out = binary.BigEndian.AppendUint32(out, h.raw)
	out = binary.BigEndian.AppendUint32(out, uint32(len(payload)))
	sum := crc32.Update(crc32.Checksum(out[from:], table()), table(), payload)
	out = binary.BigEndian.AppendUint32(out, sum)
	return append(out, payload...)
}

// parseHead reads a record's beginning; what follows it is not yet checked.
func parseHead(data []byte) (head, bool) {
	if len(data) < headSize || data[0] != mark0 || data[1] != mark1 || data[3] != sha256ID || data[6]|data[7] != 0 {
		return head{}, false
	}
	h := head{kind: Kind(data[2]), encoding: data[4], depth: data[5]}
	if h.kind < Blob || h.kind > Header || h.encoding > asDelta {
		return head{}, false
	}
	copy(h.id[:], data[8:])
	at := 8 + len(h.id)
	h.raw, h.enc = binary.BigEndian.Uint32(data[at:]), binary.BigEndian.Uint32(data[at+4:])
	h.crc = binary.BigEndian.Uint32(data[crcAt:])
	return h, true
}

// sound tells whether a whole record is as it was written.
func (h head) sound(record []byte) bool {
	return len(record) == headSize+int(h.enc) &&
		crc32.Update(crc32.Checksum(record[:crcAt], table()), table(), record[headSize:]) == h.crc
}

func table() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) } // kept by the package

func damaged(id node.ID, why string) error { return &lost{id, why} }

// lost is a content that is missing or damaged.
type lost struct {
	id  node.ID
	why string
}

func (l *lost) Error() string { return fmt.Sprintf("reading %s: %v: %s", l.id, ErrDamaged, l.why) }

func (l *lost) Is(target error) bool { return target == ErrDamaged }

// Lost lists the contents that an error says are missing or damaged.
func Lost(err error) []node.ID {
	switch e := err.(type) { //nolint:errorlint // it goes through the whole tree of errors
	case nil:
		return nil
	case *lost:
		return []node.ID{e.id}
	case interface{ Unwrap() error }:
		return Lost(e.Unwrap())
	case interface{ Unwrap() []error }:
		var out []node.ID
		for _, inner := range e.Unwrap() {
			out = append(out, Lost(inner)...)
		}
		return out
	}
	return nil
}
