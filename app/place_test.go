package app

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/keel-ide/keel/app/folder"
)

func TestPlaceFitsTheScreen(t *testing.T) {
	for _, test := range []struct {
		name     string
		at, want place
	}{
		{"fits", place{X: 10, Y: 20, Width: 800, Height: 600}, place{X: 10, Y: 20, Width: 800, Height: 600}},
		{"too far right and down", place{X: 1000, Y: 700, Width: 800, Height: 600}, place{X: 480, Y: 200, Width: 800, Height: 600}},
		{"on a screen that is gone", place{X: -1500, Y: 5000, Width: 800, Height: 600}, place{X: 0, Y: 200, Width: 800, Height: 600}},
		{"too large", place{X: 10, Y: 10, Width: 4000, Height: 3000, Maximised: true}, place{Width: 1280, Height: 800, Maximised: true}},
		{"too small", place{Width: 1, Height: 1}, place{Width: minWidth, Height: minHeight}},
	} {
		if got := test.at.within(1280, 800); got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.name, got, test.want)
		}
	}
}

func TestAWindowStartsWhereItsFolderWas(t *testing.T) {
	home := t.TempDir()
	paths := folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")}
	keep := func(file string, p place) {
		t.Helper()
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if p, known := startPlace(paths, nil); known || p.Width != defaultWidth {
		t.Errorf("the first start: %+v, %v", p, known)
	}
	keep(lastPlaceFile(paths), place{X: 5, Y: 6, Width: 900, Height: 700})
	if p, known := startPlace(paths, nil); !known || p != (place{X: 5 + shift, Y: 6 + shift, Width: 900, Height: 700}) {
		t.Errorf("a new folder: %+v, %v", p, known)
	}
	own := place{X: 1, Y: 2, Width: 1000, Height: 600, Maximised: true}
	keep(placeFile(paths, nil), own)
	if p, known := startPlace(paths, nil); !known || p != own {
		t.Errorf("a known folder: %+v, %v", p, known)
	}
	keep(placeFile(paths, nil), place{})
	if p, _ := startPlace(paths, nil); p.Width != 900 {
		t.Errorf("a place of no use: %+v", p)
	}
}
