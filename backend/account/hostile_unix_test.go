//go:build unix

package account_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/keel-ide/keel/backend/account"
)

// A pipe in the place of the list is set aside; reading it must not hang.
func TestHostilePipe(t *testing.T) {
	w := newWorld(t)
	if err := os.MkdirAll(filepath.Dir(w.file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(w.file, 0o600); err != nil {
		t.Fatal(err)
	}
	a := w.open(t, nil)
	said(t, a.State().Problem, nil)
	signIn(t, a, account.Request{Kind: account.GitHub})
}
