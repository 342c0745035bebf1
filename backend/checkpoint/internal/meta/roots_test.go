package meta

import (
	"path/filepath"
	"strconv"
	"testing"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// TestRoot wants the tree of a checkpoint as it is recorded, whoever has written
// since it was asked for.
func TestRoot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "meta.db")
	one, other := open(t, path), open(t, path)
	defer one.Close()
	defer other.Close()
	add(t, one, "a")
	add(t, one, "b")
	want := func(id string, root node.ID, there bool) {
		t.Helper()
		for range 2 { // read, and remembered
			got, ok, err := one.Root(t.Context(), id)
			if err != nil || ok != there || got != root {
				t.Fatalf("Root(%q) = %v, %v, %v; want %v, %v", id, got, ok, err, root, there)
			}
		}
	}
	want("a", node.ID{}, true)
	want("c", node.ID{}, false)
	for n, db := range []*DB{one, other} {
		write := func(work func(tx *Tx) error) {
			t.Helper()
			if err := db.Write(work); err != nil {
				t.Fatal(err)
			}
		}
		root := node.Sum([]byte(strconv.Itoa(n)))
		write(func(tx *Tx) error { return tx.SetRoot("a", root, 1) })
		want("a", root, true)
		whole := node.Sum([]byte("whole " + strconv.Itoa(n)))
		write(func(tx *Tx) error { return tx.Complete(Row{ID: "a", Root: whole}) })
		want("a", whole, true)
		write(func(tx *Tx) error { return tx.Remove([]string{"b"}) })
		want("b", node.ID{}, false)
		add(t, db, "b")
		want("b", node.ID{}, true)
	}
	for n := range mostRoots + 10 {
		add(t, other, strconv.Itoa(n))
	}
	for n := range mostRoots + 10 {
		want(strconv.Itoa(n), node.ID{}, true)
	}
	if known := len(one.roots.known); known > mostRoots {
		t.Errorf("%d trees are remembered", known)
	}
}
