package pack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// Use is how much of a segment is needed.
type Use struct {
	Segment uint32
	Bytes   int64 // in all
	Live    int64
}

// Uses weighs each segment; keep tells what is needed.
func (p *Packs) Uses(keep func(node.ID) bool) []Use {
	p.mu.RLock()
	defer p.mu.RUnlock()
	bySegment := map[uint32]*Use{}
	for number, s := range p.segments {
		bySegment[number] = &Use{Segment: number, Bytes: s.indexed}
	}
	for id, at := range p.known {
		if use := bySegment[at.segment]; use != nil && keep(id) {
			use.Live += at.size()
		}
	}
	out := make([]Use, 0, len(bySegment))
	for _, use := range bySegment {
		out = append(out, *use)
	}
	slices.SortFunc(out, func(a, b Use) int { return int(a.Segment) - int(b.Segment) })
	return out
}

// ids lists what a segment holds, in the order of the disk.
func (p *Packs) ids(number uint32) []node.ID {
	p.mu.RLock()
	defer p.mu.RUnlock()
	type row struct {
		id node.ID
		at uint32
	}
	var rows []row
	for id, at := range p.known {
		if at.segment == number {
			rows = append(rows, row{id, at.offset})
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return int(int64(a.at) - int64(b.at)) })
	out := make([]node.ID, len(rows))
	for i, r := range rows {
		out[i] = r.id
	}
	return out
}

// All calls visit for each content that is kept, with its length on the disk.
func (p *Packs) All(visit func(id node.ID, kind Kind, size int64)) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for id, at := range p.known {
		visit(id, at.kind, at.size())
	}
}

// Leave keeps a batch from adding to segments that are about to go.
func (b *Batch) Leave(segments []uint32) {
	b.leave = map[uint32]bool{}
	for _, number := range segments {
		b.leave[number] = true
	}
}

// Copy adds again what is needed of a segment. What is damaged cannot be and is
// reported, not lost silently: the segment must then stay.
func (b *Batch) Copy(ctx context.Context, number uint32, keep func(node.ID) bool) error {
	for _, id := range b.packs.ids(number) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !keep(id) {
			continue
		}
		h, payload, err := b.packs.readRecord(id)
		if err != nil {
			return err
		}
		if h.encoding == asDelta && !keep(node.ID(payload[:len(node.ID{})])) {
			content, _, err := b.packs.Read(id)
			if err != nil {
				return err
			}
			if err := b.encode(h.kind, id, content); err != nil {
				return err
			}
			continue
		}
		if err := b.append(h, payload); err != nil {
			return err
		}
	}
	return nil
}

// Delete removes segments that no longer count.
func (p *Packs) Delete(segments []uint32) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var failed error
	for _, number := range segments {
		if s := p.segments[number]; s != nil {
			p.forget(s)
		}
		for _, path := range []string{p.path(number), p.indexPath(number)} {
			if err := p.o.Faults.Before("remove segment %d", number); err != nil {
				return err
			}
			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				failed = errors.Join(failed, fmt.Errorf("removing segment: %w", err))
			}
		}
	}
	return failed
}

// Stray removes segments and indexes that do not count: left by a process that
// was killed after they were copied, or before they were recorded. The caller
// holds the store's lock.
func (p *Packs) Stray(marks []Mark) error {
	listed, err := os.ReadDir(p.folder)
	if err != nil {
		return fmt.Errorf("listing packs: %w", err)
	}
	counts := map[uint32]bool{}
	for _, m := range marks {
		counts[m.Segment] = true
	}
	for _, one := range listed {
		number, ok := numberOf(one.Name())
		if ok && !counts[number] {
			if err := p.Delete([]uint32{number}); err != nil {
				return err
			}
		}
	}
	return nil
}

func numberOf(name string) (uint32, bool) {
	var number uint32
	var suffix string
	if n, _ := fmt.Sscanf(name, "%08d.%s", &number, &suffix); n != 2 || suffix != "pack" && suffix != "idx" {
		return 0, false
	}
	return number, true
}

// Segments lists the segments that lie in a folder, whether they count or not.
func Segments(folder string) ([]Mark, error) {
	listed, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("listing packs: %w", err)
	}
	var out []Mark
	for _, one := range listed {
		number, ok := numberOf(one.Name())
		info, err := one.Info()
		if !ok || err != nil || fmt.Sprintf("%08d.pack", number) != one.Name() {
			continue
		}
		out = append(out, Mark{Segment: number, End: info.Size()})
	}
	return out, nil
}

// Check reads the segments from end to end and calls found for each place that
// is not as it was written. It needs no index.
func (p *Packs) Check(ctx context.Context, marks []Mark, found func(segment uint32, offset int64, why string)) error {
	for _, m := range marks {
		file, err := os.Open(p.path(m.Segment))
		if errors.Is(err, fs.ErrNotExist) {
			found(m.Segment, 0, "the segment is missing")
			continue
		}
		if err != nil {
			return fmt.Errorf("checking segment: %w", err)
		}
		err = walk(file, 0, m.End, func(head, int64) {}, func(offset int64, why string) { found(m.Segment, offset, why) })
		if err := errors.Join(err, file.Close(), ctx.Err()); err != nil {
			return fmt.Errorf("checking segment %d: %w", m.Segment, err)
		}
	}
	return nil
}

// SegmentsOf tells which segments hold any of some contents, also in an older
// place.
func (p *Packs) SegmentsOf(ids map[node.ID]bool) map[uint32]bool {
	out := map[uint32]bool{}
	if len(ids) == 0 {
		return out
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	for number, s := range p.segments {
		// What cannot be read has nothing that could be given away.
		_ = walk(s.file, 0, s.indexed, func(h head, _ int64) { out[number] = out[number] || ids[h.id] }, func(int64, string) {})
	}
	for id := range ids {
		if at, ok := p.known[id]; ok { // also one that is damaged
			out[at.segment] = true
		}
	}
	for number, found := range out {
		if !found {
			delete(out, number)
		}
	}
	return out
}

// Sound tells whether a record is as it was written.
func (p *Packs) Sound(id node.ID) bool {
	_, _, err := p.readRecord(id)
	return err == nil
}

// Newer tells whether one content was written after another.
func (p *Packs) Newer(a, b node.ID) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	x, y := p.known[a], p.known[b]
	if x.segment != y.segment {
		return x.segment > y.segment
	}
	return x.offset > y.offset
}

// Ends is how far sound records go in each segment.
func (p *Packs) Ends(segments []Mark) []Mark {
	p.mu.RLock()
	defer p.mu.RUnlock()
	ends := map[uint32]int64{}
	for _, at := range p.known {
		ends[at.segment] = max(ends[at.segment], int64(at.offset)+at.size())
	}
	var out []Mark
	for _, m := range segments {
		out = append(out, Mark{m.Segment, max(ends[m.Segment], int64(len(magic)))}) // also one with nothing sound in it
	}
	return out
}

// Where is the segment that a content is read from.
func (p *Packs) Where(id node.ID) (uint32, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	at, ok := p.known[id]
	return at.segment, ok
}
