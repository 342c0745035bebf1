package secret

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const phrase = "a long passphrase"

// cheap is the least that a file may ask for.
var cheap = cost{Time: 1, Memory: 64, Threads: 1}

func reachableAlways() error { return nil }

// at opens a store, as a start of Keel does.
func at(path string, k Keychain) *Store {
	return New(Options{Folder: path, Keychain: k, Reachable: reachableAlways, Limit: 20 * time.Second, cost: cheap})
}

// quick is a folder in memory, where the system has one: nothing that happens in
// a process shows whether a file was synced to a disk, and that is what tests that
// write thousands of files wait for.
func quick(t testing.TB) string {
	t.Helper()
	path, err := os.MkdirTemp("/dev/shm", "keel-secret-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { ok(t, os.RemoveAll(path)) })
	return path
}

func want(t testing.TB, s *Store, name, value string) {
	t.Helper()
	if got, err := s.Fresh(context.Background(), name); got != value || err != nil {
		t.Errorf("%s: got %.40q, %v; want %.40q", name, got, err, value)
	}
}

func put(t testing.TB, s *Store, name, value string, place Place) {
	t.Helper()
	got, why, err := s.Set(context.Background(), name, value)
	if got != place || err != nil || place != InMemory && why != nil {
		t.Fatalf("%s is kept in %q, %v, %v; want %q", name, got, why, err, place)
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// onDisk returns the names of the sealed files, after checking that no file
// holds a secret and that all are their owner's alone.
func onDisk(t testing.TB, path string, secrets ...string) []string {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	var sealed []string
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(path, entry.Name()))
		ok(t, err)
		info, err := entry.Info()
		ok(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", entry.Name(), info.Mode())
		}
		for _, secret := range secrets {
			if bytes.Contains(data, []byte(secret)) {
				t.Errorf("%s holds a secret", entry.Name())
			}
		}
		if isItemFile(entry.Name()) {
			sealed = append(sealed, entry.Name())
		}
	}
	return sealed
}

func TestPassphrase(t *testing.T) {
	path, k := t.TempDir(), &fake{err: errors.New("no service")}
	s := at(path, k)
	put(t, s, "a", "k-secret-1", InMemory)
	if state := s.State(); !state.Undecided || state.Place != InKeychain || state.Message == "" {
		t.Errorf("%+v", state)
	}
	if err := s.UsePassphrase(t.Context(), "short"); !errors.Is(err, ErrPassphrase) || !wellSaid(err) {
		t.Errorf("short: %v", err)
	}
	ok(t, s.UsePassphrase(t.Context(), phrase))
	big := strings.Repeat("k-secret-2", 20_000)
	put(t, s, "b", big, InPassphrase)
	want(t, s, "a", "k-secret-1")
	if state := s.State(); state != (State{Seq: state.Seq, Place: InPassphrase, Kept: 2}) {
		t.Errorf("%+v", state)
	}
	onDisk(t, path, "k-secret", phrase)

	s = at(path, k)
	if state := s.State(); !state.Locked || state.Message == "" || state.Undecided {
		t.Errorf("%+v", state)
	}
	if _, err := s.Get(t.Context(), "a"); !errors.Is(err, ErrLocked) || !wellSaid(err) {
		t.Errorf("locked: %v", err)
	}
	put(t, s, "c", "k-secret-3", InMemory) // and into the file after unlocking
	want(t, s, "c", "k-secret-3")
	if err := s.Remove(t.Context(), "b"); !errors.Is(err, ErrLocked) {
		t.Errorf("removing: %v", err)
	}
	if err := s.UseKeychain(t.Context()); !errors.Is(err, ErrLocked) {
		t.Errorf("moving: %v", err)
	}
	if err := s.Unlock(t.Context(), phrase+"!"); !errors.Is(err, ErrPassphrase) || !wellSaid(err) {
		t.Errorf("a wrong one: %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Unlock(cancelled, phrase); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	ok(t, s.Unlock(t.Context(), phrase))
	for range 2 {
		want(t, s, "a", "k-secret-1")
		want(t, s, "b", "")
		want(t, s, "c", "k-secret-3")
		s = at(path, k)
		ok(t, s.Unlock(t.Context(), phrase))
	}
	ok(t, s.UsePassphrase(t.Context(), "another passphrase"))
	s = at(path, k)
	if err := s.Unlock(t.Context(), phrase); !errors.Is(err, ErrPassphrase) {
		t.Errorf("the old one: %v", err)
	}
	ok(t, s.Forget(t.Context()))
	want(t, at(path, &fake{}), "a", "")
	if state := s.State(); state.Place != InKeychain || state.Locked {
		t.Errorf("%+v", state)
	}
}

// The same letters, typed as other bytes, are the same passphrase.
func TestPassphraseLetters(t *testing.T) {
	path := t.TempDir()
	ok(t, at(path, &fake{}).UsePassphrase(t.Context(), "schl\u00fcsselbund"))
	ok(t, at(path, &fake{}).Unlock(t.Context(), "schlu\u0308sselbund"))
}

func TestTamperedPassphraseFile(t *testing.T) {
	path := t.TempDir()
	s := at(path, &fake{})
	ok(t, s.UsePassphrase(t.Context(), phrase))
	put(t, s, "a", "k", InPassphrase)
	file := filepath.Join(path, vaultFile)
	good, err := os.ReadFile(file)
	ok(t, err)
	for old, changed := range map[string]string{
		`"memory":64`: `"memory":104857600`, `"time":1`: `"time":4000000`, `"threads":1`: `"threads":200`,
		`"version":1`: `"version":2`, `argon2id`: `none`, `"sealed":"`: `"sealed":"AAAA`, `{`: `[`,
	} {
		bad := bytes.Replace(good, []byte(old), []byte(changed), 1)
		if bytes.Equal(bad, good) {
			t.Fatalf("%s is not in %s", old, good)
		}
		ok(t, os.WriteFile(file, bad, 0o600))
		locked := at(path, &fake{})
		if err := locked.Unlock(t.Context(), phrase); !errors.Is(err, ErrDamaged) || !wellSaid(err) {
			t.Errorf("%s: %v", changed, err)
		}
		if state := locked.State(); state.Message == "" || state.Place != InPassphrase {
			t.Errorf("%s: %+v", changed, state)
		}
		now, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(now, bad) {
			t.Errorf("%s: the file was changed, %v", changed, err)
		}
	}
	// Cheaper parameters make another key.
	ok(t, os.WriteFile(file, bytes.Replace(good, []byte(`"memory":64`), []byte(`"memory":65`), 1), 0o600))
	if err := at(path, &fake{}).Unlock(t.Context(), phrase); !errors.Is(err, ErrPassphrase) {
		t.Errorf("other parameters: %v", err)
	}
	ok(t, os.WriteFile(file, good, 0o600))
	s = at(path, &fake{})
	ok(t, s.Unlock(t.Context(), phrase))
	want(t, s, "a", "k")
}

// Two processes: what one of them changes the other one sees.
func TestTwoProcesses(t *testing.T) {
	path, k := t.TempDir(), &fake{}
	one, two := at(path, k), at(path, k)
	put(t, one, "a", "1", InKeychain)
	want(t, two, "a", "1")
	ok(t, one.UsePassphrase(t.Context(), phrase))
	if _, err := two.Get(t.Context(), "a"); !errors.Is(err, ErrLocked) {
		t.Errorf("moved: %v", err)
	}
	ok(t, two.Unlock(t.Context(), phrase))
	var group sync.WaitGroup
	for i, s := range []*Store{one, two} {
		group.Go(func() {
			for n := range 20 {
				if _, why, err := s.Set(t.Context(), string(rune('a'+i))+string(rune('a'+n)), "v"); why != nil || err != nil {
					t.Error(why, err)
				}
			}
		})
	}
	group.Wait()
	if a, b := one.State().Kept, two.State().Kept; a != 41 || b != 41 {
		t.Errorf("kept %d and %d", a, b)
	}
	ok(t, two.UseKeychain(t.Context()))
	want(t, one, "a", "1")
	if got := one.State(); got.Place != InKeychain || got.Kept != 41 {
		t.Errorf("%+v", got)
	}
	ok(t, one.UsePassphrase(t.Context(), "another passphrase"))
	if !two.State().Locked {
		t.Error("open with a passphrase that was never given")
	}
}

// Undecided ends when the keychain answers after all, or the person chooses.
func TestUndecided(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &fake{hang: make(chan struct{})}
		changes := 0
		s := New(Options{Keychain: k, Reachable: reachableAlways, Changed: func() { changes++ }})
		put(t, s, "a", "k", InMemory)
		if state := s.State(); !state.Undecided || !state.Locked || changes == 0 {
			t.Errorf("%+v after %d changes", state, changes)
		}
		close(k.hang)
		synctest.Wait()
		if state := s.State(); state.Undecided {
			t.Errorf("%+v", state)
		}
		want(t, s, "a", "k")
	})
	path, k := t.TempDir(), &fake{err: errors.New("none")}
	s := at(path, k)
	put(t, s, "a", "k", InMemory)
	ok(t, s.UseMemory(t.Context()))
	if state := s.State(); state.Undecided || state.Place != InMemory || state.Kept != 1 {
		t.Errorf("%+v", state)
	}
	if again := at(path, k); again.State().Place != InMemory {
		t.Errorf("after a restart: %+v", again.State())
	}
	if err := s.UseKeychain(t.Context()); !wellSaid(err) || s.State().Place != InMemory {
		t.Errorf("%v, %+v", err, s.State())
	}
	k.err = nil
	ok(t, s.UseKeychain(t.Context()))
	want(t, at(path, k), "a", "k")
}

func TestLearned(t *testing.T) {
	path, k := t.TempDir(), &fake{}
	s := at(path, k)
	put(t, s, "a", "k1", InKeychain)
	ok(t, s.UsePassphrase(t.Context(), phrase))
	var learned []string
	again := New(Options{Folder: path, Keychain: k, Reachable: reachableAlways, cost: cheap, Learned: func(value string) { learned = append(learned, value) }})
	ok(t, again.Unlock(t.Context(), phrase))
	if !slices.Contains(learned, "k1") || slices.Contains(learned, phrase) {
		t.Errorf("learned %q", learned)
	}
}

func TestNames(t *testing.T) {
	path, k := quick(t), &fake{}
	s := at(path, k)
	check := func(s *Store, prefix string, want ...string) {
		t.Helper()
		if got := s.Names(prefix); !slices.Equal(got, want) {
			t.Errorf("names with %q: %q, want %q", prefix, got, want)
		}
	}
	check(s, "")
	put(t, s, "a:1", "x", InKeychain)
	put(t, s, "a:2", strings.Repeat("large", 1000), InKeychain)
	put(t, s, "b:1", "x", InKeychain)
	check(s, "a:", "a:1", "a:2")
	check(at(path, k), "", "a:1", "a:2", "b:1") // after a restart
	ok(t, s.Remove(t.Context(), "a:1"))
	check(s, "a:", "a:2")

	ok(t, s.UsePassphrase(t.Context(), phrase))
	put(t, s, "a:3", "x", InPassphrase)
	check(s, "a:", "a:2", "a:3")
	again := at(path, k)
	check(again, "")
	put(t, again, "a:4", "x", InMemory) // until it is unlocked
	check(again, "", "a:4")
	ok(t, again.Unlock(t.Context(), phrase))
	check(again, "", "a:2", "a:3", "a:4", "b:1")
}
