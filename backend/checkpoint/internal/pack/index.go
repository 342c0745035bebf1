package pack

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// An index file lists the records of a segment up to some point, with a
// checksum at its end. It only saves reading the segment: a missing, stale or
// damaged one is done without.
const (
	indexMagic = "keel index 1\n\x00\x00\x00"
	indexEntry = len(node.ID{}) + 4 + 4 + 4 + 1 + 1
)

// index learns what a segment holds up to a mark; the caller holds mu.
func (p *Packs) index(m Mark) error {
	s := p.segments[m.Segment]
	if s == nil {
		file, err := os.Open(p.path(m.Segment))
		if errors.Is(err, fs.ErrNotExist) {
			return nil // what it held is damaged, as reading will say
		}
		if err != nil {
			return err
		}
		s = &segment{number: m.Segment, file: file}
		p.segments[m.Segment] = s
		s.indexed = p.loadIndex(s, m.End)
	}
	if s.indexed >= m.End {
		return nil
	}
	err := walk(s.file, s.indexed, m.End, func(h head, offset int64) {
		p.known[h.id] = place{segment: s.number, offset: uint32(offset), enc: h.enc, raw: h.raw, kind: h.kind, depth: h.depth}
	}, func(int64, string) {})
	if err == nil {
		s.indexed = m.End
	}
	return err
}

// walk calls found for each record between two offsets, the first of which is 0
// or a record's, and bad for each place that is not as it was written. It goes
// on behind such a place. A segment is read whole, which is 64 MiB.
func walk(file io.ReaderAt, from, to int64, found func(h head, offset int64), bad func(offset int64, why string)) error {
	data := make([]byte, to-from)
	read, err := file.ReadAt(data, from)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if int64(read) < to-from {
		bad(from+int64(read), "the segment is cut off")
		data = data[:read]
	}
	at := 0
	if from == 0 {
		if at = len(magic); !bytes.HasPrefix(data, []byte(magic)) {
			bad(0, "the segment does not begin as one")
		}
	}
	for at < len(data) {
		h, ok := parseHead(data[at:])
		if end := at + headSize + int(h.enc); ok && end <= len(data) && h.sound(data[at:end]) {
			found(h, from+int64(at))
			at = end
			continue
		}
		bad(from+int64(at), "there is no sound record")
		next := bytes.Index(data[at+1:], []byte{mark0, mark1})
		if next < 0 {
			return nil
		}
		at += 1 + next
	}
	return nil
}

// loadIndex takes what the index file lists, and returns how far that goes.
func (p *Packs) loadIndex(s *segment, end int64) int64 {
	data, err := os.ReadFile(p.indexPath(s.number))
	if err != nil || len(data) < len(indexMagic)+8+4 || !bytes.HasPrefix(data, []byte(indexMagic)) {
		return 0
	}
	body, sum := data[:len(data)-4], binary.BigEndian.Uint32(data[len(data)-4:])
	covers := int64(binary.BigEndian.Uint64(data[len(indexMagic):]))
	rows := body[len(indexMagic)+8:]
	if crc32.Checksum(body, table()) != sum || covers > end || len(rows)%indexEntry != 0 {
		return 0
	}
	for ; len(rows) > 0; rows = rows[indexEntry:] {
		rest := rows[len(node.ID{}):]
		p.known[node.ID(rows[:len(node.ID{})])] = place{
			segment: s.number,
			offset:  binary.BigEndian.Uint32(rest),
			enc:     binary.BigEndian.Uint32(rest[4:]),
			raw:     binary.BigEndian.Uint32(rest[8:]),
			kind:    Kind(rest[12]),
			depth:   rest[13],
		}
	}
	return covers
}

// SaveIndexes writes the index files that are missing or stale, for a faster
// start.
func (p *Packs) SaveIndexes() error {
	p.mu.RLock()
	defer p.mu.RUnlock()
	rows := map[uint32][]byte{}
	for id, at := range p.known {
		row := append(rows[at.segment], id[:]...)
		for _, number := range []uint32{at.offset, at.enc, at.raw} {
			row = binary.BigEndian.AppendUint32(row, number)
		}
		rows[at.segment] = append(row, byte(at.kind), at.depth)
	}
	for number, s := range p.segments {
		if p.coveredBy(number) >= s.indexed {
			continue
		}
		if err := p.saveIndex(number, s.indexed, rows[number]); err != nil {
			return err
		}
	}
	return nil
}

// coveredBy tells how far an index file goes, as far as its beginning says.
func (p *Packs) coveredBy(number uint32) int64 {
	file, err := os.Open(p.indexPath(number))
	if err != nil {
		return 0
	}
	defer file.Close()
	start := make([]byte, len(indexMagic)+8)
	if _, err := io.ReadFull(file, start); err != nil {
		return 0
	}
	return int64(binary.BigEndian.Uint64(start[len(indexMagic):]))
}

func (p *Packs) saveIndex(number uint32, covers int64, rows []byte) error {
	out := binary.BigEndian.AppendUint64([]byte(indexMagic), uint64(covers))
	out = append(out, rows...)
	out = binary.BigEndian.AppendUint32(out, crc32.Checksum(out, table()))
	path := p.indexPath(number)
	if err := p.o.Faults.Before("write index %d", number); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", out, 0o600); err != nil {
		_ = os.Remove(path + ".new") // half of it only takes room
		return fmt.Errorf("writing index %q: %w", path, err)
	}
	if err := p.o.Faults.Before("place index %d", number); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("placing index %q: %w", path, err)
	}
	return nil
}
