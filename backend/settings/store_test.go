package settings

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// place is a configuration folder and a workspace that do not exist yet.
type place struct {
	Paths
}

func newPlace(t *testing.T) *place {
	t.Helper()
	folder := t.TempDir()
	p := &place{Paths: Paths{
		User:        filepath.Join(folder, "config", "keel", "settings.json"),
		Keybindings: filepath.Join(folder, "config", "keel", "keybindings.json"),
		Workspace:   filepath.Join(folder, "work", ".vscode", "settings.json"),
	}}
	if err := os.Mkdir(filepath.Join(folder, "work"), 0o755); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *place) open(t *testing.T) *Store {
	t.Helper()
	store, err := Open(t.Context(), p.Paths, Options{Debounce: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !condition(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never came true: %s", what)
		}
	}
}

func TestNothingIsThere(t *testing.T) {
	p := newPlace(t)
	s := p.open(t)
	if d := cmp.Diff(Values{Mode: "autopilot"}, s.Values(), equateEmpty()); d != "" {
		t.Error(d)
	}
	text, err := s.Read(t.Context(), UserName)
	if text != "" || err != nil || len(s.Problems()) > 0 {
		t.Errorf("text %q, error %v, problems %v", text, err, s.Problems())
	}
	if _, err := os.Stat(filepath.Dir(p.Workspace)); !errors.Is(err, os.ErrNotExist) {
		t.Error("something was made in the workspace")
	}
}

func TestSetMakesFileAndFolder(t *testing.T) {
	p := newPlace(t)
	s := p.open(t)
	if err := s.Set(t.Context(), KeyMode, json.RawMessage(`"supervised"`)); err != nil {
		t.Fatal(err)
	}
	if got := s.Values().Mode; got != "supervised" {
		t.Errorf("mode %q at once after Set", got)
	}
	if d := cmp.Diff("{\n    \"keelAgent.mode\": \"supervised\"\n}\n", get(t, p.User)); d != "" {
		t.Error(d)
	}
	info, err := os.Stat(p.User)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestSetRefuses(t *testing.T) {
	whole := `{"keelAgent.trustedCommands": "wrong"}`
	tests := []struct {
		name, text, key, value string
		want                   error
		message                string
	}{
		{"broken file", "{\n  \"a\": 1\n  \"b\"", KeyMode, `"supervised"`, ErrBroken, "line 3, column 3"},
		{"file that is a list", "[]", KeyMode, `"supervised"`, ErrBroken, "line 1, column 1"},
		{"unknown key", whole, "keelAgent.nope", `1`, ErrUnknownKey, `"keelAgent.nope"`},
		{"no key", whole, "", `1`, ErrUnknownKey, ""},
		{"wrong type", whole, KeyTrustedCommands, `"npm *"`, ErrValue, "has to be a list of strings"},
		{"wrong item", whole, KeyTrustedCommands, `[1]`, ErrValue, "strings only"},
		{"not of the enum", whole, KeyMode, `"fast"`, ErrValue, `"autopilot", "supervised"`},
		{"not JSON", whole, "editor.fontSize", `{`, ErrValue, "not JSON"},
		{"comment in the value", whole, "editor.fontSize", `1 // x`, ErrValue, "not JSON"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPlace(t)
			put(t, p.User, test.text)
			err := p.open(t).Set(t.Context(), test.key, json.RawMessage(test.value))
			if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.message) {
				t.Errorf("error %v", err)
			}
			if d := cmp.Diff(test.text, get(t, p.User)); d != "" {
				t.Errorf("the file changed: %s", d)
			}
		})
	}
}

func TestSetKeepsMarkModeAndForeignKeys(t *testing.T) {
	p := newPlace(t)
	put(t, p.User, "\ufeff{\r\n  // mine\r\n  \"editor.fontSize\": 14,\r\n}\r\n")
	if err := os.Chmod(p.User, 0o640); err != nil {
		t.Fatal(err)
	}
	s := p.open(t)
	for key, value := range map[string]string{KeyModel: `"m"`, "window.zoomLevel": "2"} {
		if err := s.Set(t.Context(), key, json.RawMessage(value)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Set(t.Context(), "window.zoomLevel", nil); err != nil {
		t.Fatal(err)
	}
	want := "\ufeff{\r\n  // mine\r\n  \"editor.fontSize\": 14,\r\n  \"keelAgent.model\": \"m\",\r\n}\r\n"
	if d := cmp.Diff(want, get(t, p.User)); d != "" {
		t.Error(d)
	}
	if info, err := os.Stat(p.User); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestSetFollowsALink(t *testing.T) {
	p := newPlace(t)
	real := filepath.Join(t.TempDir(), "dotfiles.json")
	put(t, real, "{}")
	if err := os.MkdirAll(filepath.Dir(p.User), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, p.User); err != nil {
		t.Fatal(err)
	}
	s := p.open(t)
	if err := s.Set(t.Context(), KeyModel, json.RawMessage(`"m"`)); err != nil {
		t.Fatal(err)
	}
	if got := get(t, real); !strings.Contains(got, `"keelAgent.model": "m"`) {
		t.Errorf("file behind the link %q", got)
	}
	if info, err := os.Lstat(p.User); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link is gone")
	}
	put(t, real, `{"keelAgent.model": "n"}`)
	eventually(t, "a change behind the link is in force", func() bool { return s.Values().Model == "n" })
}

func TestSetKeepsWhatAnotherProgramWrote(t *testing.T) {
	p := newPlace(t)
	s := p.open(t)
	for i := range 20 {
		// Written an instant before, so that no notification can have come.
		put(t, p.User, fmt.Sprintf(`{"other": %d, "keelAgent.model": "old"}`, i))
		if err := s.Set(t.Context(), KeyModel, json.RawMessage(`"new"`)); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(fmt.Sprintf(`{"other": %d, "keelAgent.model": "new"}`, i), get(t, p.User)); d != "" {
			t.Error(d)
		}
	}
}

func TestEditStartsOverWhenTheFileChangesMeanwhile(t *testing.T) {
	p := newPlace(t)
	put(t, p.User, `{"a": 1}`)
	s := p.open(t)
	calls := 0
	err := s.edit(t.Context(), func(d document) ([]byte, error) {
		if calls++; calls == 1 {
			put(t, p.User, `{"a": 2}`)
		}
		return setKey(d, "b", json.RawMessage("3"))
	})
	if err != nil || calls != 2 {
		t.Errorf("%d calls, error %v", calls, err)
	}
	if d := cmp.Diff(`{"a": 2, "b": 3}`, get(t, p.User)); d != "" {
		t.Error(d)
	}
}

func TestConcurrentChanges(t *testing.T) {
	p := newPlace(t)
	s := p.open(t)
	var group sync.WaitGroup
	var want []string
	for i := range 20 {
		item := fmt.Sprintf("cmd %02d", i)
		want = append(want, item)
		group.Go(func() {
			if err := s.Append(t.Context(), KeyTrustedCommands, item); err != nil {
				t.Error(err)
			}
		})
		group.Go(func() {
			if err := s.Set(t.Context(), fmt.Sprintf("other.%d", i), json.RawMessage("true")); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	got := s.Values().TrustedCommands
	slices.Sort(got)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if n := strings.Count(get(t, p.User), "other."); n != 20 {
		t.Errorf("%d other keys", n)
	}
}

func TestAppend(t *testing.T) {
	p := newPlace(t)
	put(t, p.User, "{\n  \"keelAgent.trustedCommands\": [\n    \"a\" // mine\n  ]\n}\n")
	s := p.open(t)
	for range 2 {
		if err := s.Append(t.Context(), KeyTrustedCommands, `npm run "x" && y`); err != nil {
			t.Fatal(err)
		}
	}
	want := "{\n  \"keelAgent.trustedCommands\": [\n    \"a\", // mine\n    \"npm run \\\"x\\\" && y\"\n  ]\n}\n"
	if d := cmp.Diff(want, get(t, p.User)); d != "" {
		t.Error(d)
	}
	if err := s.Append(t.Context(), KeyMode, "x"); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("error %v", err)
	}
	put(t, p.User, `{"keelAgent.trustedCommands": 1}`)
	if err := s.Append(t.Context(), KeyTrustedCommands, "x"); !errors.Is(err, ErrValue) {
		t.Errorf("error %v", err)
	}
}

func TestWriteIsRaw(t *testing.T) {
	p := newPlace(t)
	s := p.open(t)
	for _, name := range []string{UserName, KeybindingsName} {
		for _, text := range []string{"{ \"half\":", "\ufeff[]\r\n", "", "{\"keelAgent.model\": \"m\"}"} {
			if err := s.Write(t.Context(), name, text); err != nil {
				t.Fatal(err)
			}
			got, err := s.Read(t.Context(), name)
			if d := cmp.Diff(text, got); d != "" || err != nil {
				t.Error(d, err)
			}
		}
	}
	for _, name := range []string{"", "other.json", "../settings.json", WorkspaceName} {
		if err := s.Write(t.Context(), name, ""); !errors.Is(err, ErrUnknownFile) {
			t.Errorf("writing %q: %v", name, err)
		}
		if _, err := s.Read(t.Context(), name); !errors.Is(err, ErrUnknownFile) {
			t.Errorf("reading %q: %v", name, err)
		}
	}
}

func TestBrokenFileChangesNothing(t *testing.T) {
	p := newPlace(t)
	s := p.open(t)
	good := Values{Mode: "supervised", TrustedCommands: []string{"a"}, CommandDenylist: []string{"b"}}
	write := func(text string) {
		t.Helper()
		if err := s.Write(t.Context(), UserName, text); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"keelAgent.mode": "supervised", "keelAgent.trustedCommands": ["a"], "keelAgent.commandDenylist": ["b"]}`)
	for _, text := range []string{"{", `{"keelAgent.mode": 1, "keelAgent.trustedCommands": ["a"], "keelAgent.commandDenylist": 2}`} {
		write(text)
		if d := cmp.Diff(good, s.Values(), equateEmpty()); d != "" {
			t.Error(d)
		}
		if len(s.Problems()) == 0 || s.Problems()[0].File != p.User {
			t.Errorf("problems %v", s.Problems())
		}
	}
	write(`{}`)
	if d := cmp.Diff(Values{Mode: "autopilot"}, s.Values(), equateEmpty()); d != "" || len(s.Problems()) > 0 {
		t.Error(d, s.Problems())
	}
}

func TestUnreadableFileChangesNothing(t *testing.T) {
	tests := []struct {
		name string
		make func(path string) error
	}{
		{"folder", func(path string) error { return os.Mkdir(path, 0o755) }},
		{"too large", func(path string) error { return os.WriteFile(path, make([]byte, sizeLimit+1), 0o644) }},
		{"link in a circle", func(path string) error { return os.Symlink(filepath.Base(path), path) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPlace(t)
			put(t, p.User, `{"keelAgent.model": "m"}`)
			s := p.open(t)
			if err := os.Remove(p.User); err != nil {
				t.Fatal(err)
			}
			if err := test.make(p.User); err != nil {
				t.Fatal(err)
			}
			eventually(t, "a problem is reported", func() bool { return len(s.Problems()) == 1 })
			if got := s.Problems()[0]; got.File != p.User || !strings.Contains(got.Message, "cannot be read") {
				t.Errorf("problem %+v", got)
			}
		})
	}
}

func TestSetWorkspace(t *testing.T) {
	p := newPlace(t)
	other := filepath.Join(t.TempDir(), ".vscode", "settings.json")
	put(t, p.Workspace, `{"keelAgent.mode": "supervised"}`)
	put(t, other, `{"keelAgent.commandDenylist": ["x"]}`)
	s := p.open(t)
	if got := s.Values().Mode; got != "supervised" {
		t.Errorf("mode %q", got)
	}
	s.SetWorkspace(other)
	if d := cmp.Diff(Values{Mode: "autopilot", CommandDenylist: []string{"x"}, FolderDenylist: []string{"x"}}, s.Values(), equateEmpty()); d != "" {
		t.Error(d)
	}
	put(t, other, `{"keelAgent.commandDenylist": ["y"]}`)
	eventually(t, "the new folder's file is watched", func() bool {
		return slices.Equal(s.Values().CommandDenylist, []string{"y"})
	})
	s.SetWorkspace("")
	if d := cmp.Diff(Values{Mode: "autopilot"}, s.Values(), equateEmpty()); d != "" {
		t.Error(d)
	}
}

func TestCloseEndsEverything(t *testing.T) {
	before := runtime.NumGoroutine()
	p := newPlace(t)
	s, err := Open(t.Context(), p.Paths, Options{})
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.Changes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.Changes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Next(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v", err)
	}
	ended := make(chan error)
	go func() {
		_, err := first.Next(context.Background())
		ended <- err
	}()
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-ended; !errors.Is(err, ErrClosed) {
		t.Errorf("error %v", err)
	}
	if _, err := s.Changes(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v", err)
	}
	if err := s.Set(t.Context(), KeyModel, json.RawMessage(`"m"`)); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v", err)
	}
	eventually(t, "all goroutines have ended", func() bool { return runtime.NumGoroutine() <= before })
}
