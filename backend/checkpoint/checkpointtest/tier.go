//go:build unix

package checkpointtest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// tierRows are about which ignored files are captured.
func tierRows() []row {
	return []row{
		{"R9 small ignored files are captured, large ones unknown", ignoredSizes, ours},
		{"R9 ignored files of 64 MiB together, and no more", ignoredTogether, ours},
		{"what was captured once stays captured", staysCaptured, ours},
		{"R16 a bulk folder that changed stays unknown", bulkChanged, ours},
		{"only what changed of a large file is kept anew", changedPieces, ours},
	}
}

func ignoredSizes(d *desk) {
	d.write(".gitignore", "*.env\n*.img\n")
	d.write("small.env", string(noise(5, 1<<20)))
	d.write("large.img", string(noise(6, 1<<20+1)))
	d.write("large.txt", string(noise(7, 1<<20+1)))
	made := d.createAny()
	wantProblems(d, made) // unknown by policy is no problem
	d.wantRead(made.ID, "large.img", "", checkpoint.ErrNotCovered)
	want := d.tree()
	for _, name := range []string{"small.env", "large.txt", "large.img"} {
		d.write(name, "2")
	}
	want["large.img"] = d.tree()["large.img"]
	result := d.exact(made.ID)
	d.wantPaths("unknown", result.Unknown, "large.img")
	d.wantTree(want)
	d.remove("large.img")
	d.remove("small.env")
	d.exact(made.ID)
	delete(want, "large.img")
	d.wantTree(want)
}

func ignoredTogether(d *desk) {
	d.inMemory()
	d.reopen(checkpoint.Options{})
	d.write(".gitignore", "*.env\n")
	const many = 70
	for i := range many {
		d.write(fmt.Sprintf("%d.env", i), string(make([]byte, 1<<20)))
	}
	made := d.createAny()
	wantProblems(d, made)
	captured := 0
	for i := range many {
		_, _, err := d.store.ReadFile(d.Context(), made.ID, fmt.Sprintf("%d.env", i))
		switch {
		case err == nil:
			captured++
		case !errors.Is(err, checkpoint.ErrNotCovered):
			d.Fatal(err)
		}
	}
	if captured != 64 {
		d.Errorf("%d MiB are captured", captured)
	}
	for i := range many {
		d.write(fmt.Sprintf("%d.env", i), "2")
	}
	if result := d.exact(made.ID); result.Written != captured || len(result.Unknown) != many-captured {
		d.Errorf("result: %+v", result)
	}
}

func staysCaptured(d *desk) {
	d.write(".gitignore", "*.db\n")
	d.write("data.db", "small")
	first := d.create()
	large := string(noise(8, 2<<20))
	d.write("data.db", large)
	second := d.create()
	d.wantRead(second, "data.db", large, nil)
	d.reopen(checkpoint.Options{})
	d.write("data.db", large+"more")
	third := d.create()
	d.wantRead(third, "data.db", large+"more", nil)
	for id, content := range map[string]string{first: "small", second: large, third: large + "more"} {
		d.exact(id)
		if got := d.tree()["data.db"].Content; got != content {
			d.Fatalf("%d bytes, want %d", len(got), len(content))
		}
	}
}

func bulkChanged(d *desk) {
	d.write(".gitignore", "node_modules\n")
	d.write("node_modules/a", "1")
	d.write("file", "1")
	first := d.createAny()
	second := d.createAny()
	if first.Tree != second.Tree {
		d.Error("nothing changed, and yet the trees differ")
	}
	d.write("node_modules/b", "2")
	d.write("file", "2")
	want := d.tree()
	want["file"] = Item{"-", 0o644, "1"}
	result := d.exact(first.ID)
	d.wantPaths("unknown", result.Unknown, "node_modules")
	d.wantTree(want)
	entry := func(id string) checkpoint.Entry {
		_, entry, err := d.store.ReadFile(d.Context(), id, "node_modules")
		if !errors.Is(err, checkpoint.ErrNotCovered) {
			d.Fatalf("reading node_modules: %v", err)
		}
		return entry
	}
	if one, other := entry(first.ID), entry(result.Undo); one.Reason == "" || one.Reason != other.Reason {
		d.Errorf("reasons: %q, %q", one.Reason, other.Reason)
	}
}

// size is what the files below a folder take.
func (d *desk) size(folder string) (bytes int64) {
	d.Helper()
	d.must(filepath.WalkDir(folder, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		info, err := e.Info()
		bytes += info.Size()
		return err
	}))
	return bytes
}

// changedPieces has the states of a file of 20 MiB that a store of whole
// contents would need a multiple for.
func changedPieces(d *desk) {
	states := largeStates()
	d.must(os.WriteFile(d.at("large"), states[0], 0o644))
	first := d.create()
	before := d.size(d.dir)
	for _, state := range states[1:] {
		d.must(os.WriteFile(d.at("large"), state, 0o644))
		_ = d.create()
	}
	if grown := d.size(d.dir) - before; grown > int64(len(states[0])) {
		d.Errorf("four small changes take %d bytes", grown)
	}
	d.exact(first)
	got, err := os.ReadFile(d.at("large"))
	d.must(err)
	if !slices.Equal(got, states[0]) {
		d.Error("the first state is not what it was")
	}
}
