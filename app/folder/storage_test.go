package folder_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/folder"
)

func TestStorageKeepsWhatItWasGiven(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sub", "layout.json")
	files := map[string]string{"workspace": file}
	storage := folder.NewStorage(files)
	if err := storage.Update(t.Context(), "workspace", map[string]string{"a": "1", "b": "2"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := storage.Update(t.Context(), "workspace", map[string]string{"a": "3"}, []string{"b", "never there"}); err != nil {
		t.Fatal(err)
	}
	got, err := folder.NewStorage(files).Load(t.Context(), "workspace")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]string{"a": "3"}, got); d != "" {
		t.Errorf("after opening again (-want +got):\n%s", d)
	}
}

func TestStorageSetsABrokenFileAside(t *testing.T) {
	file := filepath.Join(t.TempDir(), "layout.json")
	if err := os.WriteFile(file, []byte(`{"a": "1"`), 0o600); err != nil {
		t.Fatal(err)
	}
	storage := folder.NewStorage(map[string]string{"workspace": file})
	got, err := storage.Load(t.Context(), "workspace")
	if err != nil || len(got) != 0 {
		t.Fatalf("loading a broken file gave %v, %v; want an empty start", got, err)
	}
	kept, err := os.ReadFile(file + ".broken")
	if err != nil || string(kept) != `{"a": "1"` {
		t.Errorf("the broken file was not kept: %q, %v", kept, err)
	}
}

func TestStorageOfAnUnknownScopeIsAnError(t *testing.T) {
	if _, err := folder.NewStorage(nil).Load(t.Context(), "nonsense"); err == nil {
		t.Error("loading an unknown scope gave no error")
	}
}
