//go:build unix

package checkpointtest

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// badStoreRows are about stores that are not what the store wrote.
func badStoreRows() []row {
	return []row{
		{"R2 R13 a store half written is never restored from", halfWritten, ours},
		{"a file missing from the store", func(d *desk) { eachFile(d, os.Remove) }, ours},
		{"a file in the place of the store", fileForStore, ours},
		{"a folder that is no store", foreignFolder, ours},
	}
}

func halfWritten(d *desk) {
	for _, keep := range []float64{0, 0.5, 0.99} {
		eachFile(d, func(path string) error {
			info, err := os.Stat(path)
			if err != nil {
				return err
			}
			return os.Truncate(path, int64(float64(info.Size())*keep))
		})
	}
}

// eachFile damages each file of a store in turn. Whatever it is, the store
// gives an error and changes nothing, or restores what was.
func eachFile(d *desk, damage func(path string) error) {
	d.remove("text")
	d.remove("later")
	d.write("text", "some text")
	d.write("folder/large", string(noise(4, 100<<10)))
	target, id := d.tree(), d.create()
	d.write("text", "other")
	d.remove("folder")
	d.write("later", "later")
	before, later := d.tree(), d.create()
	d.close()
	whole := d.dir + "-whole"
	d.must(os.RemoveAll(whole))
	d.must(os.CopyFS(whole, os.DirFS(d.dir)))
	refused := 0
	d.must(filepath.WalkDir(whole, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		relative, err := filepath.Rel(whole, path)
		d.must(err)
		d.renew(whole)
		d.must(damage(filepath.Join(d.dir, relative)))
		if !d.restoreDamaged(relative, id, target, before) {
			refused++
		}
		d.wantTree(before)
		return nil
	}))
	if refused == 0 {
		d.Fatal("no damage made a difference")
	}
	d.renew(whole)
	d.reopen(checkpoint.Options{})
	d.exact(id)
	d.wantTree(target)
	d.exact(later)
	d.wantTree(before)
}

// renew puts a copy of a store in the place of the store, which is closed.
func (d *desk) renew(whole string) {
	d.Helper()
	d.must(os.RemoveAll(d.dir))
	d.must(os.CopyFS(d.dir, os.DirFS(whole)))
}

func fileForStore(d *desk) {
	d.close()
	d.must(os.RemoveAll(d.dir))
	d.must(os.WriteFile(d.dir, []byte("mine"), 0o644))
	if store, err := d.open(d.Context(), d.dir, d.root, checkpoint.Options{}); err == nil {
		d.Error("opened a file as a store")
		d.must(store.Close())
	}
	if got, err := os.ReadFile(d.dir); err != nil || string(got) != "mine" {
		d.Errorf("the file: %q, %v", got, err)
	}
}

// foreignFolder has somebody else's files where the store should be: they stay.
func foreignFolder(d *desk) {
	d.close()
	d.must(os.RemoveAll(d.dir))
	d.must(os.MkdirAll(filepath.Join(d.dir, "photos"), 0o755))
	d.must(os.WriteFile(filepath.Join(d.dir, "photos/one"), []byte("mine"), 0o644))
	d.write("a", "1")
	store, err := d.open(d.Context(), d.dir, d.root, checkpoint.Options{})
	if err == nil {
		_, err = store.Create(d.Context(), checkpoint.CreateRequest{})
		d.must(err)
		d.must(store.Close())
	}
	got, err := os.ReadFile(filepath.Join(d.dir, "photos/one"))
	if diff := cmp.Diff("mine", string(got)); diff != "" || err != nil {
		d.Errorf("the other file: %v (-want +got):\n%s", err, diff)
	}
}
