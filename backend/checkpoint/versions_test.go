//go:build unix

package checkpoint_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// chronicle is a workspace whose checkpoints are known by a short name.
type chronicle struct {
	testing.TB
	store     *checkpoint.Store
	root, dir string
	names     map[string]string // by id
}

func newChronicle(t testing.TB, o checkpoint.Options) *chronicle {
	t.Helper()
	c := &chronicle{TB: t, root: t.TempDir(), dir: t.TempDir(), names: map[string]string{}}
	c.store = opened(t, c.dir, c.root, o)
	return c
}

func (c *chronicle) write(path, content string) {
	c.Helper()
	write(c.TB, filepath.Join(c.root, path), content)
}

func (c *chronicle) remove(path string) {
	c.Helper()
	must(c.TB, os.RemoveAll(filepath.Join(c.root, path)))
}

func (c *chronicle) create(name string) string {
	c.Helper()
	id := create(c.TB, c.store)
	c.names[id] = name
	return id
}

// want compares the versions of a path, each as "checkpoint state size", the
// newest first.
func (c *chronicle) want(path string, limit int, want ...string) []checkpoint.Version {
	c.Helper()
	got, err := c.store.Versions(c.Context(), path, limit)
	must(c.TB, err)
	said := []string{}
	for _, v := range got {
		line := fmt.Sprintf("%s %s", c.names[v.Checkpoint.ID], v.State)
		switch v.State {
		case checkpoint.VersionPresent:
			line += fmt.Sprintf(" %d", v.Entry.Size)
			if v.Entry.Hash == "" || v.Entry.Mode == 0 {
				c.Errorf("%s: %+v", line, v.Entry)
			}
		case checkpoint.VersionOther:
			line += fmt.Sprintf(" %s", v.Entry.Kind)
		case checkpoint.VersionUnknown:
			if v.Entry.Reason == "" {
				c.Errorf("%s for no reason", line)
			}
		case checkpoint.VersionAbsent:
		}
		if v.From != "" {
			line += " from " + v.From
		}
		said = append(said, line)
	}
	if diff := cmp.Diff(append([]string{}, want...), said); diff != "" {
		c.Errorf("versions of %q (-want +got):\n%s", path, diff)
	}
	return got
}

func TestVersions(t *testing.T) {
	c := newChronicle(t, checkpoint.Options{})
	c.want("a", 0)
	c.write("beside", "1")
	c.create("first")
	c.write("a", "1")
	c.write("in/a/folder/b", "1")
	c.create("made")
	c.create("nothing")
	c.write("beside", "22")
	c.write("in/a/beside", "1")
	c.create("others")
	c.write("a", "333")
	c.create("changed")
	must(t, os.Chmod(filepath.Join(c.root, "a"), 0o755))
	c.create("mode")
	c.remove("a")
	c.remove("in/a")
	c.create("gone")
	c.write("a/inside", "1")
	c.create("folder")
	c.write("a/inside", "22")
	c.create("inside it")
	c.remove("a")
	must(t, os.Symlink("beside", filepath.Join(c.root, "a")))
	c.create("link")
	c.want("a", 0, "link other symlink", "folder other folder", "gone absent", "mode present 3", "changed present 3", "made present 1")
	c.want("a", 2, "link other symlink", "folder other folder")
	c.want("./x/../a", 1, "link other symlink")
	c.want("in/a/folder/b", 0, "gone absent", "made present 1")
	c.want("in/a/folder/b/c", 0)
	c.want("in/a", 0, "gone absent", "made other folder")
	c.want("a/inside", 0, "link absent", "inside it present 2", "folder present 1")
	c.want("beside", 0, "others present 2", "first present 1")
	c.want("never", 0)
	c.want(".", 0)
	for _, path := range []string{"", "..", "../a", "/etc/passwd"} {
		if got, err := c.store.Versions(t.Context(), path, 0); err == nil {
			t.Errorf("versions of %q: %v", path, got)
		}
	}
}

func TestVersionsOfWhatIsNotCovered(t *testing.T) {
	c := newChronicle(t, checkpoint.Options{MaxFile: 100})
	c.write("node_modules/x", "1")
	c.write("grows", "1")
	c.create("covered")
	c.write(".gitignore", "node_modules\n")
	c.write("grows", strings.Repeat("1", 101))
	c.create("not covered")
	c.write("node_modules/x", "22")
	c.write("grows", strings.Repeat("1", 102))
	c.create("not seen")
	c.remove(".gitignore")
	c.write("grows", "333")
	c.create("covered again")
	c.want("node_modules/x", 0, "covered again present 2", "not covered unknown", "covered present 1")
	c.want("grows", 0, "covered again present 3", "not covered unknown", "covered present 1")
	got := c.want("node_modules", 0, "covered again other folder", "not covered unknown", "covered other folder")
	if reason := got[1].Entry.Reason; reason != "ignored, and called node_modules" {
		t.Errorf("reason: %q", reason)
	}
	inside, err := c.store.Versions(t.Context(), "node_modules/x", 0)
	must(t, err)
	if reason := inside[1].Entry.Reason; reason != "node_modules: ignored, and called node_modules" {
		t.Errorf("reason: %q", reason)
	}
}

func TestVersionsOfRenamed(t *testing.T) {
	c := newChronicle(t, checkpoint.Options{})
	c.write("old/name", "the very same")
	c.create("made")
	must(t, os.MkdirAll(filepath.Join(c.root, "new"), 0o755))
	must(t, os.Rename(filepath.Join(c.root, "old/name"), filepath.Join(c.root, "new/name")))
	c.create("moved")
	stray := "stray \xff"
	must(t, os.Rename(filepath.Join(c.root, "new/name"), filepath.Join(c.root, stray)))
	c.create("strayed")
	c.want("old/name", 0, "moved absent", "made present 13")
	c.want("new/name", 0, "strayed absent", "moved present 13 from old/name")
	c.want(stray, 0, "strayed present 13 from new/name")
	c.want(checkpoint.EncodePath(stray), 0, "strayed present 13 from new/name")
}

// TestVersionsAfterPruning compares with the checkpoint before that is left.
func TestVersionsAfterPruning(t *testing.T) {
	day := 0
	c := newChronicle(t, checkpoint.Options{Now: func() time.Time { return time.Now().AddDate(0, 0, day) }})
	turn := func(name, content string) {
		c.write("a", content)
		made, err := c.store.Create(t.Context(), checkpoint.CreateRequest{Reason: checkpoint.PostTool, SessionID: "s", TurnID: "t"})
		must(t, err)
		c.names[made.ID] = name
	}
	turn("start", "1")
	turn("between", "22")
	turn("end", "1")
	c.want("a", 0, "end present 1", "between present 2", "start present 1")
	day = 20
	_, err := c.store.Prune(t.Context(), checkpoint.PruneRequest{})
	must(t, err)
	c.want("a", 0, "start present 1")
	_, err = c.store.Purge(t.Context(), "a")
	must(t, err)
	c.want("a", 0, "start unknown")
}

// TestVersionsAgree compares with what each checkpoint says by itself.
func TestVersionsAgree(t *testing.T) {
	c := newChronicle(t, checkpoint.Options{})
	paths := []string{"a", "a/b", "a/b/c", "d", "d/b", "d/b/c"}
	var ids []string
	for i := range 60 {
		path := paths[i*7%len(paths)]
		switch i % 5 {
		case 0, 1:
			if os.MkdirAll(filepath.Join(c.root, filepath.Dir(path)), 0o755) == nil {
				_ = os.WriteFile(filepath.Join(c.root, path), []byte(fmt.Sprint(i/10)), 0o644) // a folder may be there
			}
		case 2:
			_ = os.RemoveAll(filepath.Join(c.root, path)) // a file may stand above it
		case 3:
			_ = os.Rename(filepath.Join(c.root, "a"), filepath.Join(c.root, "d"))
		case 4:
			_ = os.MkdirAll(filepath.Join(c.root, path), 0o755)
		}
		ids = append(ids, c.create(fmt.Sprint(i)))
	}
	for _, path := range paths {
		var want []string
		before := checkpoint.Entry{}
		for _, id := range ids {
			_, now, _ := c.store.ReadFile(t.Context(), id, path)
			if now.Kind == checkpoint.KindFolder {
				now.Size = 0
			}
			if now != before {
				want = append([]string{id}, want...)
			}
			before = now
		}
		for range 2 { // the second time from memory
			got, err := c.store.Versions(t.Context(), path, 0)
			must(t, err)
			var said []string
			for _, v := range got {
				said = append(said, v.Checkpoint.ID)
			}
			if diff := cmp.Diff(want, said); diff != "" || len(want) < 3 {
				t.Errorf("versions of %q (-want +got):\n%s", path, diff)
			}
		}
	}
}

// BenchmarkVersions asks for one file among 10,000 checkpoints, in each of which
// another file near it changed.
func BenchmarkVersions(b *testing.B) {
	const many = 10_000
	top, err := os.MkdirTemp("/dev/shm", "keel-versions")
	if err != nil {
		top = b.TempDir()
	}
	b.Cleanup(func() { must(b, os.RemoveAll(top)) })
	root, dir := filepath.Join(top, "workspace"), filepath.Join(top, "store")
	for i := range 200 {
		write(b, filepath.Join(root, fmt.Sprintf("one/two%d/three/four/file%d", i%4, i)), fmt.Sprint(i))
		write(b, filepath.Join(root, fmt.Sprintf("file%d", i)), fmt.Sprint(i))
	}
	store := opened(b, dir, root, checkpoint.Options{})
	for i := range many {
		write(b, filepath.Join(root, fmt.Sprintf("one/two%d/three/four/file%d", i%4, i%200)), fmt.Sprint(i))
		create(b, store)
	}
	ask := func(b *testing.B, store *checkpoint.Store, limit int) {
		got, err := store.Versions(b.Context(), "one/two0/three/four/file4", limit)
		must(b, err)
		if len(got) != min(limit, many/200) {
			b.Fatalf("%d versions", len(got))
		}
	}
	b.Run("warm", func(b *testing.B) {
		ask(b, store, 1000)
		for b.Loop() {
			ask(b, store, 1000)
		}
	})
	b.Run("ten of them", func(b *testing.B) {
		for b.Loop() {
			ask(b, store, 10)
		}
	})
	b.Run("cold", func(b *testing.B) {
		must(b, store.Close())
		for b.Loop() {
			b.StopTimer()
			store, err := checkpoint.Open(b.Context(), dir, root, checkpoint.Options{})
			must(b, err)
			b.StartTimer()
			ask(b, store, 1000)
			b.StopTimer()
			must(b, store.Close())
			b.StartTimer()
		}
	})
}
