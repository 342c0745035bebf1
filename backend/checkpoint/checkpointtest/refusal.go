//go:build unix

package checkpointtest

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// refusalRows are about stores that can be read but not used, or not at all.
func refusalRows() []row {
	return []row{
		{"a store from a newer version is refused and left alone", newerStore, ours},
		{"a store on a read-only disk can be read", readOnlyReading, ours},
		{"any flipped bit is found by the check", flippedFound, ours},
	}
}

// newerStore makes the store one of a later version, in each of the places that
// may say so.
func newerStore(d *desk) {
	d.write("a", "1")
	_ = d.create()
	d.close()
	whole := d.dir + "-whole"
	d.must(os.CopyFS(whole, os.DirFS(d.dir)))
	seen := 0
	for name, change := range map[string]func([]byte) []byte{
		"format": func([]byte) []byte { return []byte("keel checkpoints 99\n") },
		"meta.db": func(data []byte) []byte {
			binary.BigEndian.PutUint32(data[60:], 99) // user_version, says SQLite's description of its format
			return data
		},
	} {
		path := filepath.Join(d.dir, name)
		data, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		d.must(err)
		seen++
		d.must(os.WriteFile(path, change(data), 0o600))
		before, err := Walk(d.dir)
		d.must(err)
		store, err := d.open(d.Context(), d.dir, d.root, checkpoint.Options{})
		if err == nil {
			d.must(store.Close())
		}
		if !errors.Is(err, checkpoint.ErrNewer) {
			d.Errorf("%s from a newer version: %v", name, err)
		}
		after, err := Walk(d.dir)
		d.must(err)
		if diff := cmp.Diff(before[name], after[name]); diff != "" {
			d.Errorf("%s was changed", name)
		}
		d.renew(whole)
	}
	if seen == 0 {
		d.Fatal("this store says its version in no place that the test knows")
	}
}

func readOnlyReading(d *desk) {
	at := d.disk("32m", true, false)
	d.reopen(checkpoint.Options{})
	d.write("a", "1")
	id := d.create()
	d.write("a", "2")
	d.close()
	d.readOnly(at, true)
	d.reopen(checkpoint.Options{})
	d.wantRead(id, "a", "1", nil)
	if ids := d.ids(); len(ids) != 1 || ids[0] != id {
		d.Errorf("list: %v", ids)
	}
	if _, err := d.store.Create(d.Context(), checkpoint.CreateRequest{}); !errors.Is(err, checkpoint.ErrReadOnly) {
		d.Errorf("creating: %v, want ErrReadOnly", err)
	}
	if _, err := d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: id}); !errors.Is(err, checkpoint.ErrReadOnly) {
		d.Errorf("restoring: %v, want ErrReadOnly", err)
	}
	d.wantTree(Tree{"a": {"-", 0o644, "2"}})
	d.close()
	d.readOnly(at, false)
}

// flippedFound flips bits all over the packs: the check finds each.
func flippedFound(d *desk) {
	d.write("text", string(noise(12, 3000)))
	d.write("folder/other", "some text, some text, some text, some text")
	_ = d.create()
	d.wantSound()
	d.close()
	packs, err := filepath.Glob(filepath.Join(d.dir, "packs", "*.pack"))
	d.must(err)
	if len(packs) == 0 {
		d.Fatal("there are no packs")
	}
	for _, pack := range packs {
		data, err := os.ReadFile(pack)
		d.must(err)
		const step = 97 // not all, for the time it takes
		for at := 0; at < len(data); at += step {
			damaged := append([]byte(nil), data...)
			damaged[at] ^= 1 << (at % 8)
			d.must(os.WriteFile(pack, damaged, 0o600))
			store, err := d.open(d.Context(), d.dir, d.root, checkpoint.Options{})
			if err != nil {
				continue
			}
			report, err := store.Verify(d.Context(), checkpoint.VerifyRequest{ReadData: true})
			if err == nil && len(report.Damages) == 0 {
				d.Errorf("%s: a bit flipped at %d of %d is not found", filepath.Base(pack), at, len(data))
			}
			d.must(store.Close())
		}
		d.must(os.WriteFile(pack, data, 0o600))
	}
	d.reopen(checkpoint.Options{})
	d.wantSound()
}
