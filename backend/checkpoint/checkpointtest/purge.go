//go:build unix

package checkpointtest

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// purgeRows are about taking things out of the history for good.
func purgeRows() []row {
	return []row{
		{"a purged path is nowhere any more", purged, ours},
		{"a purge that was cut off is finished by whoever comes next", purgeCutOff, ours},
		{"a purged content stays where else it stands", purgedTwin, ours},
		{"the history of a workspace is deleted", forgotten, ours},
	}
}

// stored tells whether the store's files hold some bytes as they are.
func (d *desk) stored(content []byte) bool {
	d.Helper()
	found := false
	d.must(filepath.WalkDir(d.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		found = found || bytes.Contains(data, content)
		return err
	}))
	return found
}

func purged(d *desk) {
	secret := noise(9, 4000) // cannot be compressed, and so can be found
	d.write("keys/secret", string(secret))
	d.write("other", "1")
	first, target := d.create(), d.tree()
	d.write("other", "2")
	second := d.create()
	d.remove("keys")
	third := d.create()
	if !d.stored(secret[1000:2000]) {
		d.Fatal("the store hides what it keeps: this test cannot see it")
	}
	got, err := d.store.Purge(d.Context(), "keys/secret")
	d.must(err)
	if got.Checkpoints != 2 || got.Contents != 1 {
		d.Errorf("purged: %+v", got)
	}
	d.close() // also what is written late
	if d.stored(secret[1000:2000]) {
		d.Error("the secret is still on the disk")
	}
	d.reopen(checkpoint.Options{})
	for _, id := range []string{first, second} {
		d.wantRead(id, "keys/secret", "", checkpoint.ErrNotCovered)
	}
	d.wantRead(first, "other", "1", nil)
	d.wantRead(third, "other", "2", nil)
	result := d.exact(first)
	d.wantPaths("unknown", result.Unknown, "keys/secret")
	delete(target, "keys/secret")
	d.wantTree(target)
	d.wantSound()
	if _, err := d.store.Purge(d.Context(), "../outside"); err == nil {
		d.Error("purged what is outside")
	}
}

// purgeCutOff ends a purge at each of its steps in turn. Either it has not begun,
// or nothing is left of the path once the store has been opened again, or another
// process that has it open has done anything.
func purgeCutOff(d *desk) {
	d.inMemory()
	secret := noise(9, 4000)
	killed := errors.New("killed")
	outcomes := map[string]int{}
	for n := 1; ; n++ {
		d.close()
		d.must(os.RemoveAll(d.dir))
		d.reopen(checkpoint.Options{})
		d.write("keys/secret", string(secret))
		d.write("other", "1")
		first := d.create()
		d.remove("keys")
		_ = d.create()
		steps := 0
		dying, err := d.open(d.Context(), d.dir, d.root, checkpoint.Options{Faults: checkpoint.Faults{Step: func(string) error {
			if steps++; steps >= n {
				return killed
			}
			return nil
		}}})
		if err == nil {
			_, err = dying.Purge(d.Context(), "keys/secret")
			_ = dying.Close() // it has no strength left for anything
		}
		if err == nil {
			break
		}
		if n%2 == 0 {
			d.reopen(checkpoint.Options{})
		} else {
			_ = d.createAny()
		}
		_, _, err = d.store.ReadFile(d.Context(), first, "keys/secret")
		stored := d.stored(secret[1000:2000])
		switch {
		case err == nil && stored:
			outcomes["not begun"]++
		case errors.Is(err, checkpoint.ErrNotCovered) && !stored:
			outcomes["finished"]++
		default:
			d.Fatalf("cut off at step %d: %v, on the disk: %v", n, err, stored)
		}
		d.wantSound()
	}
	if len(outcomes) != 2 {
		d.Fatalf("outcomes seen: %v", outcomes)
	}
}

func purgedTwin(d *desk) {
	secret := string(noise(10, 4000))
	d.write("folder/a", secret)
	d.write("folder/b", "2")
	d.write("twin", secret)
	id := d.create()
	got, err := d.store.Purge(d.Context(), "folder")
	d.must(err)
	if got.Checkpoints != 1 || got.Contents != 1 {
		d.Errorf("purged: %+v", got)
	}
	d.wantRead(id, "twin", secret, nil)
	d.wantRead(id, "folder/b", "", checkpoint.ErrNotCovered)
	before := d.tree() // the workspace is not touched
	if before["folder/a"].Content != secret {
		d.Error("the file in the workspace is gone")
	}
	next := d.create() // and captured again
	d.wantRead(next, "folder/a", secret, nil)
	d.wantSound()
}

func forgotten(d *desk) {
	secret := noise(11, 4000)
	d.write("a", string(secret))
	id := d.create()
	d.must(d.store.Pin(d.Context(), id, true))
	d.write("a", "2")
	d.exact(id)
	d.write("a", "3")
	want := d.tree()
	if _, err := d.store.Forget(d.Context()); err != nil {
		d.Fatal(err)
	}
	if left := d.ids(); len(left) > 0 {
		d.Errorf("left: %v", left)
	}
	d.wantTree(want)
	d.close()
	if d.stored(secret[1000:2000]) {
		d.Error("what was forgotten is still on the disk")
	}
	d.reopen(checkpoint.Options{})
	next := d.create()
	d.write("a", "4")
	d.exact(next)
	d.wantTree(want)
}
