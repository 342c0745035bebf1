package session

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDraftParts(t *testing.T) {
	store, dir := newStore(t)
	journal, created, err := store.Create(t.Context(), Session{})
	if err != nil {
		t.Fatal(err)
	}
	if err := journal.Close(); err != nil {
		t.Fatal(err)
	}
	none := DraftParts{References: []Reference{}, Images: []Image{}}
	parts := DraftParts{
		References: []Reference{{ID: "a", Kind: ReferenceFile, Name: "a.go", Path: "a.go"}},
		Images:     []Image{{Name: "shot", MediaType: "image/png", Data: []byte{1, 2}}},
	}
	want := func(what string, want DraftParts) {
		t.Helper()
		got, err := store.DraftParts(t.Context(), created.ID)
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", what, d)
		}
	}
	save := func(parts DraftParts) error { return store.SaveDraftParts(t.Context(), created.ID, parts) }
	path := filepath.Join(dir, created.ID+partsExtension)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	want("at first", none)
	check(save(parts))
	want("kept", parts)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := save(DraftParts{Images: make([]Image, MaxImages+1)}); !errors.Is(err, ErrDraftTooLarge) {
		t.Errorf("too many images: %v", err)
	}
	if err := save(DraftParts{Images: []Image{{Data: make([]byte, MaxImageBytes+1)}}}); !errors.Is(err, ErrDraftTooLarge) {
		t.Errorf("a large image: %v", err)
	}
	if _, ok := errors.AsType[*ReferenceError](save(DraftParts{References: []Reference{{ID: "a", Kind: "no"}}})); !ok {
		t.Error("a reference that cannot be was kept")
	}
	want("after refusals", parts)

	check(store.Delete(t.Context(), created.ID))
	if _, err := store.DraftParts(t.Context(), created.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("of a deleted session: %v", err)
	}
	if err := save(none); !errors.Is(err, ErrNotFound) {
		t.Errorf("for a deleted session: %v", err)
	}
	check(store.Restore(t.Context(), created.ID))
	want("back again", parts)
	if list, err := store.List(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("the list is %+v, %v", list, err)
	}

	check(os.WriteFile(path, []byte(`{"references":[{"id":`), 0o600))
	want("damaged", none)
	if _, err := os.Stat(path + damagedExtension); err != nil {
		t.Error(err)
	}
	check(save(parts))
	check(save(DraftParts{}))
	want("emptied", none)
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
	for _, id := range []string{"../x", "", "other"} {
		if err := store.SaveDraftParts(t.Context(), id, parts); !errors.Is(err, ErrNotFound) {
			t.Errorf("session %q: %v", id, err)
		}
	}
}
