package secret

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
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

func TestLargeSecret(t *testing.T) {
	path, k := filepath.Join(t.TempDir(), "secrets"), &fake{}
	s := at(path, k)
	big := strings.Repeat("secret!", 200_000/7)
	put(t, s, "account:x", big, InKeychain)
	want(t, at(path, k), "account:x", big)
	first := onDisk(t, path, "secret!secret!")
	if len(first) != 1 || strings.Contains(first[0], "account") {
		t.Fatalf("files %v", first)
	}
	put(t, s, "account:x", big+"2", InKeychain)
	want(t, at(path, k), "account:x", big+"2")
	if second := onDisk(t, path, "secret!secret!"); len(second) != 1 || second[0] == first[0] {
		t.Errorf("replaced: files %v", second)
	}
	put(t, s, "account:x", "small", InKeychain)
	if left := onDisk(t, path); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	put(t, s, "account:x", big, InKeychain)
	ok(t, s.Remove(t.Context(), "account:x"))
	want(t, at(path, k), "account:x", "")
	if left := onDisk(t, path); len(left) > 0 || len(k.kept) > 0 || s.State().Kept != 0 {
		t.Errorf("left over: %v, %d in the keychain, %+v", left, len(k.kept), s.State())
	}
	if _, _, err := s.Set(t.Context(), "a", strings.Repeat("x", largest+1)); !wellSaid(err) {
		t.Errorf("too large: %v", err)
	}
}

// A secret that looks like a pointer to a file is a secret all the same.
// The form on the disk knows text only: other names would come back as one.
func TestHostileNames(t *testing.T) {
	s := at(t.TempDir(), &fake{})
	for _, name := range []string{"\xff", "a\xfe", strings.Repeat("n", 5000)} {
		if _, _, err := s.Set(t.Context(), name, "value"); err == nil {
			t.Errorf("%.10q was taken", name)
		}
	}
	for _, name := range []string{"", "\x00", "../../x", "a\nb"} {
		put(t, s, name, "value", InKeychain)
		want(t, s, name, "value")
	}
}

func TestSecretLikeAPointer(t *testing.T) {
	path, k := t.TempDir(), &fake{}
	where, _, err := sealItem("a", "b")
	ok(t, err)
	for _, value := range []string{where.String(), pointerStart, pointerOne + "../../../etc/passwd:AAAA", "\xff\x00"} {
		put(t, at(path, k), "a", value, InKeychain)
		want(t, at(path, k), "a", value)
	}
}

func TestDamagedAndExchangedFiles(t *testing.T) {
	path, k := t.TempDir(), &fake{}
	s := at(path, k)
	one, two := strings.Repeat("1", 5000), strings.Repeat("2", 5000)
	put(t, s, "one", one, InKeychain)
	file := onDisk(t, path)[0]
	old, err := os.ReadFile(filepath.Join(path, file))
	ok(t, err)
	put(t, s, "two", two, InKeychain)
	put(t, s, "one", one+"new", InKeychain)
	files := onDisk(t, path)
	list, err := s.folder.readIndex()
	ok(t, err)
	mine, other := list.Names["one"][0], list.Names["two"][0]
	good, err := os.ReadFile(filepath.Join(path, mine))
	ok(t, err)
	foreign, err := os.ReadFile(filepath.Join(path, other))
	ok(t, err)
	flipped := bytes.Clone(good)
	flipped[len(flipped)-1] ^= 1
	later := bytes.Clone(good)
	later[len(itemMagic)]++
	for what, data := range map[string][]byte{
		"cut": good[:len(good)/2], "flipped": flipped, "empty": {}, "another's": foreign, "an older one": old, "later": later, "text": []byte("hello"),
	} {
		ok(t, os.WriteFile(filepath.Join(path, mine), data, 0o600))
		got, err := at(path, k).Get(t.Context(), "one")
		if got != "" || !errors.Is(err, ErrDamaged) || !wellSaid(err) {
			t.Errorf("%s: got %.20q, %v", what, got, err)
		}
	}
	ok(t, os.WriteFile(filepath.Join(path, mine), good, 0o600))
	want(t, at(path, k), "one", one+"new")
	ok(t, os.Remove(filepath.Join(path, mine)))
	if got, err := at(path, k).Get(t.Context(), "one"); got != "" || !wellSaid(err) {
		t.Errorf("missing: %q, %v", got, err)
	}
	want(t, at(path, k), "two", two)
	if len(files) != 2 {
		t.Errorf("files %v", files)
	}
	put(t, s, "one", one, InKeychain) // entering it again helps
	want(t, at(path, k), "one", one)
}

// The key and the name are both bound to the file.
func TestNameIsBound(t *testing.T) {
	where, data, err := sealItem("one", "value")
	ok(t, err)
	if got, err := unsealItem(where.key, data, "one"); got != "value" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := unsealItem(where.key, data, "two"); got != "" || err == nil {
		t.Errorf("under another name: %q, %v", got, err)
	}
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

func FuzzParse(f *testing.F) {
	where, data, err := sealItem("a", "value")
	ok(f, err)
	f.Add([]byte(where.String()))
	f.Add(data)
	v := &vault{head: vaultHead{Version: 1, KDF: vaultKDF, cost: cheap, Salt: random(saltSize), Check: random(32)}, key: random(keySize), values: map[string]string{"a": "b"}}
	file, err := v.seal()
	ok(f, err)
	f.Add(file)
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, sealed := parsePointer(string(data)); sealed && p.file != "" && (p.String() != string(data) || !isItemFile(p.file)) {
			t.Errorf("%q became %q", data, p)
		}
		if got, err := unsealItem(where.key, data, "a"); err == nil && got != "value" {
			t.Errorf("opened %q", got)
		}
		form, err := parseVault(data)
		if err != nil {
			return
		}
		if !form.acceptable() || form.Memory > 1<<20 {
			t.Errorf("takes %+v", form.cost)
		}
		if opened, err := form.open(v.key); err == nil && !maps.Equal(opened.values, v.values) {
			t.Errorf("opened %v", opened.values)
		}
	})
}
