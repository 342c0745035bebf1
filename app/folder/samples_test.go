package folder_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
)

func TestSample(t *testing.T) {
	f := &folder.Folder{} // it needs nothing of an opened one
	below := t.TempDir()
	at, err := f.Sample(t.Context(), below)
	if err != nil {
		t.Fatal(err)
	}
	if want := (wire.SamplePlace{Path: filepath.Join(below, "Keel Sample")}); at != want {
		t.Errorf("it would go to %+v, want %+v", at, want)
	}
	if err := f.WriteSample(t.Context(), at.Path); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(at.Path, "calc.go")); err != nil {
		t.Error(err)
	}
	for path, code := range map[string]wire.Code{at.Path: wire.CodeExists, "below": wire.CodeInvalid, "": wire.CodeInvalid} {
		refused, ok := errors.AsType[*wire.Error](f.WriteSample(t.Context(), path))
		if !ok || refused.Code != code {
			t.Errorf("writing to %q gave %+v", path, refused)
		}
	}
	now, err := f.Sample(t.Context(), below)
	if err != nil {
		t.Fatal(err)
	}
	if want := (wire.SamplePlace{Path: at.Path + " 2", Existing: at.Path}); now != want {
		t.Errorf("then it would go to %+v, want %+v", now, want)
	}
}
