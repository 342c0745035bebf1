//go:build unix

package settings

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A folder may pass a pipe off as its settings; reading it must not hang.
func TestPipeIsNotRead(t *testing.T) {
	p := newPlace(t)
	if err := os.MkdirAll(filepath.Dir(p.Workspace), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(p.Workspace, 0o644); err != nil {
		t.Fatal(err)
	}
	problems := p.open(t).Problems()
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "not a regular file") {
		t.Errorf("problems %+v", problems)
	}
}
