//go:build unix

package audit_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/audit"
)

func TestALockedOrFullLogSaysSo(t *testing.T) {
	dir := t.TempDir()
	log := open(t, dir, audit.Options{LockLimit: time.Millisecond})
	other, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := syscall.Flock(int(other.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if _, err := log.Append(t.Context(), decision("s", "c", "allow", "read", "")); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("locked: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := log.Append(ctx, decision("s", "c", "allow", "read", "")); err == nil {
		t.Error("locked and cancelled: no error")
	}
	if err := syscall.Flock(int(other.Fd()), syscall.LOCK_UN); err != nil {
		t.Fatal(err)
	}
	add(t, log, decision("s", "c", "allow", "read", ""))
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := log.Append(t.Context(), decision("s", "c", "allow", "read", "")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("folder gone: %v", err)
	}
}
