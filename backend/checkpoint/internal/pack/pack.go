// Package pack keeps contents by their hash in segments: files that only grow,
// up to about 64 MiB each.
//
// # Promises
//
// What [Batch.Flush] returned for is durable. Whatever is read is what was
// written: each record has a checksum, and its content is checked against its
// id. Where a content is damaged the reader gets [ErrDamaged], never other
// bytes. What a killed process left behind the recorded end of a segment is cut
// off; a segment is deleted only after what is still needed of it has been
// copied and made durable.
//
// One process at a time writes, as its caller sees to with a lock of the whole
// store; any number may read meanwhile.
package pack

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"

	"github.com/keel-ide/keel/backend/checkpoint/internal/fault"
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// ErrDamaged is a content that is missing or not as it was written.
var ErrDamaged = errors.New("the stored bytes are damaged")

// contentLimit is the most that one record may unfold to.
const contentLimit = 256 << 20

// deepest is how many deltas may lie on one another.
const deepest = 12

// Mark is how far a segment counts.
type Mark struct {
	Segment uint32
	End     int64
}

// Options adjusts packs.
type Options struct {
	SegmentSize int64 // 64 MiB when 0
	Faults      *fault.Calls
}

// place is where a record lies.
type place struct {
	segment uint32
	offset  uint32
	enc     uint32 // of the payload
	raw     uint32
	kind    Kind
	depth   uint8
}

func (p place) size() int64 { return int64(headSize) + int64(p.enc) }

// Packs is the contents of one store.
type Packs struct {
	folder  string
	o       Options
	encoder atomic.Pointer[zstd.Encoder] // another one after each large batch
	decoder *zstd.Decoder

	mu       sync.RWMutex // guards what follows
	segments map[uint32]*segment
	known    map[node.ID]place
	read     map[node.ID]struct{} // folders that were read or written by this process
}

// segment is one file, open for reading.
type segment struct {
	number  uint32
	file    *os.File
	indexed int64 // up to where its records are known
}

// Open opens the packs in a folder, which must be there, up to marks.
func Open(folder string, marks []Mark, o Options) (*Packs, error) {
	if o.SegmentSize == 0 {
		o.SegmentSize = 64 << 20
	}
	p := &Packs{folder: folder, o: o, segments: map[uint32]*segment{}, known: map[node.ID]place{}, read: map[node.ID]struct{}{}}
	encoder, err := newEncoder()
	if err != nil {
		return nil, err
	}
	p.encoder.Store(encoder)
	if p.decoder, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(runtime.GOMAXPROCS(0)), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(contentLimit)); err != nil {
		return nil, fmt.Errorf("preparing decompression: %w", err)
	}
	if err := p.Refresh(marks); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// Close lets go of all files.
func (p *Packs) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.segments {
		_ = s.file.Close() // only read from
	}
	p.segments, p.known = map[uint32]*segment{}, map[node.ID]place{}
	p.decoder.Close()
	return p.encoder.Load().Close()
}

func newEncoder() (*zstd.Encoder, error) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)), zstd.WithWindowSize(1<<19), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("preparing compression: %w", err)
	}
	return encoder, nil
}

// largeBatch is from how many contents on the working memory of the encoder, some
// megabytes then, is given back: only the first capture has so many.
const largeBatch = 500

// breathe gives back what compressing that many contents took.
func (p *Packs) breathe(contents int) {
	if contents < largeBatch {
		return
	}
	if encoder, err := newEncoder(); err == nil { // else the old one does
		p.encoder.Store(encoder)
	}
}

func (p *Packs) path(number uint32) string {
	return filepath.Join(p.folder, fmt.Sprintf("%08d.pack", number))
}

func (p *Packs) indexPath(number uint32) string {
	return filepath.Join(p.folder, fmt.Sprintf("%08d.idx", number))
}

// Refresh takes in what has come since, up to marks, and forgets segments that
// are not among them.
func (p *Packs) Refresh(marks []Mark) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refresh(marks)
}

// refresh is Refresh; the caller holds mu.
func (p *Packs) refresh(marks []Mark) error {
	live := map[uint32]bool{}
	for _, m := range marks {
		live[m.Segment] = true
	}
	for number, s := range p.segments {
		if !live[number] || !p.current(s) {
			p.forget(s)
		}
	}
	for _, m := range slices.SortedFunc(slices.Values(marks), func(a, b Mark) int { return int(a.Segment) - int(b.Segment) }) {
		if err := p.index(m); err != nil {
			return fmt.Errorf("reading segment %q: %w", p.path(m.Segment), err)
		}
	}
	return nil
}

// current tells whether a segment's file still is the one that was opened: after
// another process has deleted the last one its number is given again.
func (p *Packs) current(s *segment) bool {
	opened, err := s.file.Stat()
	if err != nil {
		return false
	}
	now, err := os.Stat(p.path(s.number))
	return err != nil || os.SameFile(opened, now)
}

// Extend takes in what has come since, and forgets nothing: for whoever does not
// hold the store's lock.
func (p *Packs) Extend(marks []Mark) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range marks {
		if err := p.index(m); err != nil {
			return fmt.Errorf("reading segment %q: %w", p.path(m.Segment), err)
		}
	}
	return nil
}

// readable tells whether a folder can be read, so that another may be based on
// it. It is looked at once.
func (p *Packs) readable(id node.ID) bool {
	p.mu.RLock()
	_, known := p.read[id]
	p.mu.RUnlock()
	if known {
		return true
	}
	if _, _, err := p.Read(id); err != nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read[id] = struct{}{}
	return true
}

// forget drops a segment; the caller holds mu.
func (p *Packs) forget(s *segment) {
	_ = s.file.Close() // only read from
	delete(p.segments, s.number)
	for id, at := range p.known {
		if at.segment == s.number {
			delete(p.known, id)
		}
	}
}

// Has tells whether a content is kept, as far as is known.
func (p *Packs) Has(id node.ID) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	_, ok := p.known[id]
	return ok
}

// Len is how many contents are kept.
func (p *Packs) Len() int {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return len(p.known)
}

// Forget makes a content count as missing, so that it is kept anew.
func (p *Packs) Forget(id node.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.known, id)
	delete(p.read, id)
}

// readRecord returns a record's head and payload as they lie on the disk, checked
// against the record's own checksum.
func (p *Packs) readRecord(id node.ID) (head, []byte, error) {
	p.mu.RLock()
	at, ok := p.known[id]
	var file *os.File
	if ok {
		file = p.segments[at.segment].file
	}
	p.mu.RUnlock()
	if !ok {
		return head{}, nil, damaged(id, "it is missing")
	}
	record := make([]byte, at.size())
	if _, err := file.ReadAt(record, int64(at.offset)); err != nil {
		if errors.Is(err, fs.ErrClosed) {
			return head{}, nil, damaged(id, "its segment is gone")
		}
		if !errors.Is(err, io.EOF) {
			return head{}, nil, fmt.Errorf("reading %s: %w", id, err)
		}
		return head{}, nil, damaged(id, "it is cut off")
	}
	h, ok := parseHead(record)
	if !ok || h.id != id || !h.sound(record) {
		return head{}, nil, damaged(id, "its record has another checksum")
	}
	return h, record[headSize:], nil
}

// Read returns a content, checked against its id, and what it is. The id of a
// list is not that of its own bytes: they are covered by the record's checksum,
// and what they name by its own.
func (p *Packs) Read(id node.ID) ([]byte, Kind, error) { return p.readBelow(id, deepest+1) }

// readBelow reads what lies on fewer deltas than depth, so that a damaged store
// cannot send a reader in circles.
func (p *Packs) readBelow(id node.ID, depth uint8) ([]byte, Kind, error) {
	h, payload, err := p.readRecord(id)
	if err != nil {
		return nil, 0, err
	}
	if h.depth >= depth {
		return nil, 0, damaged(id, "it lies on too many others")
	}
	content, err := p.decode(h, payload)
	if err != nil {
		return nil, 0, err
	}
	if h.kind != List && node.Sum(content) != id {
		return nil, 0, damaged(id, "its content has another hash")
	}
	return content, h.kind, nil
}

func (p *Packs) decode(h head, payload []byte) ([]byte, error) {
	switch h.encoding {
	case zstd1:
		content, err := p.decoder.DecodeAll(payload, make([]byte, 0, min(h.raw, contentLimit)))
		if err != nil {
			return nil, damaged(h.id, err.Error())
		}
		return content, nil
	case asDelta:
		if len(payload) < len(node.ID{}) {
			return nil, damaged(h.id, "it is cut off")
		}
		base, _, err := p.readBelow(node.ID(payload[:len(node.ID{})]), h.depth)
		if err != nil {
			return nil, errors.Join(damaged(h.id, "what it is based on cannot be read"), err)
		}
		if content := node.Apply(base, payload[len(node.ID{}):], int(min(h.raw, contentLimit))); content != nil {
			return content, nil
		}
		return nil, damaged(h.id, "it does not fit what it is based on")
	}
	return payload, nil
}

// Base returns what a record is a delta of.
func (p *Packs) Base(id node.ID) (node.ID, bool, error) {
	p.mu.RLock()
	at, ok := p.known[id]
	p.mu.RUnlock()
	if ok && at.depth == 0 {
		return node.ID{}, false, nil
	}
	h, payload, err := p.readRecord(id)
	if err != nil || h.encoding != asDelta || len(payload) < len(node.ID{}) {
		return node.ID{}, false, err
	}
	return node.ID(payload[:len(node.ID{})]), true, nil
}

// Kind tells what a content is without reading it.
func (p *Packs) Kind(id node.ID) (Kind, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	at, ok := p.known[id]
	return at.kind, ok
}
