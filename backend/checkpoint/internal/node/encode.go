package node

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// ErrDamaged is the error of decoding what is no encoding.
var ErrDamaged = errors.New("not a folder's encoding")

// The encoding: a version byte, a flags byte, then for each entry its name,
// kind, cause, mode, size, and what its kind has. A large folder is a list of
// parts instead, each the encoding of a run of entries, so that a change in it
// is one part's.
const (
	version = 3

	flagPartial = 1
	flagParts   = 2
)

// Folders above splitAbove entries are cut into parts of about partSize entries,
// at names that say so themselves: a name more or less moves no other cut.
const (
	splitAbove = 4096
	partSize   = 1024
	partMost   = 4096
)

// Encoded is a folder's encoding: the bytes that its id names first, then those
// of its parts, if it has any.
type Encoded struct {
	ID    ID
	Bytes []byte
	Parts []Encoded
}

// Encode encodes a folder.
func (n *Node) Encode() Encoded {
	if len(n.Entries) <= splitAbove {
		return plain(n.Entries, n.Partial)
	}
	var parts []Encoded
	start := 0
	for i := range n.Entries {
		if i > start && (i-start >= partMost || cutsAt(n.Entries[i].Name)) {
			parts = append(parts, plain(n.Entries[start:i], n.Partial))
			start = i
		}
	}
	parts = append(parts, plain(n.Entries[start:], n.Partial))
	out := []byte{version, flagParts}
	for _, p := range parts {
		out = append(out, p.ID[:]...)
	}
	return Encoded{ID: Sum(out), Bytes: out, Parts: parts}
}

// cutsAt is FNV-1a of the name, of which one in partSize is 0.
func cutsAt(name string) bool {
	h := uint32(2166136261)
	for i := range len(name) {
		h = (h ^ uint32(name[i])) * 16777619
	}
	return h>>7%partSize == 0
}

func plain(entries []Entry, partial bool) Encoded {
	size := 2
	for i := range entries {
		size += len(entries[i].Name) + 56
	}
	out := append(make([]byte, 0, size), version, 0)
	if partial {
		out[1] = flagPartial
	}
	for i := range entries {
		out = entries[i].append(out)
	}
	return Encoded{ID: Sum(out), Bytes: out}
}

func (e *Entry) append(out []byte) []byte {
	out = appendText(out, e.Name)
	out = append(out, byte(e.Kind), byte(e.Cause))
	out = binary.AppendUvarint(out, uint64(e.Mode))
	out = binary.AppendUvarint(out, uint64(e.Size))
	switch e.Kind {
	case File:
		out = append(out, e.ID[:]...)
	case Folder:
		out = append(out, e.ID[:]...)
		out = binary.AppendUvarint(out, uint64(e.Files))
		out = append(out, byte(e.Below))
	case Symlink:
		out = appendText(out, e.Target())
	case Special, Uncaptured:
		out = appendText(out, e.Reason())
		print := uint64(0)
		if e.More != nil {
			print = e.More.Print
		}
		out = binary.AppendUvarint(out, print)
	}
	return out
}

func appendText(out []byte, text string) []byte {
	return append(binary.AppendUvarint(out, uint64(len(text))), text...)
}

// PartsOf lists the parts of an encoding that has some.
func PartsOf(data []byte) ([]ID, error) {
	if len(data) < 2 || data[0] != version {
		return nil, ErrDamaged
	}
	if data[1]&flagParts == 0 {
		return nil, nil
	}
	rest := data[2:]
	if len(rest)%len(ID{}) != 0 {
		return nil, ErrDamaged
	}
	var parts []ID
	for ; len(rest) > 0; rest = rest[len(ID{}):] {
		parts = append(parts, ID(rest[:len(ID{})]))
	}
	return parts, nil
}

// Decode reads an encoding; part fetches the encodings of its parts.
func Decode(data []byte, part func(ID) ([]byte, error)) (*Node, error) {
	parts, err := PartsOf(data)
	if err != nil {
		return nil, err
	}
	n := &Node{}
	if parts == nil {
		return n, n.decode(data)
	}
	for _, id := range parts {
		inner, err := part(id)
		if err != nil {
			return nil, err
		}
		if err := n.decode(inner); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// decode appends the entries of one run.
func (n *Node) decode(data []byte) error {
	if len(data) < 2 || data[0] != version || data[1]&^flagPartial != 0 {
		return ErrDamaged
	}
	n.Partial = n.Partial || data[1]&flagPartial != 0
	r := &reader{rest: data[2:], text: string(data[2:])}
	for len(r.rest) > 0 && r.err == nil {
		e := r.entry()
		if r.err == nil && (!usable(e.Name) || len(n.Entries) > 0 && n.Entries[len(n.Entries)-1].Name >= e.Name) {
			r.err = errors.New("names out of order")
		}
		n.Entries = append(n.Entries, e)
	}
	if r.err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, r.err)
	}
	return nil
}

// usable tells whether a name can be one.
func usable(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, "/\x00")
}

// reader takes values off the front of encoded bytes; after an error it gives
// zeros. text is all of it, so that names are parts of one string.
type reader struct {
	rest []byte
	text string
	err  error
}

func (r *reader) entry() Entry {
	e := Entry{Name: r.string()}
	fixed := r.bytes(2)
	if r.err != nil {
		return e
	}
	e.Kind, e.Cause = Kind(fixed[0]), Cause(fixed[1])
	mode := r.number()
	if mode > 0o7777 {
		r.err = errors.New("not a mode")
	}
	e.Mode, e.Size = uint16(mode), int64(r.number())
	switch e.Kind {
	case File:
		copy(e.ID[:], r.bytes(len(e.ID)))
	case Folder:
		copy(e.ID[:], r.bytes(len(e.ID)))
		e.Files = uint32(r.number())
		if b := r.bytes(1); r.err == nil {
			e.Below = Holds(b[0])
		}
	case Symlink:
		e.More = &More{Target: r.string()}
	case Special, Uncaptured:
		e.More = &More{Reason: r.string(), Print: r.number()}
	default:
		r.err = errors.New("not a kind")
	}
	if (e.Kind == Special || e.Kind == Uncaptured) != (e.Cause != None) {
		r.err = errors.New("kind and cause do not fit")
	}
	return e
}

func (r *reader) number() uint64 {
	value, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.fail("truncated number")
		return 0
	}
	r.rest = r.rest[size:]
	return value
}

func (r *reader) bytes(n int) []byte {
	if n < 0 || n > len(r.rest) {
		r.fail("truncated bytes")
		return nil
	}
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}

func (r *reader) string() string {
	length := r.number()
	if length > uint64(len(r.rest)) {
		r.fail("truncated text")
		return ""
	}
	from := len(r.text) - len(r.rest)
	r.rest = r.rest[length:]
	return r.text[from : from+int(length)]
}

func (r *reader) fail(why string) {
	if r.err == nil {
		r.err = errors.New(why)
	}
	r.rest = nil
}
