package trust_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/trust"
)

// place is a machine with Keel's data and some folders.
type place struct {
	t    *testing.T
	top  string
	data string
	now  time.Time
	told []string // files that were damaged
}

func newPlace(t *testing.T) *place {
	t.Helper()
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := &place{t: t, top: top, data: filepath.Join(top, "data"), now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	for _, folder := range []string{"data", "work/below/deep", "workshop"} {
		if err := os.MkdirAll(filepath.Join(top, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func (p *place) path(name string) string { return filepath.Join(p.top, filepath.FromSlash(name)) }

// open opens the store for a folder as a window does.
func (p *place) open(name string, o ...trust.Options) *trust.Store {
	p.t.Helper()
	options := trust.Options{Now: func() time.Time { return p.now }, Damaged: func(file, _ string) { p.told = append(p.told, filepath.Base(file)) }}
	if len(o) > 0 {
		options.ThisRun = o[0].ThisRun
	}
	paths := trust.Paths{Data: p.data}
	if name != "" {
		paths.Folder, paths.Workspace = p.path(name), filepath.Join(p.data, "workspaces", strings.ReplaceAll(name, "/", "-"))
	}
	s := trust.Open(paths, options)
	p.t.Cleanup(func() { p.check(s.Close()) })
	return s
}

func (p *place) check(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) read(name string) string {
	p.t.Helper()
	data, err := os.ReadFile(filepath.Join(p.data, name))
	p.check(err)
	return string(data)
}

func TestFolders(t *testing.T) {
	p := newPlace(t)
	work, below, workshop := p.open("work"), p.open("work/below/deep"), p.open("workshop")
	if work.Folder().Trusted() || work.Folder().May(trust.StoredCommands) {
		t.Error("a folder nobody trusted is trusted")
	}
	p.check(work.SetFolder(true))
	// The other windows know at once; a folder of a longer name is another one.
	for name, f := range map[string]struct {
		folder  trust.Folder
		trusted bool
		parent  string
	}{
		"itself": {work.Folder(), true, ""}, "below": {below.Folder(), true, p.path("work")}, "beside": {workshop.Folder(), false, ""},
	} {
		if f.folder.Trusted() != f.trusted || f.folder.Parent != f.parent || f.folder.May(trust.Remembering) != f.trusted {
			t.Errorf("%s: got %+v", name, f.folder)
		}
	}
	if diff := cmp.Diff(fmt.Sprintf("{\n  \"folders\": [\n    %q\n  ]\n}\n", p.path("work")), p.read("trusted-folders.json")); diff != "" {
		t.Errorf("trusted-folders.json (-want +got):\n%s", diff)
	}
	if err := below.SetFolder(false); !errors.Is(err, trust.ErrParent) || !below.Folder().Trusted() {
		t.Errorf("taking trust from below a trusted folder: %v", err)
	}
	p.check(work.SetFolder(false))
	if work.Folder().Trusted() || below.Folder().Trusted() {
		t.Error("still trusted")
	}
	none := p.open("")
	if err := none.SetFolder(true); !errors.Is(err, trust.ErrNoFolder) {
		t.Errorf("trusting no folder: %v", err)
	}
	if none.Folder() != (trust.Folder{}) {
		t.Errorf("no folder: %+v", none.Folder())
	}
}

func TestParent(t *testing.T) {
	p := newPlace(t)
	for _, name := range []string{"work/one", "work/two", "far/away/deep"} {
		p.check(os.MkdirAll(p.path(name), 0o700))
	}
	work, beside := p.open("work/one"), p.open("work/two")
	p.check(work.SetParent(true))
	for name, store := range map[string]*trust.Store{"itself": work, "beside": beside} {
		if folder := store.Folder(); !folder.Trusted() || folder.Parent != p.path("work") {
			t.Errorf("%s: got %+v", name, folder)
		}
	}
	p.check(beside.SetFolder(true))
	p.check(work.SetParent(false))
	if work.Folder().Trusted() || !beside.Folder().Trusted() {
		t.Errorf("taken back: %+v, beside %+v", work.Folder(), beside.Folder())
	}
	// There is no trust from above to take back any more: the folder keeps its own.
	p.check(beside.SetParent(false))
	if !beside.Folder().Trusted() {
		t.Error("a folder lost its own trust")
	}
	// A folder far above is the one to take it from.
	deep := p.open("far/away/deep")
	p.check(p.open("far").SetFolder(true))
	p.check(deep.SetParent(false))
	if deep.Folder().Trusted() {
		t.Errorf("trusted by %q", deep.Folder().Parent)
	}
}

// Trusting the opened top of a drive trusted every folder that is ever opened.
func TestTheTopItselfIsNotTrusted(t *testing.T) {
	top := filepath.VolumeName(t.TempDir()) + string(filepath.Separator)
	store := trust.Open(trust.Paths{Data: t.TempDir(), Folder: top}, trust.Options{})
	if err := store.SetFolder(true); !errors.Is(err, trust.ErrTop) {
		t.Errorf("trusting %q: %v, want ErrTop", top, err)
	}
	if store.Folder().Trusted() {
		t.Errorf("%q is trusted", top)
	}
}

func TestParentAtTheTop(t *testing.T) {
	top := filepath.VolumeName(t.TempDir()) + string(filepath.Separator)
	entries, err := os.ReadDir(top)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		store := trust.Open(trust.Paths{Data: t.TempDir(), Folder: filepath.Join(top, entry.Name())}, trust.Options{})
		if err := store.SetParent(true); !errors.Is(err, trust.ErrTop) {
			t.Errorf("below the top: %v", err)
		}
		return
	}
	t.Skip("no folder at the top of the drive")
}

func TestThisRunStoresNothing(t *testing.T) {
	p := newPlace(t)
	if !p.open("work", trust.Options{ThisRun: true}).Folder().Trusted() {
		t.Error("not trusted for this run")
	}
	if p.open("work").Folder().Trusted() {
		t.Error("trusted after the run")
	}
	if _, err := os.Stat(filepath.Join(p.data, "trusted-folders.json")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("stored: %v", err)
	}
}

// A folder that became a link since it was opened is not trusted by what it
// leads to.
func TestFolderThatLeadsElsewhere(t *testing.T) {
	p := newPlace(t)
	s := p.open("workshop")
	p.check(os.Remove(p.path("workshop")))
	p.check(os.Symlink("work", p.path("workshop")))
	if err := s.SetFolder(true); err == nil || s.Folder().Trusted() {
		t.Errorf("error %v, folder %+v", err, s.Folder())
	}
}

// Entries that are no absolute path say nothing.
func TestOddFolders(t *testing.T) {
	p := newPlace(t)
	for _, odd := range []string{"", ".", "..", "work", "../work", "//", p.path("work") + "/below/../../wor"} {
		p.check(os.WriteFile(filepath.Join(p.data, "trusted-folders.json"), fmt.Appendf(nil, `{"folders": [%q]}`, odd), 0o600))
		if s := p.open("work/below"); s.Folder().Trusted() != (odd == "//") {
			t.Errorf("%q: %+v", odd, s.Folder())
		}
	}
}

func TestCommands(t *testing.T) {
	p := newPlace(t)
	s, other := p.open("work"), p.open("work")
	p.check(s.Add("a", -1))
	p.check(other.Add("b *", -1))
	p.check(s.Add("c", 1))
	p.check(s.Add("a", 2)) // is there already
	want := []string{"a", "c", "b *"}
	for _, each := range []*trust.Store{s, other} {
		if diff := cmp.Diff(want, each.Commands()); diff != "" {
			t.Errorf("commands (-want +got):\n%s", diff)
		}
	}
	p.check(s.Replace("c", "d"))
	index, err := s.Remove("d")
	p.check(err)
	p.check(s.Add("d", index))
	p.check(s.Replace("a", "b *"))
	if diff := cmp.Diff([]string{"d", "b *"}, other.Commands()); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
	if got := p.open("workshop").Commands(); len(got) > 0 {
		t.Errorf("another folder has %q", got)
	}
	for name, test := range map[string]struct {
		err  error
		want error
	}{
		"empty": {s.Add(" ", -1), trust.ErrEmpty}, "unknown": {s.Replace("x", "y"), trust.ErrNotFound}, "no folder": {p.open("").Add("x", -1), trust.ErrNoFolder},
	} {
		if !errors.Is(test.err, test.want) {
			t.Errorf("%s: got %v, want %v", name, test.err, test.want)
		}
	}
	if _, err := s.Remove("x"); !errors.Is(err, trust.ErrNotFound) {
		t.Errorf("removing what is not there: %v", err)
	}
}

// Two windows that change the lists at the same time both succeed.
func TestWindowsAtOnce(t *testing.T) {
	p := newPlace(t)
	var group sync.WaitGroup
	for i := range 4 {
		s := p.open("work")
		group.Go(func() {
			for j := range 10 {
				if err := s.Add(fmt.Sprintf("%d %d", i, j), -1); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if got := len(p.open("work").Commands()); got != 40 {
		t.Errorf("%d commands", got)
	}
}

func TestDamagedFiles(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"cut":         func(path string) error { return os.WriteFile(path, []byte(`{"folders": ["/"`), 0o600) },
		"empty":       func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"wrong types": func(path string) error { return os.WriteFile(path, []byte(`{"folders": 1, "commands": {}}`), 0o600) },
		"a folder":    func(path string) error { return os.Mkdir(path, 0o700) },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			s := p.open("work")
			p.check(s.SetFolder(true))
			p.check(s.Add("x", -1))
			for _, path := range []string{filepath.Join(p.data, "trusted-folders.json"), filepath.Join(p.data, "workspaces", "work", "trusted-commands.json")} {
				p.check(os.Remove(path))
				p.check(spoil(path))
			}
			if s.Folder().Trusted() || len(s.Commands()) > 0 {
				t.Errorf("trusted %v, commands %q", s.Folder().Trusted(), s.Commands())
			}
			if diff := cmp.Diff([]string{"trusted-folders.json", "trusted-commands.json"}, p.told); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			p.check(s.SetFolder(true))
			p.check(s.Add("y", -1))
			if !s.Folder().Trusted() || len(s.Commands()) != 1 {
				t.Errorf("afterwards: trusted %v, commands %q", s.Folder().Trusted(), s.Commands())
			}
			aside, err := filepath.Glob(filepath.Join(p.data, "trusted-folders.json.damaged-*"))
			if err != nil || len(aside) != 1 {
				t.Errorf("set aside: %q, %v", aside, err)
			}
		})
	}
}

func TestUsage(t *testing.T) {
	p := newPlace(t)
	s, other := p.open("work"), p.open("work")
	always, here := trust.Key{Scope: trust.Always, Pattern: "go *"}, trust.Key{Scope: trust.Workspace, Pattern: "go *"}
	own := trust.Key{Scope: trust.Session, SessionID: "s", Pattern: "ls"}
	first := p.now
	s.Use(always)
	s.Use(here)
	other.Use(always)
	p.now = p.now.Add(time.Second)
	s.Use(own)
	if got := s.Usages()[always]; got.Uses != 1 || got.LastUsed != first {
		t.Errorf("before writing: %+v", got)
	}
	p.check(s.Close())
	p.check(other.Close())
	want := map[trust.Key]trust.Usage{always: {Uses: 2, LastUsed: first}, here: {Uses: 1, LastUsed: first}, own: {Uses: 1, LastUsed: p.now}}
	if diff := cmp.Diff(want, p.open("work").Usages()); diff != "" {
		t.Errorf("after closing (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[trust.Key]trust.Usage{always: want[always]}, p.open("workshop").Usages()); diff != "" {
		t.Errorf("another folder (-want +got):\n%s", diff)
	}
	p.now = p.now.Add(time.Minute)
	s.Use(here) // written at once: the last time is long ago
	want[here] = trust.Usage{Uses: 2, LastUsed: p.now}
	if diff := cmp.Diff(want, p.open("work").Usages()); diff != "" {
		t.Errorf("after a while (-want +got):\n%s", diff)
	}
	p.check(s.Forget(func(k trust.Key) bool { return k.SessionID == "s" }))
	delete(want, own)
	if diff := cmp.Diff(want, other.Usages()); diff != "" {
		t.Errorf("after forgetting (-want +got):\n%s", diff)
	}
}

func TestEffects(t *testing.T) {
	for _, trusted := range []bool{true, false} {
		for _, sentence := range trust.Effects(trusted) {
			if !strings.HasSuffix(sentence, ".") {
				t.Errorf("%q is no sentence", sentence)
			}
		}
	}
	if diff := cmp.Diff(trust.Effects(true), trust.Effects(false)); diff == "" {
		t.Error("trust changes nothing")
	}
	if (trust.Folder{}).May("anything else") {
		t.Error("an unknown capability is allowed")
	}
}

func BenchmarkUse(b *testing.B) {
	data := b.TempDir()
	s := trust.Open(trust.Paths{Data: data, Workspace: data, Folder: data}, trust.Options{})
	for b.Loop() {
		s.Use(trust.Key{Scope: trust.Workspace, Pattern: "go test *"})
	}
}
