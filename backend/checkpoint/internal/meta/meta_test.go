package meta

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"zombiezen.com/go/sqlite"

	"github.com/keel-ide/keel/backend/checkpoint/internal/fault"
)

func open(t testing.TB, path string) *DB {
	t.Helper()
	db, err := Open(path, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func add(t testing.TB, db *DB, id string) {
	t.Helper()
	row := Row{ID: id, Reason: "manual"}
	if err := db.Write(func(tx *Tx) error { return tx.Add(&row) }); err != nil {
		t.Fatal(err)
	}
}

func ids(t testing.TB, db *DB) []string {
	t.Helper()
	var out []string
	err := db.Read(t.Context(), func(tx *Tx) error {
		rows, err := tx.List()
		for _, row := range rows {
			out = append(out, row.ID)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestWithoutRoomToConnect does as if there were no room for a connection that
// others can share.
func TestWithoutRoomToConnect(t *testing.T) {
	path := filepath.Join(t.TempDir(), "meta.db")
	db := open(t, path)
	add(t, db, "one")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	full := true
	db, err := Open(path, &fault.Calls{Fail: func(call string) error {
		if full && call == "connect database" {
			return syscall.ENOSPC
		}
		return nil
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if got := ids(t, db); len(got) != 1 {
		t.Errorf("read: %q", got)
	}
	add(t, db, "two") // there may be room for the log all the same
	full = false
	add(t, db, "three")
	if db.tight {
		t.Error("there is room again, and others are still kept out")
	}
	if got := ids(t, db); len(got) != 3 {
		t.Errorf("read: %q", got)
	}
}

// TestRemovedParents lets what stays descend from the nearest that stays.
func TestRemovedParents(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "meta.db"))
	defer db.Close()
	err := db.Write(func(tx *Tx) error {
		for id, parent := range map[string]string{"a": "", "b": "a", "c": "b", "d": "c", "e": "b", "f": "e", "x": "y", "y": "x", "z": "x"} {
			if err := tx.Add(&Row{ID: id, Parent: parent, Reason: "manual"}); err != nil {
				return err
			}
		}
		return tx.Remove([]string{"b", "c", "a", "none", "x", "y"})
	})
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]string
	err = db.Read(t.Context(), func(tx *Tx) (err error) {
		got, err = tx.parents()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	delete(got, "z") // whose line was a circle
	if d := cmp.Diff(map[string]string{"d": "", "e": "", "f": "e"}, got); d != "" {
		t.Errorf("parents (-want +got):\n%s", d)
	}
}

// TestRemovalsUseIndexes keeps the removal of one checkpoint from looking at all.
func TestRemovalsUseIndexes(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "meta.db"))
	defer db.Close()
	for _, query := range append(removals[:], `UPDATE checkpoint SET parent=?1, header=NULL WHERE id=?1`) {
		var plan []string
		err := db.Read(t.Context(), func(tx *Tx) error {
			return tx.each("EXPLAIN QUERY PLAN "+query, func(s *sqlite.Stmt) error {
				plan = append(plan, s.GetText("detail"))
				return nil
			}, "one")
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(plan) == 0 || slices.ContainsFunc(plan, func(step string) bool { return !strings.HasPrefix(step, "SEARCH ") }) {
			t.Errorf("%s: %q", query, plan)
		}
	}
}

// BenchmarkRemove forgets half of 10,000 checkpoints.
func BenchmarkRemove(b *testing.B) {
	const all = 10_000
	for b.Loop() {
		b.StopTimer()
		db := open(b, filepath.Join(b.TempDir(), "meta.db"))
		var going []string
		err := db.Write(func(tx *Tx) error {
			for i := range all {
				if i%2 == 1 {
					going = append(going, fmt.Sprint(i))
				}
				if err := tx.Add(&Row{ID: fmt.Sprint(i), Parent: fmt.Sprint(i - 1), Reason: "manual"}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if err := db.Write(func(tx *Tx) error { return tx.Remove(going) }); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
