package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"slices"
	"sort"
)

// hash names content: its SHA-256.
type hash [sha256.Size]byte

func (h hash) String() string { return hex.EncodeToString(h[:]) }

// cause is why a path was not captured. Its numbers are part of the format.
type cause byte

const (
	causeNone cause = iota
	// By policy.
	causeGit
	causeBulk
	causeDevice
	causeOwn
	// What should have been captured.
	causeTooLarge
	causeSpecial
	causeUnreadable
	causeUnstable
)

// problem tells whether the cause makes a checkpoint incomplete.
func (c cause) problem() bool { return c >= causeTooLarge }

// entry is one path of a manifest; path is raw.
type entry struct {
	path   string
	kind   Kind
	mode   uint32
	size   int64
	hash   hash   // of a file
	target string // of a link
	cause  cause
	reason string // in words, when not captured
}

func (e *entry) known() bool { return e.cause == causeNone }

func (e *entry) export() Entry {
	out := Entry{Path: EncodePath(e.path), Kind: e.kind, Mode: e.mode, Size: e.size, Target: EncodePath(e.target), Reason: e.reason}
	if e.kind == KindFile {
		out.Hash = e.hash.String()
	}
	return out
}

// same tells whether two paths hold the same; nil is nothing.
func same(a, b *entry) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.kind == b.kind && a.mode == b.mode && a.hash == b.hash && a.target == b.target && a.cause == b.cause && (a.known() || a.size == b.size)
}

// coverage is what a manifest says of a path.
type coverage byte

const (
	absent coverage = iota
	present
	unknown
)

// manifest is one state of the workspace: entries in the order of comparePaths.
type manifest struct {
	policy  hash
	entries []entry
}

// find says what the manifest knows of p. The entry is nil for an absent path
// and for one below an uncaptured folder.
func (m *manifest) find(p string) (coverage, *entry) {
	if e := m.entry(p); e != nil {
		if e.known() {
			return present, e
		}
		return unknown, e
	}
	for up := path.Dir(p); up != "."; up = path.Dir(up) {
		if e := m.entry(up); e != nil {
			if e.known() {
				return absent, nil
			}
			return unknown, nil
		}
	}
	return absent, nil
}

func (m *manifest) entry(p string) *entry {
	if i, found := m.index(p); found {
		return &m.entries[i]
	}
	return nil
}

func (m *manifest) index(p string) (int, bool) {
	return sort.Find(len(m.entries), func(i int) int { return comparePaths(p, m.entries[i].path) })
}

// below returns the entries inside a folder.
func (m *manifest) below(folder string) []entry {
	from, found := m.index(folder)
	if found {
		from++
	}
	to := from
	for to < len(m.entries) && below(m.entries[to].path, folder) {
		to++
	}
	return m.entries[from:to]
}

// problems lists what the manifest should hold and does not.
func (m *manifest) problems() []Problem {
	var out []Problem
	for i := range m.entries {
		if e := &m.entries[i]; e.cause.problem() {
			out = append(out, Problem{Path: EncodePath(e.path), Reason: e.reason})
		}
	}
	return out
}

func (m *manifest) files() int {
	n := 0
	for i := range m.entries {
		if e := &m.entries[i]; e.known() && e.kind != KindFolder {
			n++
		}
	}
	return n
}

// The encoding: a magic line, the policy, the number of entries; for each entry
// the length it shares with the path before, the rest of the path, a kind byte,
// and what the kind has. Equal manifests have equal bytes.
const magic = "keel tree 1\n"

func kinds() []Kind { return []Kind{KindFile, KindFolder, KindSymlink, KindSpecial, KindUncaptured} }

func (m *manifest) encode() []byte {
	out := append(make([]byte, 0, 64+64*len(m.entries)), magic...)
	out = append(out, m.policy[:]...)
	out = binary.AppendUvarint(out, uint64(len(m.entries)))
	before := ""
	for i := range m.entries {
		e := &m.entries[i]
		shared := commonPrefix(before, e.path)
		out = binary.AppendUvarint(out, uint64(shared))
		out = appendText(out, e.path[shared:])
		out = append(out, byte(slices.Index(kinds(), e.kind)), byte(e.cause))
		out = binary.AppendUvarint(out, uint64(e.mode))
		out = binary.AppendUvarint(out, uint64(e.size))
		if e.kind == KindFile {
			out = append(out, e.hash[:]...)
		}
		out = appendText(out, e.target)
		out = appendText(out, e.reason)
		before = e.path
	}
	return out
}

func decodeManifest(data []byte) (*manifest, error) {
	rest, ok := bytes.CutPrefix(data, []byte(magic))
	if !ok {
		return nil, fmt.Errorf("decoding tree: %w", ErrDamaged)
	}
	r := &reader{rest: rest}
	m := &manifest{}
	copy(m.policy[:], r.bytes(len(m.policy)))
	count := r.number()
	m.entries = make([]entry, 0, min(count, uint64(len(rest))))
	before := ""
	for range count {
		var e entry
		shared := r.number()
		if shared > uint64(len(before)) {
			r.err = errors.New("path prefix too long")
			break
		}
		e.path = before[:shared] + r.text()
		fixed := r.bytes(2)
		if r.err != nil || int(fixed[0]) >= len(kinds()) {
			break
		}
		e.kind, e.cause = kinds()[fixed[0]], cause(fixed[1])
		e.mode, e.size = uint32(r.number()), int64(r.number())
		if e.kind == KindFile {
			copy(e.hash[:], r.bytes(len(e.hash)))
		}
		e.target, e.reason = r.text(), r.text()
		m.entries = append(m.entries, e)
		before = e.path
	}
	if r.err != nil || uint64(len(m.entries)) != count || len(r.rest) > 0 {
		return nil, fmt.Errorf("decoding tree: %w", ErrDamaged)
	}
	return m, nil
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func appendText(out []byte, text string) []byte {
	return append(binary.AppendUvarint(out, uint64(len(text))), text...)
}

// reader takes values off the front of encoded bytes; after an error it gives
// zeros.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) number() uint64 {
	value, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.err, r.rest = errors.New("truncated number"), nil
		return 0
	}
	r.rest = r.rest[size:]
	return value
}

func (r *reader) bytes(n int) []byte {
	if n < 0 || n > len(r.rest) {
		r.err, r.rest = errors.New("truncated bytes"), nil
		return nil
	}
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}

func (r *reader) text() string { return string(r.bytes(int(r.number()))) }
