//go:build unix

package checkpoint

import (
	"os"
	"path/filepath"
	"testing"
)

// TestOpenFolderFollowsNoLink swaps a folder for a link to another one and back
// as fast as it can, while it is opened again and again.
func TestOpenFolderFollowsNoLink(t *testing.T) {
	top := t.TempDir()
	at := func(name string) string { return filepath.Join(top, name) }
	for _, path := range []string{"inside", "outside"} {
		if err := os.MkdirAll(at(path), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(at("outside/marker"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("outside", at("link")); err != nil {
		t.Fatal(err)
	}
	stop, stopped := make(chan struct{}), make(chan error, 1)
	go func() {
		for {
			select {
			case <-stop:
				stopped <- nil
				return
			default:
			}
			for _, pair := range [][2]string{{"inside", "name"}, {"name", "inside"}, {"link", "name"}, {"name", "link"}} {
				if err := os.Rename(at(pair[0]), at(pair[1])); err != nil {
					stopped <- err
					return
				}
			}
		}
	}()
	root, err := os.OpenRoot(top)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	opened := 0
	for range 20_000 {
		folder, err := openFolder(root, "name")
		if err != nil {
			continue
		}
		opened++
		if _, err := folder.Lstat("marker"); err == nil {
			t.Error("the link was followed")
		}
		if err := folder.Close(); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	if opened == 0 {
		t.Error("the folder was never there to open")
	}
}
