package scan

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// Target is what stands at one path.
type Target struct {
	// Path is the one that was asked for, or the folder above it that is missing
	// or is none.
	Path  string
	Entry *node.Entry // nil: nothing stands there
}

// One reads a single path, raw, with all below it, whatever rules ignore.
func One(ctx context.Context, o Options, path string) (Target, error) {
	s := &scanning{Options: o}
	top, at, err := openTop(o.Root)
	if err != nil {
		return Target{}, err
	}
	defer top.close()
	s.prepare(at)
	return s.hire().target(ctx, top, &trail{}, path)
}

func (w *worker) target(ctx context.Context, at folder, way *trail, rest string) (Target, error) {
	name, deeper, more := strings.Cut(rest, "/")
	out := Target{Path: way.join(name)}
	one := item{name: name, old: -1}
	if err := at.stat(name, &one.stat); errors.Is(err, fs.ErrNotExist) {
		return out, nil
	} else if err != nil {
		return out, err
	}
	v := &visit{worker: w, at: at, way: way, items: []item{one}}
	if !v.enters(&v.items[0]) {
		r, err := v.one(0)
		if err != nil || r.gone {
			return out, err
		}
		out.Entry = &r.entry
		return out, nil
	}
	inner, err := at.folder(name)
	if err != nil {
		r := v.not(&v.items[0], node.Unreadable, reasonOf(err), 0)
		out.Entry = &r.entry
		return out, nil
	}
	defer inner.close()
	here := &trail{way, name}
	if more {
		return w.target(ctx, inner, here, deeper)
	}
	got, err := w.folder(ctx, inner, here, nil, around{}, everything())
	if err != nil {
		return out, err
	}
	e := got.entry
	if got.dir != nil {
		e = got.dir.Node.Sum(got.dir.ID)
		e.Mode = one.mode
	}
	e.Name = name
	out.Entry = &e
	return out, nil
}
