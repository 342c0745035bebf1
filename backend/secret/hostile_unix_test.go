//go:build unix

package secret

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// done fails a test whose work hangs.
func done(t *testing.T, what string, work func()) {
	t.Helper()
	ended := make(chan struct{})
	go func() { defer close(ended); work() }()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatalf("%s hangs", what)
	}
}

// Whatever stands in the place of a file of the store: no call hangs, and
// nothing outside of the folder is read as a secret or harmed.
func TestHostileFiles(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{placeFile, indexFile, vaultFile, lockFile, "0123456789abcdef0123456789abcdef.sealed"} {
		for kind, make := range map[string]func(path string) error{
			"pipe":         func(path string) error { return syscall.Mkfifo(path, 0o600) },
			"folder":       func(path string) error { return os.Mkdir(path, 0o700) },
			"endless link": func(path string) error { return os.Symlink("/dev/zero", path) },
			"circle":       func(path string) error { return os.Symlink(path, path) },
			"outside":      func(path string) error { return os.Symlink(outside, path) },
			"deep":         func(path string) error { return os.WriteFile(path, []byte(strings.Repeat("[", 1<<20)), 0o600) },
			"names": func(path string) error {
				return os.WriteFile(path, []byte(`{"version":1,"place":"../../x","names":{"../../x":["../outside","/etc/passwd","x.sealed"],"":[""]}}`), 0o600)
			},
			"memory bomb": func(path string) error {
				return os.WriteFile(path, []byte(`{"version":1,"kdf":"argon2id","time":4294967295,"memory":104857600,"threads":255,"salt":"AAAAAAAAAAAAAAAAAAAAAA==","check":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","nonce":"AAAAAAAAAAAAAAAA","sealed":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}`), 0o600)
			},
		} {
			t.Run(name+" "+kind, func(t *testing.T) {
				folder := t.TempDir()
				if err := make(filepath.Join(folder, name)); err != nil {
					t.Fatal(err)
				}
				done(t, "the store", func() {
					ctx := context.Background()
					s := New(Options{Folder: folder, Keychain: &fake{}, Reachable: func() error { return nil }, Limit: 2 * time.Second, cost: cost{Time: 1, Memory: 64, Threads: 1}})
					s.State()
					_, _ = s.Get(ctx, "a")
					_, _, _ = s.Set(ctx, "a", "value")
					_, _, _ = s.Set(ctx, "b", strings.Repeat("v", 5000))
					_ = s.Unlock(ctx, "wrong wrong wrong")
					_ = s.UsePassphrase(ctx, "right right right")
					_ = s.UseKeychain(ctx)
					_ = s.UseMemory(ctx)
					_ = s.Remove(ctx, "a")
					_ = s.Forget(ctx)
				})
				if left, err := os.ReadFile(outside); err != nil || string(left) != "precious" {
					t.Errorf("outside: %q %v", left, err)
					_ = os.WriteFile(outside, []byte("precious"), 0o600)
				}
			})
		}
	}
}
