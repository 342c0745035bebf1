package pack

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/keel-ide/keel/backend/checkpoint/internal/fault"
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// compressFrom is the length below which compressing is not worth its while.
const compressFrom = 128

// bufferSize is how much a batch collects before it writes.
const bufferSize = 1 << 20

// Batch adds contents. They can be read once [Batch.Flush] has returned, and
// count once the marks it returned are recorded; until then [Batch.Drop] takes
// them back. It is safe for concurrent use.
type Batch struct {
	packs *Packs
	marks map[uint32]int64 // as recorded
	leave map[uint32]bool  // segments not to be added to

	mu      sync.Mutex // guards what follows
	claimed map[node.ID]struct{}
	file    *os.File // the segment written to
	number  uint32
	end     int64 // of what is written or buffered
	buffer  []byte
	pending map[node.ID]place
	touched map[uint32]int64 // segment -> end
	failed  error
}

// Begin starts a batch behind the recorded marks. What lies there was left by a
// killed process and is cut off with the first write. The caller holds the
// store's lock.
func (p *Packs) Begin(marks []Mark) *Batch {
	b := &Batch{packs: p, marks: map[uint32]int64{}, claimed: map[node.ID]struct{}{}, pending: map[node.ID]place{}, touched: map[uint32]int64{}}
	for _, m := range marks {
		b.marks[m.Segment] = m.End
	}
	return b
}

// Has tells whether a content is kept or about to be.
func (b *Batch) Has(id node.ID) bool {
	if b.packs.Has(id) {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.claimed[id]
	return ok
}

// claim makes sure that a content is added only once.
func (b *Batch) claim(id node.ID) bool {
	if b.packs.Has(id) {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.claimed[id]; ok {
		return false
	}
	b.claimed[id] = struct{}{}
	return true
}

// Add keeps a content under its id.
func (b *Batch) Add(kind Kind, id node.ID, content []byte) error {
	if !b.claim(id) {
		return nil
	}
	return b.encode(kind, id, content)
}

func (b *Batch) encode(kind Kind, id node.ID, content []byte) error {
	h := head{kind: kind, id: id, raw: uint32(len(content))}
	payload := content
	if len(content) >= compressFrom {
		short := b.packs.encoder.Load().EncodeAll(content, make([]byte, 0, len(content)/2+64))
		if len(short) < len(content)-len(content)/10 {
			h.encoding, payload = zstd1, short
		}
	}
	return b.append(h, payload)
}

// AddFolder keeps a folder's encoding, as a delta of an older one where that is
// shorter by much.
func (b *Batch) AddFolder(id node.ID, content []byte, old node.ID, oldContent []byte) error {
	if !b.claim(id) {
		return nil
	}
	if depth, ok := b.depth(old); ok && depth < deepest && len(oldContent) > 0 && b.packs.readable(old) {
		if delta := node.Delta(oldContent, content); delta != nil {
			h := head{kind: Folder, id: id, raw: uint32(len(content)), encoding: asDelta, depth: depth + 1}
			return b.append(h, append(old[:len(old):len(old)], delta...))
		}
	}
	return b.encode(Folder, id, content)
}

// depth is how many deltas a kept folder lies on.
func (b *Batch) depth(id node.ID) (uint8, bool) {
	b.packs.mu.RLock()
	at, ok := b.packs.known[id]
	b.packs.mu.RUnlock()
	return at.depth, ok && at.kind == Folder
}

func (b *Batch) append(h head, payload []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed != nil {
		return b.failed
	}
	if err := b.appendLocked(h, payload); err != nil {
		b.failed = fmt.Errorf("writing segment %d: %w", b.number, err)
	}
	return b.failed
}

func (b *Batch) appendLocked(h head, payload []byte) error {
	if b.file == nil {
		if err := b.openLast(); err != nil {
			return err
		}
	}
	if b.end > int64(len(magic)) && b.end+int64(headSize+len(payload)) > b.packs.o.SegmentSize {
		if err := b.roll(); err != nil {
			return err
		}
	}
	b.pending[h.id] = place{segment: b.number, offset: uint32(b.end), enc: uint32(len(payload)), raw: h.raw, kind: h.kind, depth: h.depth}
	b.buffer = h.append(b.buffer, payload)
	b.end += int64(headSize + len(payload))
	b.touched[b.number] = b.end
	if len(b.buffer) >= bufferSize {
		return b.write()
	}
	return nil
}

// openLast opens the last segment that counts, or makes the first.
func (b *Batch) openLast() error {
	last := uint32(0)
	for number := range b.marks {
		last = max(last, number)
	}
	if last == 0 || b.leave[last] || b.marks[last] >= b.packs.o.SegmentSize {
		return b.open(last+1, 0)
	}
	// A segment that has lost its end is left as it is, for what can be read of it.
	if info, err := os.Stat(b.packs.path(last)); err != nil || info.Size() < b.marks[last] {
		return b.open(last+1, 0)
	}
	return b.open(last, b.marks[last])
}

// open opens a segment for writing behind end.
func (b *Batch) open(number uint32, end int64) error {
	flags := os.O_WRONLY | os.O_CREATE
	if end == 0 {
		if err := b.packs.o.Faults.Before("make segment %d", number); err != nil {
			return err
		}
		flags |= os.O_TRUNC // of a process that was killed
		// The index of an older segment of this number would name what is not here.
		if err := os.Remove(b.packs.indexPath(number)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	file, err := os.OpenFile(b.packs.path(number), flags, 0o600)
	if err != nil {
		return err
	}
	b.file, b.number, b.end = file, number, end
	if end > 0 {
		return b.cut(end)
	}
	b.buffer = append(b.buffer[:0], magic...)
	b.end = int64(len(magic))
	return nil
}

// cut takes off what lies behind the recorded end.
func (b *Batch) cut(end int64) error {
	info, err := b.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() <= end {
		return nil
	}
	if err := b.packs.o.Faults.Before("cut segment %d", b.number); err != nil {
		return err
	}
	return b.file.Truncate(end)
}

// roll ends a segment and begins the next.
func (b *Batch) roll() error {
	if err := b.seal(); err != nil {
		return err
	}
	return b.open(b.number+1, 0)
}

func (b *Batch) write() error {
	if len(b.buffer) == 0 {
		return nil
	}
	if err := b.packs.o.Faults.Before("write segment %d", b.number); err != nil {
		return err
	}
	_, err := b.file.WriteAt(b.buffer, b.end-int64(len(b.buffer)))
	b.buffer = b.buffer[:0]
	return err
}

// seal makes the open segment durable and closes it.
func (b *Batch) seal() error {
	if b.file == nil {
		return nil
	}
	if err := b.write(); err != nil {
		return err
	}
	if err := b.packs.o.Faults.Before("sync segment %d", b.number); err != nil {
		return err
	}
	file := b.file
	b.file = nil
	return errors.Join(file.Sync(), file.Close())
}

// Flush makes all that was added durable and readable, and returns the marks to
// record.
func (b *Batch) Flush() ([]Mark, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed != nil {
		return nil, b.failed
	}
	if len(b.touched) == 0 {
		return nil, nil
	}
	if err := b.flush(); err != nil {
		b.failed = fmt.Errorf("writing segment %d: %w", b.number, err)
		return nil, b.failed
	}
	var marks []Mark
	for number, end := range b.touched {
		marks = append(marks, Mark{Segment: number, End: end})
		b.marks[number] = end
	}
	if err := b.packs.adopt(marks, b.pending); err != nil {
		b.failed = err
		return nil, err
	}
	b.packs.breathe(len(b.pending))
	b.touched, b.pending = map[uint32]int64{}, map[node.ID]place{}
	return marks, nil
}

func (b *Batch) flush() error {
	if err := b.seal(); err != nil {
		return err
	}
	for number := range b.touched {
		if b.marks[number] == 0 { // a new name
			if err := b.packs.o.Faults.Before("sync packs"); err != nil {
				return err
			}
			return syncFolder(b.packs.folder)
		}
	}
	return nil
}

// adopt takes in what a batch has written.
func (p *Packs) adopt(marks []Mark, placed map[node.ID]place) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range marks {
		s := p.segments[m.Segment]
		if s == nil {
			file, err := os.Open(p.path(m.Segment))
			if err != nil {
				return fmt.Errorf("opening segment: %w", err)
			}
			s = &segment{number: m.Segment, file: file}
			p.segments[m.Segment] = s
		}
		s.indexed = m.End
	}
	for id, at := range placed {
		p.known[id] = at
	}
	return nil
}

// Drop takes back what was not flushed, as well as it can: the next batch cuts
// off what remains.
func (b *Batch) Drop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.file != nil {
		if !fault.Stop(b.failed) && b.packs.o.Faults.Before("take back segment %d", b.number) == nil {
			_ = b.file.Truncate(b.marks[b.number])
		}
		_ = b.file.Close()
		b.file = nil
	}
	if fault.Stop(b.failed) {
		return
	}
	for number := range b.touched {
		if b.marks[number] == 0 && b.packs.o.Faults.Before("take back segment %d", number) == nil {
			_ = os.Remove(b.packs.path(number))
		}
	}
	b.failed = errors.New("the batch was dropped")
}

// Unrecord forgets what was flushed but could not be recorded.
func (p *Packs) Unrecord(recorded []Mark) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	ends := map[uint32]int64{}
	for _, m := range recorded {
		ends[m.Segment] = m.End
	}
	// A content may have been copied: then it is known only in its new place,
	// and has to be found again in the old one.
	clear(p.known)
	for _, number := range slices.Sorted(maps.Keys(p.segments)) { // the newer place counts
		s := p.segments[number]
		s.indexed = p.loadIndex(s, ends[number])
	}
	return p.refresh(recorded)
}
