//go:build linux

package app

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// What a window writes once it is there fills no file that nobody sees.
func TestAWindowLetsGoOfItsLaunchersFile(t *testing.T) {
	stderr := int(os.Stderr.Fd())
	before, err := unix.Dup(stderr)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "said")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := unix.Dup3(int(file.Fd()), stderr, 0); err != nil {
		t.Fatal(err)
	}
	_, _ = os.Stderr.WriteString("a")
	failed := quieten()
	_, _ = os.Stderr.WriteString("b")
	if err := unix.Dup3(before, stderr, 0); err != nil {
		t.Fatal(err)
	}
	_ = unix.Close(before)
	if text, err := os.ReadFile(name); failed != nil || err != nil || string(text) != "a" {
		t.Errorf("the file has %q; %v, %v", text, failed, err)
	}
}
