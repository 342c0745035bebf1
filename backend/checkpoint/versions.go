package checkpoint

import (
	"context"
	"strings"

	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// Version is a path in one checkpoint.
type Version struct {
	Checkpoint Checkpoint   `json:"checkpoint"`
	State      VersionState `json:"state"`
	// Entry is what is known of it. Where the state is unknown only its Reason is,
	// and maybe Kind and Size.
	Entry Entry `json:"entry"`
	// From is where the very same content stood in the checkpoint before, and no
	// longer does, when nothing was at the path then.
	From string `json:"from,omitempty"`
}

// VersionState is what a checkpoint says of a path.
type VersionState string

const (
	VersionPresent VersionState = "present" // a file
	VersionAbsent  VersionState = "absent"  // nothing was there
	VersionUnknown VersionState = "unknown" // the checkpoint does not cover it, so it cannot say
	VersionOther   VersionState = "other"   // a folder or a link
)

// Versions lists the checkpoints in which a path is not what it was in the one
// before them, the newest first, and at most limit of them; 0 for all. The oldest
// checkpoint is listed unless nothing was there. Of a folder only itself counts,
// not what is in it.
func (s *Store) Versions(ctx context.Context, path string, limit int) ([]Version, error) {
	done, err := s.reading(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	raw, err := given(path)
	if err != nil {
		return nil, err
	}
	var roots []meta.Root
	err = s.db.Read(ctx, func(tx *meta.Tx) (err error) {
		roots, err = tx.Roots()
		return err
	})
	if err != nil {
		return nil, err
	}
	out := []Version{}
	if raw == "." || len(roots) == 0 {
		return out, nil
	}
	h := &history{store: s, names: strings.Split(raw, "/"), raw: raw}
	newer := h.at(roots[0].Root)
	for i, one := range roots {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		older := moment{} // before all checkpoints nothing was there
		var before *node.ID
		if i+1 < len(roots) {
			before = &roots[i+1].Root
			older = h.at(*before)
		}
		if !newer.equal(older) {
			v, ok, err := h.version(ctx, one, newer, older, before)
			if err != nil {
				return nil, err
			}
			if ok {
				out = append(out, v)
			}
			if limit > 0 && len(out) == limit {
				break
			}
		}
		newer = older
	}
	return out, nil
}

// moment is what a tree says of the path.
type moment struct {
	coverage
	entry *entry
	why   string // it is unknown, where no entry tells
}

// equal tells whether two moments are one version. What is not captured is one as
// long as it is for the same reason.
func (m moment) equal(o moment) bool {
	if m.coverage != o.coverage {
		return false
	}
	if m.coverage == unknown {
		return m.reason() == o.reason()
	}
	return same(m.entry, o.entry)
}

func (m moment) reason() string {
	if m.entry != nil {
		return m.entry.reason
	}
	return m.why
}

// history goes through trees, one after the other, of which each is mostly the
// one before it: where it meets a folder on the way that it met there last, all
// below it is as it was.
type history struct {
	store *Store
	raw   string
	names []string
	way   []node.ID // the folders met last, from the root on
	found moment    // at the end of it
}

func (h *history) at(root node.ID) moment {
	id := root
	for level := range h.names {
		if level < len(h.way) && h.way[level] == id {
			return h.found
		}
		if level == len(h.way) {
			h.way = append(h.way, id)
		}
		h.way[level] = id
		next, ended := h.step(level, id)
		if ended {
			h.way = h.way[:level+1]
			return h.found
		}
		id = next
	}
	return h.found
}

// step looks for the name of a level in its folder: it finds the next folder, or
// what is to be found.
func (h *history) step(level int, folder node.ID) (next node.ID, ended bool) {
	last := level == len(h.names)-1
	at := strings.Join(h.names[:level+1], "/")
	e, partial, err := h.store.lookUp(folder, h.names[level])
	switch {
	case err != nil:
		h.found = moment{coverage: unknown, why: whyUnreadable}
	case e == nil && partial:
		h.found = moment{coverage: unknown, why: reasonPending}
	case e == nil:
		h.found = moment{}
	case !e.Known() && last:
		h.found = moment{coverage: unknown, entry: entryOf(at, e)}
	case !e.Known():
		h.found = moment{coverage: unknown, why: EncodePath(at) + ": " + e.Reason()}
	case last:
		h.found = moment{coverage: present, entry: entryOf(at, e)}
	case e.Kind != node.Folder:
		h.found = moment{}
	default:
		return e.ID, false
	}
	return node.ID{}, true
}

const whyUnreadable = "what this checkpoint has kept of it is damaged"

// version tells of one checkpoint; it is not ok when the checkpoint went meanwhile.
func (h *history) version(ctx context.Context, at meta.Root, now, older moment, before *node.ID) (v Version, ok bool, err error) {
	var row meta.Row
	err = h.store.db.Read(ctx, func(tx *meta.Tx) (err error) {
		row, ok, err = tx.Numbered(at.Number)
		return err
	})
	if err != nil || !ok {
		return v, false, err
	}
	v = Version{Checkpoint: checkpointOf(row), Entry: Entry{Path: EncodePath(h.raw), Reason: now.why}}
	if now.entry != nil {
		v.Entry = now.entry.export()
	}
	switch {
	case now.coverage == unknown:
		v.State = VersionUnknown
	case now.coverage == absent:
		v.State = VersionAbsent
	case now.entry.kind == KindFile:
		v.State = VersionPresent
	default:
		v.State = VersionOther
	}
	if v.State == VersionPresent && older.coverage == absent && before != nil {
		v.From = h.store.renamedFrom(*before, at.Root, v.Entry.Path)
	}
	return v, true, nil
}

// renamedFrom is where a file came from, between two checkpoints that follow each
// other; "" where nothing tells.
func (s *Store) renamedFrom(before, after node.ID, path string) string {
	for _, c := range changes(s.tree(before), s.tree(after)) {
		if c.Path == path {
			return c.From
		}
	}
	return ""
}
