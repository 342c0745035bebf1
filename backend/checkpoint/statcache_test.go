package checkpoint

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// cached is a workspace that has changed since its stat cache was written.
type cached struct {
	root, dir string
	older     []byte // the stat cache of an older state
	newest    []byte // the one that lies in dir
}

// newCached makes the folders below base. Salt makes contents differ.
func newCached(t *testing.T, base, salt string) cached {
	t.Helper()
	c := cached{root: filepath.Join(base, "root"), dir: filepath.Join(base, "store")}
	for i := range 12 {
		put(t, c.at(fmt.Sprintf("src/deep-%d/file-%02d.txt", i%3, i)), fmt.Sprint(salt, " first ", i))
	}
	put(t, c.at("src/.gitignore"), "*.tmp\nbuild/\n")
	put(t, c.at("src/some.tmp"), salt+" ignored")
	if err := os.Symlink("src/some.tmp", c.at("link")); err != nil {
		t.Fatal(err)
	}
	c.older = c.visit(t, salt+" second")
	c.newest = c.visit(t, salt+" third!")
	return c
}

func (c *cached) at(path string) string { return filepath.Join(c.root, path) }

// visit takes a checkpoint with a store that is opened for it, and returns the
// stat cache that it leaves. Then a file changes, its length does not.
func (c *cached) visit(t *testing.T, next string) []byte {
	t.Helper()
	c.tree(t, c.dir)
	data, err := os.ReadFile(filepath.Join(c.dir, cacheName))
	if err != nil {
		t.Fatal(err)
	}
	put(t, c.at("src/deep-0/file-00.txt"), next)
	if err := os.Rename(c.at("src/deep-1/file-01.txt"), c.at("src/deep-1/file-04.txt")); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return data
}

// tree is the tree of a checkpoint by a store in dir.
func (c *cached) tree(t *testing.T, dir string) string {
	t.Helper()
	s, err := Open(t.Context(), dir, c.root, Options{NoWatch: true})
	if err != nil {
		t.Fatal(err)
	}
	made, err := s.Create(t.Context(), CreateRequest{})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	if !made.Complete {
		t.Fatalf("problems: %+v", made.Problems)
	}
	return made.Tree
}

// with puts a stat cache in place, nil for none, and wants the tree that a store
// without any has.
func (c *cached) with(t *testing.T, what string, data []byte, want string) {
	t.Helper()
	path := filepath.Join(c.dir, cacheName)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	if data != nil {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.tree(t, c.dir); got != want {
		t.Errorf("%s: the tree is %s, want %s", what, got, want)
	}
}

// TestStatCacheMayBeAnything loses and damages the stat cache in every way: the
// next checkpoint is as one without.
func TestStatCacheMayBeAnything(t *testing.T) {
	c := newCached(t, t.TempDir(), "mine")
	other := newCached(t, t.TempDir(), "else")
	twin := newCached(t, t.TempDir(), "mine") // all of what it refers to is kept here too
	want := c.tree(t, t.TempDir())
	if before := c.tree(t, c.dir); before != want {
		t.Fatalf("with its own stat cache the tree is %s, want %s", before, want)
	}
	c.with(t, "deleted", nil, want)
	c.with(t, "empty", []byte{}, want)
	c.with(t, "of another workspace", other.newest, want)
	c.with(t, "of a workspace with the same contents", twin.newest, want)
	c.with(t, "older", c.older, want)
	for at := 1; at < len(c.newest); at += 1 + len(c.newest)/25 {
		c.with(t, fmt.Sprintf("cut at %d", at), c.newest[:at], want)
	}
	for at := 0; at < len(c.newest); at += 1 + len(c.newest)/60 {
		flipped := append([]byte{}, c.newest...)
		flipped[at] ^= 1 << (at % 8)
		c.with(t, fmt.Sprintf("bit %d of byte %d flipped", at%8, at), flipped, want)
	}
	c.with(t, "with more behind it", append(append([]byte{}, c.newest...), 0), want)
	// And whatever it was, the next one is good again, and of use.
	put(t, c.at("src/deep-2/file-02.txt"), "fourth")
	if got, want := c.tree(t, c.dir), c.tree(t, t.TempDir()); got != want {
		t.Errorf("after all that the tree is %s, want %s", got, want)
	}
}

// TestStatCacheIsUsed keeps the test above from passing because none ever is.
func TestStatCacheIsUsed(t *testing.T) {
	c := newCached(t, t.TempDir(), "mine")
	c.tree(t, c.dir)
	s, err := Open(t.Context(), c.dir, c.root, Options{NoWatch: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.work.dir == nil {
		t.Error("the stat cache of the store before was not taken")
	}
}
