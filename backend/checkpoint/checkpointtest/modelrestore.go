//go:build unix

package checkpointtest

import (
	"errors"
	"maps"
	"slices"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/keel-ide/keel/backend/checkpoint"
)

func (m *machine) anyID(r *rapid.T, label string) string {
	if len(m.ids) == 0 {
		r.Skip("no checkpoint yet")
	}
	return rapid.SampledFrom(m.ids).Draw(r, label)
}

// scope draws a file, a folder or a selection; most often everything.
func (m *machine) scope(r *rapid.T) []string {
	if rapid.IntRange(0, 2).Draw(r, "scoped") > 0 {
		return nil
	}
	drawn := rapid.SliceOfN(paths(), 1, 3).Draw(r, "scope")
	if rapid.Bool().Draw(r, "encoded") {
		for i, path := range drawn {
			drawn[i] = checkpoint.EncodePath(path)
		}
	}
	return drawn
}

// exact restores, undoes and redoes.
func (m *machine) exact(r *rapid.T) {
	id, in := m.anyID(r, "id"), m.scope(r)
	now := m.tree().before(plainly(m.saved[id]), in)
	m.restore(checkpoint.RestoreRequest{ID: id, Paths: in}, now, expectExact(m.saved[id], now, in))
}

func (m *machine) agent(r *rapid.T) {
	before, after, in := m.anyID(r, "before"), m.anyID(r, "after"), m.scope(r)
	request := checkpoint.RestoreRequest{ID: before, Verb: checkpoint.Agent, After: after, Paths: in}
	now := m.tree().before(plainly(m.saved[before]), in)
	m.restore(request, now, expectAgent(m.saved[before], m.saved[after], now, in))
}

// unsaved restores exactly while an editor holds text for some files.
func (m *machine) unsaved(r *rapid.T) {
	if _, err := m.store.Unsaved(m.Context(), ""); errors.Is(err, errors.ErrUnsupported) {
		r.Skip("this store keeps no unsaved text")
	}
	id, now := m.anyID(r, "id"), m.tree()
	request := checkpoint.RestoreRequest{ID: id, Paths: m.scope(r)}
	before := now.before(plainly(m.saved[id]), request.Paths)
	want := expectExact(m.saved[id], before, request.Paths)
	texts := map[string]string{}
	for _, path := range slices.Sorted(maps.Keys(now)) {
		if now[path].Type == "-" && !now.unknown(path) && rapid.Bool().Draw(r, "edited") {
			content := rapid.SampledFrom([]string{"unsaved one", "unsaved two\r\n"}).Draw(r, "text")
			texts[checkpoint.EncodePath(path)] = content
			request.Unsaved = append(request.Unsaved, checkpoint.Unsaved{Path: checkpoint.EncodePath(path), Content: []byte(content)})
		}
	}
	undo := m.restore(request, before, want)
	kept, err := m.store.Unsaved(m.Context(), undo)
	m.must(err)
	found := map[string]string{}
	for _, one := range kept {
		found[one.Path] = string(one.Content)
	}
	for encoded, content := range texts {
		path := checkpoint.DecodePath(encoded)
		if got, ok := found[encoded]; now[path] != want[path] && got != content || ok && got != content {
			m.Fatalf("unsaved text of %q: %q, want %q", path, got, content)
		}
	}
}

// restore restores, takes that back and that back too. It returns the id to
// undo the first with.
func (m *machine) restore(request checkpoint.RestoreRequest, before seen, want Tree) string {
	result, err := m.store.Restore(m.Context(), request)
	m.must(err)
	m.wantTree(want, "restored")
	m.restores = append(m.restores, restored{result.Undo, m.days, before, want})
	m.takeBack(m.restores[len(m.restores)-1], "undone")
	m.takeBack(m.restores[len(m.restores)-1], "redone")
	return result.Undo
}

// undo takes any restore or undo back, however long ago it was.
func (m *machine) undo(r *rapid.T) {
	if len(m.restores) == 0 {
		r.Skip("no restore yet")
	}
	m.takeBack(m.restores[rapid.IntRange(0, len(m.restores)-1).Draw(r, "restore")], "undone later")
}

func (m *machine) takeBack(one restored, when string) {
	now := plainly(m.tree())
	if paths := one.paths(); len(paths) > 0 {
		now = now.before(one.before, paths)
	}
	want := expectUndo(one, now)
	undone, err := m.store.Undo(m.Context(), one.undo)
	m.must(err)
	m.wantTree(want, when)
	m.restores = append(m.restores, restored{undone.Undo, m.days, now, want})
}

// killed stops a restore at some step and opens the store again.
func (m *machine) killed(r *rapid.T) {
	id, in := m.anyID(r, "id"), m.scope(r)
	before := m.tree()
	want := expectExact(m.saved[id], before.before(plainly(m.saved[id]), in), in)
	steps, last := 0, rapid.IntRange(1, 30).Draw(r, "step")
	m.reopen(checkpoint.Options{Faults: checkpoint.Faults{Step: func(string) error {
		if steps++; steps == last {
			return errKilled
		}
		return nil
	}}})
	_, err := m.store.Restore(m.Context(), checkpoint.RestoreRequest{ID: id, Paths: in})
	if err != nil && !errors.Is(err, errKilled) {
		m.Fatal(err)
	}
	m.reopen(checkpoint.Options{})
	if got := m.tree(); err == nil || !cmp.Equal(got, before) {
		m.wantTree(want, "killed")
	}
}
