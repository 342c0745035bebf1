package instance

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A start meets one that owns the claim and does not listen yet, or no more.
func TestClaimOrTellOutlastsStartAndEnd(t *testing.T) {
	held := func(t *testing.T, folder string) *os.File {
		t.Helper()
		lock, err := os.OpenFile(filepath.Join(folder, "window.lock"), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if err := tryLock(lock); err != nil {
			t.Fatal(err)
		}
		return lock
	}
	t.Run("the other one ends", func(t *testing.T) {
		t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
		folder := t.TempDir()
		lock := held(t, folder)
		claim, err := claimOrTell(t.Context(), folder, Request{}, nil, lock.Close)
		if claim == nil || err != nil {
			t.Fatalf("got %v, %v; want the claim", claim, err)
		}
		if err := claim.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Run("the other one starts", func(t *testing.T) {
		t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
		folder := t.TempDir()
		lock := held(t, folder)
		got := make(chan Request, 1)
		var other *Instance
		claim, err := claimOrTell(t.Context(), folder, Request{Path: "/x"}, nil, func() error {
			closed := lock.Close()
			claimed, err := Claim(folder, func(r Request) { got <- r })
			other = claimed
			return errors.Join(closed, err)
		})
		if claim != nil || err != nil {
			t.Fatalf("got %v, %v; want the request handed on", claim, err)
		}
		if r := <-got; r.Path != "/x" {
			t.Errorf("handed on %+v", r)
		}
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Run("the other one hangs", func(t *testing.T) {
		t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
		folder := t.TempDir()
		lock := held(t, folder)
		defer lock.Close()
		ctx, cancel := context.WithCancel(t.Context())
		claim, err := claimOrTell(ctx, folder, Request{}, nil, func() error {
			cancel()
			return ctx.Err()
		})
		if claim != nil || err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("got %v, %v; want what kept it from being reached", claim, err)
		}
	})
}
