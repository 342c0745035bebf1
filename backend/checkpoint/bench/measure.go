package bench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// usualEdits is how many files are changed at once, or a tenth of all if that
// is less.
const usualEdits = 1000

// unchangedTurns is how often a round looks at a tree in which nothing changed:
// this takes so little that a single time says little.
const unchangedTurns = 9

// graces is for how many times the usual wait a store keeps what a restore
// displaced. It is over when a round begins, so that it counts for no other.
const graces = 5

// bench is the measuring of one corpus.
type bench struct {
	o       Options
	corpus  *corpus
	lanes   []*lane
	round   int
	many    int                 // files changed at once
	changed map[Operation]int64 // bytes of what was changed, all rounds together
}

// measure runs everything on a tree with this many files, below top.
func measure(ctx context.Context, o Options, top string, files int) (measured Corpus, err error) {
	b := &bench{o: o, corpus: newCorpus(files), lanes: lanes(o, top), many: min(usualEdits, files/10), changed: map[Operation]int64{}}
	defer func() {
		for _, l := range b.lanes {
			err = errors.Join(err, l.close())
		}
		err = errors.Join(err, os.RemoveAll(top)) // the next corpus may need the room
	}()
	b.say("making the trees")
	roots := make([]string, len(b.lanes))
	for i, l := range b.lanes {
		roots[i] = l.root
	}
	if err := b.corpus.write(ctx, roots); err != nil {
		return Corpus{}, err
	}
	for b.round = range o.Rounds {
		if err := b.first(ctx); err != nil {
			return Corpus{}, err
		}
	}
	if err := b.small(ctx); err != nil {
		return Corpus{}, err
	}
	for b.round = range o.Rounds {
		if err := b.later(ctx); err != nil {
			return Corpus{}, err
		}
	}
	if err := b.memory(ctx, top); err != nil {
		return Corpus{}, err
	}
	return b.result(), nil
}

func (b *bench) say(format string, operands ...any) {
	b.o.Progress(fmt.Sprintf("%d files: %s", len(b.corpus.files)+len(b.corpus.links), fmt.Sprintf(format, operands...)))
}

// turns calls work for every lane, beginning with another one each round.
func (b *bench) turns(work func(l *lane) error) error {
	for i := range b.lanes {
		l := b.lanes[(i+b.round)%len(b.lanes)]
		if err := work(l); err != nil {
			return fmt.Errorf("measuring %s: %w", l.name.title(), err)
		}
	}
	return nil
}

// timed runs an operation for every lane and notes how long it took.
func (b *bench) timed(ctx context.Context, operation Operation, work func(l *lane) error) error {
	b.say("round %d of %d: %s", b.round+1, b.o.Rounds, operation.title(b.many))
	return b.turns(func(l *lane) error {
		if err := b.quiet(ctx, l); err != nil {
			return err
		}
		before, err := grown(l, operation)
		if err != nil {
			return err
		}
		started := time.Now()
		if err := work(l); err != nil {
			return err
		}
		l.times[operation] = append(l.times[operation], time.Since(started))
		after, err := grown(l, operation)
		l.disk[operation] += after - before
		return err
	})
}

// quiet lets nothing of what was done before weigh on what comes.
func (b *bench) quiet(ctx context.Context, l *lane) error {
	if _, err := syncAll(filepath.Dir(l.root)); err != nil {
		return err
	}
	runtime.GC()
	return ctx.Err()
}

// settle waits until everything written so far is old enough.
func (b *bench) settle(ctx context.Context) error {
	timer := time.NewTimer(b.o.Settle)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// first measures saving a tree of which nothing is known.
func (b *bench) first(ctx context.Context) error {
	if err := b.turns(func(l *lane) error { return l.reset(ctx) }); err != nil {
		return err
	}
	if err := b.settle(ctx); err != nil {
		return err
	}
	return b.timed(ctx, FirstCapture, func(l *lane) error { return l.capture(ctx, true, nil) })
}

// later measures what comes after the first time.
func (b *bench) later(ctx context.Context) error {
	// Whatever the round before left behind goes, and is taken in, first.
	for range graces + 1 {
		if err := b.settle(ctx); err != nil {
			return err
		}
	}
	if err := b.turns(func(l *lane) error { return l.capture(ctx, false, nil) }); err != nil {
		return err
	}
	for range unchangedTurns {
		if err := b.timed(ctx, Unchanged, func(l *lane) error { return l.capture(ctx, false, nil) }); err != nil {
			return err
		}
	}
	if _, err := b.edited(ctx, OneChanged, 1); err != nil {
		return err
	}
	edits, err := b.edited(ctx, ManyChanged, b.many)
	if err != nil {
		return err
	}
	b.corpus.note(edits, true)
	err = b.exactly(ctx, Restore, func(l *lane) error {
		var err error
		l.undo, err = l.restore(ctx, edits)
		return err
	})
	if err != nil {
		return err
	}
	b.corpus.note(edits, false)
	if err := b.settle(ctx); err != nil {
		return err
	}
	return b.exactly(ctx, Undo, func(l *lane) error { return l.undo(ctx) })
}

// edited measures a capture after changes.
func (b *bench) edited(ctx context.Context, operation Operation, count int) ([]edit, error) {
	edits := b.corpus.edits(count)
	for _, l := range b.lanes {
		if err := apply(l.root, edits); err != nil {
			return nil, err
		}
	}
	b.corpus.note(edits, false)
	for _, e := range edits {
		b.changed[operation] += int64(len(e.after))
	}
	if err := b.settle(ctx); err != nil {
		return nil, err
	}
	return edits, b.timed(ctx, operation, func(l *lane) error { return l.capture(ctx, false, edits) })
}

// exactly measures something after which the trees must be what the corpus
// says, and sees whether they are.
func (b *bench) exactly(ctx context.Context, operation Operation, work func(l *lane) error) error {
	if err := b.timed(ctx, operation, work); err != nil {
		return err
	}
	b.say("round %d of %d: comparing every byte", b.round+1, b.o.Rounds)
	return b.turns(func(l *lane) error {
		got, err := walk(ctx, l.root)
		if err != nil {
			return err
		}
		found := compare(b.corpus.want, got)
		if len(found) == 0 {
			return nil
		}
		if l.inexact[operation] == "" {
			l.inexact[operation] = found.say(b.corpus.want)
		}
		return b.corpus.repair(l.root, found)
	})
}

// small measures what one changed file at a time takes on the disk: enough of
// them that what is set aside at once counts for what it is.
func (b *bench) small(ctx context.Context) error {
	b.say("%d single files, one after the other", smallChanges)
	before := map[*lane]int64{}
	for _, l := range b.lanes {
		used, err := diskUse(l.folder())
		if err != nil {
			return err
		}
		before[l] = used
	}
	for range smallChanges {
		edits := b.corpus.edits(1)
		b.changed[DiskOne] += int64(len(edits[0].after))
		for _, l := range b.lanes {
			if err := apply(l.root, edits); err != nil {
				return err
			}
			if err := l.capture(ctx, false, edits); err != nil {
				return fmt.Errorf("measuring %s: %w", l.name.title(), err)
			}
		}
		b.corpus.note(edits, false)
	}
	for _, l := range b.lanes {
		used, err := diskUse(l.folder())
		if err != nil {
			return err
		}
		l.disk[DiskOne] = used - before[l]
	}
	return nil
}

// smallChanges is how many files are changed for that.
const smallChanges = 40

// memory measures what an open contender holds, beyond what one of the smallest
// tree does that has been through the same: what any store takes belongs to no
// file.
func (b *bench) memory(ctx context.Context, top string) error {
	for _, l := range b.lanes {
		open := heap()
		if err := l.close(); err != nil {
			return err
		}
		l.heap = open - heap()
		if l.name != Keel && l.name != KeelScan {
			continue
		}
		least, err := b.least(ctx, l, filepath.Join(top, "least-"+string(l.name)))
		if err != nil {
			return err
		}
		l.heap -= least
	}
	return nil
}

// least is what a store of the smallest tree holds.
func (b *bench) least(ctx context.Context, l *lane, top string) (held int64, err error) {
	root := filepath.Join(top, "tree")
	small := newCorpus(Fewest)
	if err := small.write(ctx, []string{root}); err != nil {
		return 0, err
	}
	if err := b.settle(ctx); err != nil {
		return 0, err
	}
	k := &keel{dir: filepath.Join(top, "store"), root: root, noWatch: l.name == KeelScan, grace: graces * b.o.Settle}
	closed := heap()
	defer func() { err = errors.Join(err, k.close()) }()
	if err := k.reset(ctx); err != nil {
		return 0, err
	}
	if err := k.capture(ctx, true, nil); err != nil {
		return 0, err
	}
	for range b.o.Rounds {
		edits := small.edits(Fewest / 10)
		if err := apply(root, edits); err != nil {
			return 0, err
		}
		if err := b.settle(ctx); err != nil {
			return 0, err
		}
		if err := k.capture(ctx, false, edits); err != nil {
			return 0, err
		}
		undo, err := k.restore(ctx, edits)
		if err != nil {
			return 0, err
		}
		if err := undo(ctx); err != nil {
			return 0, err
		}
	}
	return heap() - closed, nil
}

// heap is what is in use once all that can go is gone.
func heap() int64 {
	runtime.GC()
	runtime.GC() // what only finalizers held goes in the second
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// grown is what a contender takes on the disk, if that is asked of the operation.
func grown(l *lane, operation Operation) (int64, error) {
	switch operation {
	case FirstCapture, ManyChanged:
		return diskUse(l.folder())
	}
	return 0, nil
}

// diskUse is what a folder takes on the disk, with all that is in it.
func diskUse(folder string) (int64, error) {
	var bytes int64
	if folder == "" {
		return 0, nil
	}
	err := filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // something temporary
		}
		if err != nil {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			bytes += allocated(info)
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("measuring the folder %q: %w", folder, err)
	}
	return bytes, nil
}
