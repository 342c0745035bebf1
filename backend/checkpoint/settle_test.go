//go:build unix

package checkpoint

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
)

// displaced is a store that keeps what a restore has just displaced.
type displaced struct {
	store     *Store
	dir, root string
	undo      string
	now       time.Time
	late      *os.File // the displaced file, still open for writing
}

func newDisplaced(t *testing.T, o Options) *displaced {
	t.Helper()
	d := &displaced{dir: t.TempDir(), root: t.TempDir(), now: time.Now()}
	if o.Now == nil {
		o.Now = func() time.Time { return d.now }
	}
	path := filepath.Join(d.root, "log")
	put(t, path, "1")
	var err error
	if d.store, err = Open(t.Context(), d.dir, d.root, o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.store.Close() })
	made, err := d.store.Create(t.Context(), CreateRequest{})
	if err != nil {
		t.Fatal(err)
	}
	put(t, path, "2")
	if d.late, err = os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.late.Close() })
	result, err := d.store.Restore(t.Context(), RestoreRequest{ID: made.ID})
	if err != nil {
		t.Fatal(err)
	}
	d.undo = result.Undo
	return d
}

// TestAStageWrittenDownAsAbsolute settles a journal as they were written before.
func TestAStageWrittenDownAsAbsolute(t *testing.T) {
	d := newDisplaced(t, Options{Grace: time.Hour})
	if _, err := d.late.WriteString(" and late"); err != nil {
		t.Fatal(err)
	}
	absolute := filepath.Join(d.dir, stageName, d.undo)
	err := d.store.db.Write(func(tx *meta.Tx) error {
		body, err := tx.RestoreBody(d.undo)
		if err != nil {
			return err
		}
		var j map[string]any
		if err := json.Unmarshal(body, &j); err != nil {
			return err
		}
		if got := j["stage"]; got != "stage/"+d.undo {
			t.Errorf("written down: %q", got)
		}
		j["stage"] = absolute
		if body, err = json.Marshal(j); err != nil {
			return err
		}
		return tx.SetRestore(meta.Restore{ID: d.undo, Phase: string(applied), Body: body})
	})
	if err != nil {
		t.Fatal(err)
	}
	d.now = d.now.Add(2 * time.Hour)
	if _, err := d.store.Create(t.Context(), CreateRequest{}); err != nil {
		t.Fatal(err)
	}
	if shown, err := d.store.Show(t.Context(), d.undo); err != nil || len(shown.Late) != 1 {
		t.Errorf("late: %q, %v", shown.Late, err)
	}
	if _, err := os.Stat(absolute); err == nil {
		t.Error("the stage is still there")
	}
}

// TestAStageElsewhereIsDamage keeps a journal from naming any folder it likes.
func TestAStageElsewhereIsDamage(t *testing.T) {
	s := &Store{dir: t.TempDir()}
	for _, at := range []string{"../elsewhere", "", "stage/../../x"} {
		if j, err := s.readJournal(meta.Restore{Body: []byte(`{"stage":"` + at + `"}`)}); !errors.Is(err, ErrDamaged) {
			t.Errorf("%q: %+v, %v", at, j, err)
		}
	}
}

// TestLateChangesAreTriedAgain cannot take them in at first, and asks for nothing
// else afterwards.
func TestLateChangesAreTriedAgain(t *testing.T) {
	failures := make(chan struct{}, 1)
	failures <- struct{}{}
	d := newDisplaced(t, Options{Now: time.Now, Grace: 20 * time.Millisecond, Faults: Faults{Read: func(path string) error {
		if path != "0" { // the slot in the stage
			return nil
		}
		select {
		case <-failures:
			return errors.New("not now")
		default:
			return nil
		}
	}}})
	events := d.store.Subscribe(t.Context())
	if _, err := d.late.WriteString(" and late"); err != nil {
		t.Fatal(err)
	}
	for {
		e, err := events.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if e.Notice != nil && e.Notice.Kind == LateChange {
			break
		}
	}
	if len(failures) > 0 {
		t.Error("it did not fail at first")
	}
	if shown, err := d.store.Show(t.Context(), d.undo); err != nil || len(shown.Late) != 1 || shown.Restore != "done" {
		t.Errorf("details: %+v, %v", shown, err)
	}
}

// TestWritingIntoADisplacedFolder has a program go on in a folder that a restore
// has replaced by a file: the whole folder is kept, and that is said.
func TestWritingIntoADisplacedFolder(t *testing.T) {
	for name, writes := range map[string]bool{"it goes on": true, "it is quiet": false} {
		t.Run(name, func(t *testing.T) {
			now := time.Now().Add(-time.Hour)
			root, dir := t.TempDir(), t.TempDir()
			store, err := Open(t.Context(), dir, root, Options{Now: func() time.Time { return now }, Grace: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			place := filepath.Join(root, "build")
			put(t, place, "a file")
			made, err := store.Create(t.Context(), CreateRequest{})
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(place); err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(place, "deep", "old"), "old")
			program, err := os.OpenRoot(filepath.Join(place, "deep"))
			if err != nil {
				t.Fatal(err)
			}
			defer program.Close()
			for _, path := range []string{"deep/old", "deep", "."} {
				before := now.Add(-time.Hour)
				if err := os.Chtimes(filepath.Join(place, path), before, before); err != nil {
					t.Fatal(err)
				}
			}
			result, err := store.Restore(t.Context(), RestoreRequest{ID: made.ID})
			if err != nil || len(result.Conflicts) > 0 {
				t.Fatal(result, err)
			}
			if writes {
				if err := program.WriteFile("new", []byte("late"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			now = now.Add(2 * time.Minute)
			if _, err := store.Create(t.Context(), CreateRequest{}); err != nil {
				t.Fatal(err)
			}
			kept, err := filepath.Glob(filepath.Join(dir, stageName, result.Undo, "*", "deep", "new"))
			if err != nil || len(kept) == 1 != writes {
				t.Errorf("kept: %q, %v", kept, err)
			}
			stages, err := os.ReadDir(filepath.Join(dir, stageName))
			if err != nil || len(stages) == 1 != writes {
				t.Errorf("stages: %v, %v", stages, err)
			}
			store.unread.mu.Lock()
			told := store.unread.notices
			store.unread.mu.Unlock()
			if said := len(told) == 1 && told[0].Kind == LateChange && strings.Contains(told[0].Text, result.Undo); said != writes {
				t.Errorf("said: %+v", told)
			}
			if shown, err := store.Show(t.Context(), result.Undo); err != nil || shown.Restore != "done" {
				t.Errorf("details: %+v, %v", shown, err)
			}
		})
	}
}

// TestClosingWhileAnotherIsAtWork leaves the files of a faster start alone: what
// this one knows may not be so any more.
func TestClosingWhileAnotherIsAtWork(t *testing.T) {
	for name, busy := range map[string]bool{"at work": true, "idle": false} {
		t.Run(name, func(t *testing.T) {
			root, dir := t.TempDir(), t.TempDir()
			put(t, filepath.Join(root, "a"), "1")
			store, err := Open(t.Context(), dir, root, Options{LockWait: time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := store.Create(t.Context(), CreateRequest{}); err != nil {
				t.Fatal(err)
			}
			if busy {
				unlock, err := (&Store{dir: dir}).exclude(t.Context(), time.Millisecond)
				if err != nil {
					t.Fatal(err)
				}
				defer unlock()
			}
			if err := store.Close(); err != nil {
				t.Fatal(err)
			}
			for _, pattern := range []string{cacheName, packsName + "/*.idx"} {
				written, err := filepath.Glob(filepath.Join(dir, pattern))
				if err != nil || len(written) == 1 == busy {
					t.Errorf("written: %q, %v", written, err)
				}
			}
		})
	}
}
