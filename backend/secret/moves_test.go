package secret

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// errCrash is what everything gives after a crash.
var errCrash = errors.New("crashed")

// crash counts what is written and ends the process before step n.
type crash struct {
	*fake
	left int
}

func (c *crash) step() error {
	if c.left <= 0 {
		return errCrash
	}
	c.left--
	return nil
}

func (c *crash) Set(service, user, password string) error {
	if err := c.step(); err != nil {
		return err
	}
	return c.fake.Set(service, user, password)
}

func (c *crash) Delete(service, user string) error {
	if err := c.step(); err != nil {
		return err
	}
	return c.fake.Delete(service, user)
}

// A move that is interrupted before any one of its steps loses nothing, and can
// be made again.
func TestInterruptedMoves(t *testing.T) {
	values := map[string]string{"a": "1", "b": strings.Repeat("2", 5000), "c": "3"}
	moves := map[string]struct {
		prepare func(*Store) error
		move    func(*Store) error
	}{
		"keychain to passphrase": {
			func(*Store) error { return nil },
			func(s *Store) error { return s.UsePassphrase(context.Background(), phrase) },
		},
		"passphrase to keychain": {
			func(s *Store) error { return s.UsePassphrase(context.Background(), phrase) },
			func(s *Store) error { return s.UseKeychain(context.Background()) },
		},
		"passphrase to another": {
			func(s *Store) error { return s.UsePassphrase(context.Background(), phrase) },
			func(s *Store) error { return s.UsePassphrase(context.Background(), phrase) },
		},
		"large to larger": {
			func(*Store) error { return nil },
			func(s *Store) error { return s.store(context.Background(), "b", values["b"]) },
		},
	}
	for name, each := range moves {
		t.Run(name, func(t *testing.T) {
			for steps := 0; ; steps++ {
				path, k := quick(t), &fake{}
				s := at(path, k)
				for name, value := range values {
					put(t, s, name, value, InKeychain)
				}
				ok(t, each.prepare(s))
				c := &crash{fake: k, left: steps}
				dying := New(Options{Folder: path, Keychain: c, Reachable: reachableAlways, cost: cheap, before: func(string, string) error { return c.step() }})
				if dying.State().Locked {
					v, err := dying.readVault()
					ok(t, err)
					opened, err := dying.tryPassphrase(t.Context(), v, phrase)
					ok(t, err)
					dying.vault = opened // without the steps of Unlock
				}
				_ = each.move(dying) // a crash tells nobody
				finished := c.left > 0
				for round := range 2 {
					after := at(path, k)
					ok(t, after.Unlock(t.Context(), phrase))
					for name, value := range values {
						want(t, after, name, value)
					}
					if round == 0 {
						ok(t, each.move(after))
					}
				}
				sweeping := at(path, k)
				ok(t, sweeping.Unlock(t.Context(), phrase))
				ok(t, sweeping.UseKeychain(t.Context()))
				ageFiles(t, path)
				put(t, at(path, k), "d", "4", InKeychain)
				if files := onDisk(t, path, values["b"]); len(files) != 1 {
					t.Errorf("after %d steps: files %v", steps, files)
				}
				if t.Failed() || finished {
					t.Logf("%d steps", steps)
					return
				}
			}
		})
	}
}

// ageFiles makes files look as if the crash were long ago.
func ageFiles(t *testing.T, path string) {
	t.Helper()
	old := time.Now().Add(-time.Hour)
	entries, err := os.ReadDir(path)
	ok(t, err)
	for _, entry := range entries {
		ok(t, os.Chtimes(filepath.Join(path, entry.Name()), old, old))
	}
}

// Without its index nothing is taken for an orphan.
func TestLostIndex(t *testing.T) {
	for what, lose := range map[string]func(string) error{
		"deleted": os.Remove,
		"damaged": func(file string) error { return os.WriteFile(file, []byte("{"), 0o600) },
	} {
		t.Run(what, func(t *testing.T) {
			path, k := quick(t), &fake{}
			big := strings.Repeat("b", 5000)
			put(t, at(path, k), "a", big, InKeychain)
			ok(t, lose(filepath.Join(path, indexFile)))
			put(t, at(path, k), "b", "2", InKeychain)
			put(t, at(path, k), "c", "3", InKeychain)
			want(t, at(path, k), "a", big)
			if kept := at(path, k).State().Kept; kept != 3 {
				t.Errorf("kept %d", kept)
			}
		})
	}
}

// Any sequence of changes, moves and restarts is a map.
func TestStoreIsAMap(t *testing.T) {
	home := quick(t)
	rapid.Check(t, func(rt *rapid.T) {
		path, err := os.MkdirTemp(home, "")
		ok(t, err)
		k := &fake{}
		s := at(path, k)
		model := map[string]string{}
		names := rapid.SampledFrom([]string{"a", "account:github:github.com/1", "ü \x00"})
		rt.Repeat(map[string]func(*rapid.T){
			"set": func(rt *rapid.T) {
				name := names.Draw(rt, "name")
				value := strings.Repeat(rapid.StringN(1, 8, -1).Draw(rt, "value"), rapid.SampledFrom([]int{1, 1, 900}).Draw(rt, "times"))
				ok(t, s.Put(t.Context(), name, value))
				model[name] = value
			},
			"remove": func(rt *rapid.T) {
				name := names.Draw(rt, "name")
				ok(t, s.Remove(t.Context(), name))
				delete(model, name)
			},
			"passphrase": func(*rapid.T) { ok(t, s.UsePassphrase(t.Context(), phrase)) },
			"keychain":   func(*rapid.T) { ok(t, s.UseKeychain(t.Context())) },
			"restart": func(*rapid.T) {
				s = at(path, k)
				ok(t, s.Unlock(t.Context(), phrase))
			},
			"restart and set while locked": func(rt *rapid.T) {
				s = at(path, k)
				ok(t, s.Put(t.Context(), "a", "locked"))
				model["a"] = "locked"
				ok(t, s.Unlock(t.Context(), phrase))
			},
			"": func(rt *rapid.T) {
				for _, name := range slices.Sorted(maps.Keys(model)) {
					if got, err := s.Fresh(t.Context(), name); got != model[name] || err != nil {
						rt.Fatalf("%q: got %.20q, %v; want %.20q", name, got, err, model[name])
					}
				}
				if state := s.State(); state.Kept != len(model) || state.Undecided || state.Locked {
					rt.Fatalf("%+v; want %d", state, len(model))
				}
				large := 0
				if s.State().Place == InKeychain {
					for _, value := range model {
						if len(value) > keychainMost {
							large++
						}
					}
				}
				if files := s.folder.items(); len(files) != large {
					rt.Fatalf("%d files, want %d", len(files), large)
				}
			},
		})
	})
}
