package folder_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/keel-ide/keel/app/folder"
)

func TestDataIsClosedToOthersAgain(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("folders have no such mode there")
	}
	home := t.TempDir()
	paths := folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")}
	if err := paths.Make(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(paths.Data, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := paths.Make(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(paths.Data)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o700 {
		t.Errorf("the data folder has mode %o", mode)
	}
}
