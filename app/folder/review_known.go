package folder

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"strings"
	"sync"
	"syscall"

	"github.com/sourcegraph/conc/pool"

	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/review"
	"github.com/keel-ide/keel/backend/session"
)

// How much is kept of what cannot change: files taken apart, and comparisons of
// two checkpoints. Twice as much is for a moment.
const (
	knownFiles = 8192
	knownDiffs = 256
)

// known keeps what was found out about states that never change, so that it need
// not be read again.
type known struct {
	mu      sync.Mutex // guards what follows
	parts   generations[*parts]
	located generations[[]review.Standing]
	differ  generations[map[string]bool]
}

// generations is a bounded map: what was not asked for while it filled up once
// goes.
type generations[V any] struct{ young, old map[string]V }

func (g *generations[V]) get(key string, limit int) (V, bool) {
	v, ok := g.young[key]
	if !ok {
		if v, ok = g.old[key]; ok {
			g.put(key, v, limit)
		}
	}
	return v, ok
}

func (g *generations[V]) put(key string, v V, limit int) {
	if g.young == nil || len(g.young) >= limit {
		g.young, g.old = map[string]V{}, g.young
	}
	g.young[key] = v
}

// remembered returns what is known under a key, or finds it out.
func remembered[V any](mu *sync.Mutex, g *generations[V], limit int, find func() (V, error), key ...string) (V, error) {
	at := strings.Join(key, "\x00/") // stands in no path, nor in one written with its bytes
	mu.Lock()
	v, ok := g.get(at, limit)
	mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := find()
	if err == nil {
		mu.Lock()
		g.put(at, v, limit)
		mu.Unlock()
	}
	return v, err
}

// version is what stands at a path: at a checkpoint, on the disk, or in an editor.
type version struct {
	kind         checkpoint.Kind // empty where nothing does
	hash, target string
	mode         uint32
	size         int64
	unsaved      bool // it is an editor's text; hash is its own
	saved        string
	why          string // it cannot be read
	large        bool   // it was not read
}

// same tells whether two versions are alike, permissions aside.
func (v version) same(other version) bool {
	return v.kind == other.kind && v.hash == other.hash && v.target == other.target && v.kind != checkpoint.KindUncaptured && !v.large && !other.large
}

func (v version) file() bool { return v.kind == checkpoint.KindFile }

// read returns what stands at a path of a checkpoint, or on the disk.
func (r *Review) read(ctx context.Context, id, path string) (version, []byte, error) {
	content, entry, err := r.store.ReadFile(ctx, id, path)
	v := version{kind: entry.Kind, hash: entry.Hash, target: entry.Target, mode: entry.Mode, size: entry.Size}
	switch {
	case err == nil:
		return v, content, nil
	case errors.Is(err, checkpoint.ErrNotInCheckpoint):
		return version{}, nil, nil
	case errors.Is(err, checkpoint.ErrNotFile):
		return version{kind: checkpoint.KindFolder}, nil, nil
	case errors.Is(err, checkpoint.ErrNotCovered):
		why := entry.Reason
		if lacking, ok := errors.AsType[*checkpoint.PathError](err); ok && lacking.Reason != "" {
			why = lacking.Reason
		}
		return version{kind: checkpoint.KindUncaptured, why: cmp.Or(why, "it is not covered by checkpoints")}, nil, nil
	case id != "":
		return version{}, nil, err
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ELOOP):
		return version{}, nil, nil // no folder leads there any more
	case errors.Is(err, fs.ErrPermission):
		return version{kind: checkpoint.KindUncaptured, why: "it cannot be read"}, nil, nil
	}
	return version{}, nil, err
}

// parts is one change of a turn, taken apart. It never changes.
type parts struct {
	before, after version
	hunks         []review.Hunk // none: it is all or nothing
}

// parts takes a change apart.
func (r *Review) parts(ctx context.Context, turn session.Turn, c *session.FileChange) (*parts, error) {
	return remembered(&r.known.mu, &r.known.parts, knownFiles, func() (*parts, error) {
		if c.TooLarge {
			return r.large(ctx, turn, c)
		}
		p, before, after, err := r.sides(ctx, turn, c)
		if err != nil || !p.before.file() || !p.after.file() || p.before.same(p.after) {
			return p, err
		}
		if p.hunks, err = review.Hunks(before, after); errors.Is(err, review.ErrWhole) {
			err = nil
		}
		return p, err
	}, turn.Before, turn.After, c.From, c.Path)
}

// large is a change of a file that is too large to be read for this.
func (r *Review) large(ctx context.Context, turn session.Turn, c *session.FileChange) (*parts, error) {
	changes, err := r.store.Diff(ctx, turn.Before, turn.After)
	if err != nil {
		return nil, err
	}
	p := &parts{}
	for _, one := range changes {
		if one.Path == c.Path || one.Path == c.From {
			if one.OldKind != "" {
				p.before = version{kind: one.OldKind, size: one.OldSize, mode: one.OldMode, large: true}
			}
			if one.NewKind != "" {
				p.after = version{kind: one.NewKind, size: one.NewSize, mode: one.NewMode, large: true}
			}
		}
	}
	return p, nil
}

// prepare takes all changes of a session apart that were not yet, side by side.
// What is wrong with one shows when it is asked for.
func (r *Review) prepare(ctx context.Context, turns []session.Turn) {
	const atOnce = 8
	work := pool.New().WithMaxGoroutines(atOnce)
	for _, turn := range turns {
		for i := range turn.Changes {
			if c := &turn.Changes[i]; c.By.Agent() && ctx.Err() == nil {
				work.Go(func() { _, _ = r.parts(ctx, turn, c) })
			}
		}
	}
	work.Wait()
}

// sides reads a change's two versions.
func (r *Review) sides(ctx context.Context, turn session.Turn, c *session.FileChange) (p *parts, before, after []byte, err error) {
	p = &parts{}
	from := c.Path
	if c.From != "" {
		from = c.From
	}
	if p.before, before, err = r.read(ctx, turn.Before, from); err != nil {
		return nil, nil, nil, err
	}
	if p.after, after, err = r.read(ctx, turn.After, c.Path); err != nil {
		return nil, nil, nil, err
	}
	return p, before, after, nil
}

// locate tells where a change's hunks are in a later version.
func (r *Review) locate(ctx context.Context, turn session.Turn, c *session.FileChange, now version, content []byte) ([]review.Standing, error) {
	return remembered(&r.known.mu, &r.known.located, knownFiles, func() ([]review.Standing, error) {
		_, before, after, err := r.sides(ctx, turn, c)
		if err != nil {
			return nil, err
		}
		return review.Locate(before, after, content)
	}, turn.Before, turn.After, c.Path, now.hash)
}

// differ lists the paths that differ between two checkpoints.
func (r *Review) differ(ctx context.Context, from, to string) (map[string]bool, error) {
	if from == to {
		return nil, nil
	}
	return remembered(&r.known.mu, &r.known.differ, knownDiffs, func() (map[string]bool, error) {
		return r.differNow(ctx, from, to)
	}, from, to)
}

func (r *Review) differNow(ctx context.Context, from, to string) (map[string]bool, error) {
	changes, err := r.store.Diff(ctx, from, to)
	if err != nil {
		return nil, err
	}
	paths := make(map[string]bool, len(changes))
	for _, c := range changes {
		paths[c.Path] = true
		if c.From != "" {
			paths[c.From] = true
		}
	}
	return paths, nil
}
