package checkpoint

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// pair is two stores open at once, as of two processes, on one workspace.
type pair struct {
	*testing.T
	dir, root string
	a, b      *Store
	days      int // how far the time of b is ahead
}

func newPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{T: t, dir: t.TempDir(), root: t.TempDir()}
	for i := range 40 {
		put(t, p.at(fmt.Sprintf("src/file-%02d.txt", i)), fmt.Sprint("first ", i))
	}
	put(t, p.at("secret/key.txt"), "a secret")
	put(t, p.at("large.bin"), string(noise(1, 6<<20))) // kept in pieces
	p.a = p.open(p.dir, Options{NoWatch: true})
	p.b = p.open(p.dir, Options{NoWatch: true, Now: func() time.Time { return time.Now().AddDate(0, 0, p.days) }})
	return p
}

func (p *pair) at(path string) string { return filepath.Join(p.root, path) }

func (p *pair) open(dir string, o Options) *Store {
	p.Helper()
	s, err := Open(p.Context(), dir, p.root, o)
	if err != nil {
		p.Fatal(err)
	}
	p.Cleanup(func() {
		if err := s.Close(); err != nil {
			p.Error(err)
		}
	})
	return s
}

func (p *pair) create(s *Store) Checkpoint {
	p.Helper()
	made, err := s.Create(p.Context(), CreateRequest{Reason: PostTool})
	if err != nil {
		p.Fatal(err)
	}
	return made
}

// pruned lets time pass and cleans up until nothing is left of what went.
func (p *pair) pruned() []string {
	p.Helper()
	var removed []string
	for range 3 {
		p.days += 100
		out, err := p.b.Prune(p.Context(), PruneRequest{})
		if err != nil {
			p.Fatal(err)
		}
		removed = append(removed, out.Removed...)
	}
	return removed
}

// gone checks that the other store knows nothing of a checkpoint any more.
func (p *pair) gone(id string) {
	p.Helper()
	_, get := p.a.Get(p.Context(), id)
	_, diff := p.a.Diff(p.Context(), id, "")
	_, _, read := p.a.ReadFile(p.Context(), id, "src/file-00.txt")
	_, restore := p.a.Restore(p.Context(), RestoreRequest{ID: id})
	for what, err := range map[string]error{"Get": get, "Diff": diff, "ReadFile": read, "Restore": restore} {
		if !errors.Is(err, ErrNotFound) {
			p.Errorf("%s of a checkpoint that was removed: %v, want ErrNotFound", what, err)
		}
	}
}

// sound makes a checkpoint with a, destroys the workspace, and wants all of it
// back; both stores must find nothing wrong.
func (p *pair) sound() {
	p.Helper()
	want := p.files()
	made := p.create(p.a)
	// The third has nothing in memory that is not on the disk.
	for _, s := range []*Store{p.a, p.b, p.open(p.dir, Options{NoWatch: true})} {
		report, err := s.Verify(p.Context(), VerifyRequest{ReadData: true})
		if err != nil || len(report.Damages) > 0 {
			p.Errorf("Verify = %+v, %v", report.Damages, err)
		}
	}
	for name := range want {
		if err := os.Remove(p.at(name)); err != nil {
			p.Fatal(err)
		}
	}
	if _, err := p.a.Restore(p.Context(), RestoreRequest{ID: made.ID}); err != nil {
		p.Fatal(err)
	}
	got := p.files()
	if len(got) != len(want) {
		p.Errorf("%d files came back of %d", len(got), len(want))
	}
	for name, content := range want {
		if !bytes.Equal(got[name], content) {
			p.Errorf("%s has %d bytes, want the %d it had", name, len(got[name]), len(content))
		}
	}
}

func (p *pair) files() map[string][]byte {
	p.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir(p.root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(p.root, path)
		if err == nil {
			out[name], err = os.ReadFile(path)
		}
		return err
	})
	if err != nil {
		p.Fatal(err)
	}
	return out
}

// noise is data that does not compress.
func noise(seed byte, size int) []byte {
	out := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(out) // never fails
	return out
}

// TestTwoStores has a state in the memory of one store while the other removes
// contents that this state refers to.
func TestTwoStores(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(p *pair) []string{
		"prune": func(p *pair) []string { return p.pruned() },
		"purge a file": func(p *pair) []string {
			if out, err := p.b.Purge(p.Context(), "secret/key.txt"); err != nil || out.Checkpoints == 0 {
				p.Fatalf("Purge = %+v, %v", out, err)
			}
			return nil
		},
		"purge a large file": func(p *pair) []string {
			if out, err := p.b.Purge(p.Context(), "large.bin"); err != nil || out.Checkpoints == 0 {
				p.Fatalf("Purge = %+v, %v", out, err)
			}
			return nil
		},
		"forget": func(p *pair) []string {
			out, err := p.b.Forget(p.Context())
			if err != nil {
				p.Fatal(err)
			}
			return out.Removed
		},
	} {
		for _, state := range []string{"created", "warmed", "warmed and changed back"} {
			t.Run(name+"/"+state, func(t *testing.T) {
				p := newPair(t)
				old := []string{p.create(p.a).ID, ""}
				put(t, p.at("src/file-00.txt"), "second")
				old[1] = p.create(p.a).ID
				put(t, p.at("src/file-01.txt"), "third")
				last := p.create(p.a).ID
				switch state {
				case "warmed":
					// Only the memory of a has this state: no checkpoint does.
					put(t, p.at("src/file-02.txt"), "fourth")
					put(t, p.at("large.bin"), string(noise(2, 7<<20)))
					if err := p.a.Warm(t.Context()); err != nil {
						t.Fatal(err)
					}
				case "warmed and changed back":
					put(t, p.at("src/file-02.txt"), "fourth")
					if err := p.a.Warm(t.Context()); err != nil {
						t.Fatal(err)
					}
					put(t, p.at("src/file-02.txt"), "first 2")
				}
				removed := remove(p)
				for _, id := range removed {
					p.gone(id)
				}
				if name == "prune" && len(removed) == 0 || name == "forget" && len(removed) != 3 {
					t.Fatalf("removed %q of %q and %q", removed, old, last)
				}
				p.sound()
			})
		}
	}
}

// TestFolderComesBackAfterCleanUp has a folder that is kept as what differs from
// an older one, neither of which is needed any more; only the older one's
// segment is worth removing. Then the folder is as it was.
func TestFolderComesBackAfterCleanUp(t *testing.T) {
	p := newPair(t)
	p.create(p.a)
	put(t, p.at("passing.bin"), string(noise(3, 62<<20))) // the rest of its segment
	p.create(p.a)
	put(t, p.at("staying.bin"), string(noise(4, 20<<20)))
	put(t, p.at("src/file-00.txt"), "second")
	p.create(p.a)
	p.create(p.a)
	folder := filepath.Join(p.root, "src")
	aside := filepath.Join(t.TempDir(), "src")
	for _, err := range []error{os.Rename(folder, aside), os.Remove(p.at("passing.bin"))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	p.create(p.b)
	if removed := p.pruned(); len(removed) == 0 {
		t.Fatal("nothing was removed")
	}
	if err := os.Rename(aside, folder); err != nil {
		t.Fatal(err)
	}
	p.sound()
}
