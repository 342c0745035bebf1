//go:build unix

package checkpointtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/checkpoint"
)

const rescueScene = "rescue"

func scenes() []scene {
	moved := func() time.Time { return time.Now().AddDate(0, 0, 60) }
	return []scene{
		{"first capture", 11, checkpoint.Options{}, firstCapture},
		{"later capture", 9, checkpoint.Options{}, laterCapture},
		{"capture with nothing new", 6, checkpoint.Options{}, nothingNew},
		{"warm", 10, checkpoint.Options{}, warmed},
		{"warm with an early checkpoint", 15, checkpoint.Options{}, warmedEarly},
		{"restore exact", 52, checkpoint.Options{Grace: time.Hour}, restoredExact},
		{"restore exact, displaced files go at once", 52, checkpoint.Options{Grace: -1}, restoredExact},
		{"restore agent with a merge and unsaved text", 42, checkpoint.Options{Grace: time.Hour}, restoredAgent},
		{"patch over unsaved text", 38, checkpoint.Options{Grace: time.Hour}, patchedCrash},
		{"undo", 50, checkpoint.Options{Grace: time.Hour}, undone},
		{"settle", 12, checkpoint.Options{Grace: -1}, settled},
		{"prune with compaction", 60, checkpoint.Options{Now: moved}, prunedTwice},
		{"purge", 25, checkpoint.Options{}, purgedCrash},
		{"forget", 20, checkpoint.Options{}, forgottenCrash},
		{rescueScene, 10, checkpoint.Options{}, rescued},
	}
}

// capture is the operation that most scenes are about.
func capture(ctx context.Context, d *desk) error {
	_, err := d.store.Create(ctx, checkpoint.CreateRequest{})
	return err
}

func firstCapture(d *desk) drama {
	d.write("a", "1")
	d.write("folder/b", strings.Repeat("some text ", 100))
	d.link("a", "link")
	return drama{run: capture}
}

// history is a store with a few checkpoints.
func history(d *desk) map[string]Tree {
	known := map[string]Tree{}
	for i := range 3 {
		d.write("a", fmt.Sprint(i))
		d.write(fmt.Sprintf("folder%d/b", i), string(noise(byte(i), 3000)))
		d.write(fmt.Sprintf("folder%d/c/d", i), strings.Repeat("some text ", 10+i))
		known[d.create()] = d.tree()
	}
	d.remove("folder0")
	known[d.create()] = d.tree()
	return known
}

func laterCapture(d *desk) drama {
	known := history(d)
	d.write("a", "later")
	d.write("new/file", string(noise(77, 3000)))
	d.remove("folder1/b")
	return drama{run: capture, known: known}
}

func nothingNew(d *desk) drama {
	return drama{known: history(d), run: capture}
}

func warmed(d *desk) drama {
	known := history(d)
	d.write("a", "later")
	return drama{known: known, run: func(ctx context.Context, d *desk) error {
		if err := d.store.Warm(ctx); err != nil {
			return err
		}
		return capture(ctx, d)
	}}
}

// warmedEarly takes a checkpoint of one target in the middle of the first
// reading.
func warmedEarly(d *desk) drama {
	d.write("a", "1")
	d.write("target", "1")
	d.write("zz/last", "1")
	return drama{run: func(ctx context.Context, d *desk) error {
		store, early := d.store, false
		d.must(store.Close())
		_ = os.Remove(d.dir + "/statcache") // or else it is no first reading
		o := d.options
		var inside error
		o.Faults.Read = func(path string) error {
			if path == "a" && !early {
				early = true
				_, inside = d.store.Create(ctx, checkpoint.CreateRequest{Targets: []string{"target"}})
			}
			return nil
		}
		opened, err := d.open(ctx, d.dir, d.root, o)
		if err != nil {
			d.store = nil
			return err
		}
		d.store = opened
		err = d.store.Warm(ctx)
		early = true // any other operation would wait for itself
		return errors.Join(err, inside)
	}}
}

func (p *plot) known() map[string]Tree {
	return map[string]Tree{p.id: p.target, p.later: p.before}
}

func restoredExact(d *desk) drama {
	p := newPlot(d)
	return drama{known: p.known(), moves: true, run: func(ctx context.Context, d *desk) error {
		_, err := d.store.Restore(ctx, checkpoint.RestoreRequest{ID: p.id})
		return err
	}, done: func(d *desk) { d.wantTree(p.target) }}
}

func restoredAgent(d *desk) drama {
	known := map[string]Tree{}
	d.write("both", lines("\n", nil))
	d.write("agents", "1")
	d.write("open", "1")
	before := d.create()
	known[before] = d.tree()
	d.write("both", lines("\n", map[int]string{3: "agent"}))
	d.write("agents", "2")
	d.write("open", "2")
	d.write("made/by/agent", "2")
	after := d.create()
	known[after] = d.tree()
	d.write("both", lines("\n", map[int]string{3: "agent", 25: "user"}))
	d.write("users", "3")
	request := checkpoint.RestoreRequest{
		ID: before, Verb: checkpoint.Agent, After: after, Merge: true, Unsaved: []checkpoint.Unsaved{{Path: "agents", Content: []byte("2, not saved")}},
	}
	return drama{known: known, moves: true, run: func(ctx context.Context, d *desk) error {
		_, err := d.store.Restore(ctx, request)
		return err
	}, done: func(d *desk) {
		got := d.tree()
		if got["both"].Content != lines("\n", map[int]string{25: "user"}) || got["open"].Content != "1" || got["users"].Content != "3" {
			d.Fatalf("workspace: %v", got)
		}
	}}
}

// patchedCrash has a path of every kind that a patch knows, and one that it must
// leave alone.
func patchedCrash(d *desk) drama {
	d.write("changed", "1")
	d.write("gone", "1")
	d.write("open", "saved")
	d.write("users", "theirs")
	known := map[string]Tree{d.create(): d.tree()}
	request := checkpoint.PatchRequest{
		Unsaved: []checkpoint.Unsaved{text("open", "typed")},
		Files: []checkpoint.Patched{
			change("changed", "1", "2"), deletion("gone", "1"), addition("new/file", "2"), change("open", "typed", "wanted"), change("users", "1", "2"),
		},
	}
	want := Tree{
		"changed": {"-", 0o644, "2"}, "new": {"d", 0o755, ""}, "new/file": {"-", 0o644, "2"}, "open": {"-", 0o644, "wanted"}, "users": {"-", 0o644, "theirs"},
	}
	return drama{known: known, moves: true, run: func(ctx context.Context, d *desk) error {
		_, err := d.store.Patch(ctx, request)
		return err
	}, done: func(d *desk) { d.wantTree(want) }}
}

func undone(d *desk) drama {
	p := newPlot(d)
	result := d.exact(p.id)
	known := p.known()
	known[result.Undo] = p.before
	return drama{known: known, moves: true, run: func(ctx context.Context, d *desk) error {
		_, err := d.store.Undo(ctx, result.Undo)
		return err
	}, done: func(d *desk) { d.wantTree(p.before) }}
}

// settled has a program write to a file that a restore displaced, before the
// store lets go of it.
func settled(d *desk) drama {
	d.reopen(checkpoint.Options{Grace: time.Hour})
	d.write("log", "1")
	d.write("other/file", "1")
	id := d.create()
	known := map[string]Tree{id: d.tree()}
	d.write("log", "2")
	d.write("other/file", "2")
	writer, err := os.OpenFile(d.at("log"), os.O_WRONLY|os.O_APPEND, 0)
	d.must(err)
	defer writer.Close()
	known[d.create()] = d.tree()
	before := d.tree()
	result := d.exact(id)
	known[result.Undo] = before
	_, err = writer.WriteString(" and late")
	d.must(err)
	return drama{known: known, run: capture, done: func(d *desk) { d.wantLate(result.Undo, "2 and late") }}
}

// prunedTwice is two clean-ups: what the first finds dead the second removes.
func prunedTwice(d *desk) drama {
	d.reopen(checkpoint.Options{})
	ids, trees := d.session("old")
	known := map[string]Tree{}
	stays := map[string]bool{}
	for label, id := range ids {
		known[id] = trees[label]
		stays[id] = strings.HasSuffix(label, "turn 0 start") || strings.HasSuffix(label, "turn 1 end")
	}
	return drama{
		known: known, mayGo: func(id string) bool { return !stays[id] },
		run: func(ctx context.Context, d *desk) error {
			for range 2 {
				if _, err := d.store.Prune(ctx, checkpoint.PruneRequest{}); err != nil {
					return err
				}
			}
			return nil
		},
		done: func(d *desk) {
			// What went must be gone from the disk; it takes two clean-ups that end.
			for range 2 {
				d.prune(checkpoint.PruneRequest{})
			}
			if gone := noise(4, 2000); d.stored(gone[500:1000]) {
				d.Error("what was cleaned up is still on the disk")
			}
		},
	}
}

func purgedCrash(d *desk) drama {
	secret := noise(9, 4000)
	d.write("keys/secret", string(secret))
	known := history(d)
	d.remove("keys")
	known[d.create()] = d.tree()
	return drama{
		known: known, lacks: []string{"keys/secret"},
		run: func(ctx context.Context, d *desk) error {
			_, err := d.store.Purge(ctx, "keys/secret")
			return err
		},
		done: func(d *desk) {
			if d.stored(secret[1000:2000]) {
				d.Error("the secret is still on the disk")
			}
		},
	}
}

func forgottenCrash(d *desk) drama {
	secret := noise(9, 4000)
	d.write("secret", string(secret))
	known := history(d)
	d.remove("secret")
	d.write("a", "2")
	return drama{
		known: known, mayGo: func(string) bool { return true },
		run: func(ctx context.Context, d *desk) error {
			_, err := d.store.Forget(ctx)
			return err
		},
		done: func(d *desk) {
			for id := range known {
				if _, err := d.store.Get(d.Context(), id); err == nil {
					d.Errorf("%q is still there", id)
				}
			}
			if d.stored(secret[1000:2000]) {
				d.Error("what was forgotten is still on the disk")
			}
		},
	}
}

// rescued starts with a store that has lost its database.
func rescued(d *desk) drama {
	known := history(d)
	d.close()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(d.dir + "/meta.db" + suffix); err != nil && !os.IsNotExist(err) {
			d.Fatal(err)
		}
	}
	return drama{known: known, run: func(ctx context.Context, d *desk) error {
		if d.store != nil {
			return nil // it has a record
		}
		if _, err := checkpoint.Rescue(ctx, d.dir, d.options); err != nil {
			return err
		}
		store, err := d.open(ctx, d.dir, d.root, d.options)
		if err == nil {
			d.store = store
		}
		return err
	}}
}
