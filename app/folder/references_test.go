package folder

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/codemap"
	"github.com/keel-ide/keel/backend/search"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/workspace"
)

// desk is an opened folder whose references are looked at.
type desk struct {
	*testing.T
	*Folder
	path string
}

func newDesk(t *testing.T, files map[string]string) *desk {
	t.Helper()
	ripgrep, err := search.Locate(".")
	if err != nil {
		t.Fatalf("these tests need ripgrep: run `npm ci` in frontend, or set KEEL_RIPGREP to an rg program (%v)", err)
	}
	t.Setenv("KEEL_RIPGREP", ripgrep)
	home := t.TempDir()
	d := &desk{T: t, path: filepath.Join(t.TempDir(), "project")}
	if err := os.Mkdir(d.path, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		d.write(name, text)
	}
	d.Folder, err = Open(t.Context(), d.path, Options{
		Paths:    Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")},
		Headless: true,
		Explain:  func(err error) error { return err },
		Log:      slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func (d *desk) write(name, text string) {
	d.Helper()
	full := filepath.Join(d.path, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(full), 0o700), os.WriteFile(full, []byte(text), 0o600)); err != nil {
		d.Fatal(err)
	}
}

func (d *desk) look(ref session.Reference) session.Content {
	d.Helper()
	got, err := d.References.Look(d.Context(), wire.ReferenceLook{ID: "look", SessionID: "s", Reference: ref})
	if err != nil {
		d.Fatal(err)
	}
	return *got.Content
}

func (d *desk) find(query wire.ReferenceQuery) wire.ReferenceMatches {
	d.Helper()
	query.Whole = true
	found, err := d.References.Find(d.Context(), query)
	if err != nil {
		d.Fatal(err)
	}
	return found
}

func pointed(kind session.ReferenceKind, path string) session.Reference {
	return session.Reference{ID: "r", Kind: kind, Name: path, Path: path}
}

// TestWhatIsKeptBackIsReadOnlyWhenAgreed: secrets, and what .keelignore names.
func TestWhatIsKeptBackIsReadOnlyWhenAgreed(t *testing.T) {
	d := newDesk(t, map[string]string{
		".env": "PASSWORD=hunter2\n", "keys/id_rsa": "hunter2\n", ".keelignore": "closed/\n", "closed/plan.md": "hunter2\n", "open.md": "open\n",
	})
	for _, path := range []string{".env", "keys/id_rsa", "closed/plan.md"} {
		for _, given := range []*string{nil, new("unsaved: hunter2")} {
			ref := pointed(session.ReferenceFile, path)
			ref.Given = given
			if got := d.look(ref); !got.Kept || got.Text != "" || got.Problem == "" || got.Hint == "" {
				t.Errorf("%s: %+v", path, got)
			}
			ref.Agreed = true
			if got := d.look(ref); got.Kept || got.Problem != "" || got.Text == "" {
				t.Errorf("%s, agreed: %+v", path, got)
			}
		}
		lines := pointed(session.ReferenceCode, path)
		lines.From, lines.To = 1, 1
		if got := d.look(lines); !got.Kept || got.Text != "" {
			t.Errorf("%s, a line: %+v", path, got)
		}
	}
	got := d.look(pointed(session.ReferenceFolder, "."))
	if strings.Contains(got.Text, "hunter2") || !strings.Contains(got.Text, "open\n") || !strings.Contains(got.Cut, "kept from the agent and left out.") {
		t.Errorf("the folder: %q, cut %q", got.Text, got.Cut)
	}
	read := d.References.Read(t.Context(), agent.ReferenceRequest{SessionID: "s", References: []session.Reference{pointed(session.ReferenceFile, ".env")}})
	if content := read[0].Content; !content.Kept || content.Text != "" {
		t.Errorf("sent: %+v", content)
	}
}

// TestWhatCannotBeReadSaysWhy.
func TestWhatCannotBeReadSaysWhy(t *testing.T) {
	d := newDesk(t, map[string]string{"a.go": "package a\n", "gone.go": "package gone\n", "sub/b.go": "package b\n", "picture.png": "\x89PNG\r\n\x1a\n\x00\x00"})
	outside := filepath.Join(t.TempDir(), "outside.txt")
	if err := errors.Join(
		os.WriteFile(outside, []byte("secret of another folder"), 0o600),
		os.Symlink(outside, filepath.Join(d.path, "link.txt")),
		os.Symlink(filepath.Dir(outside), filepath.Join(d.path, "linked")),
		os.Remove(filepath.Join(d.path, "gone.go")),
	); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		kind session.ReferenceKind
		path string
		want string
	}{
		{session.ReferenceFile, "gone.go", "gone.go does not exist any more."},
		{session.ReferenceCode, "gone.go", "gone.go does not exist any more."},
		{session.ReferenceFolder, "nowhere", "nowhere does not exist any more."},
		{session.ReferenceFile, "sub", "sub is a folder, not a file."},
		{session.ReferenceFolder, "a.go", "a.go is not a folder."},
		{session.ReferenceFile, "link.txt", "is outside the workspace"},
		{session.ReferenceFile, "linked/outside.txt", "is outside the workspace"},
		{session.ReferenceFolder, "linked", "is outside the workspace"},
		{session.ReferenceFile, "../" + filepath.Base(d.path) + "/a.go", "is outside the workspace"},
		{session.ReferenceFolder, "..", "is outside the workspace"},
		{session.ReferenceFile, outside, "is outside the workspace"},
		{session.ReferenceFile, "picture.png", "is a picture, not text."},
		{session.ReferenceURL, "", "Nothing was fetched"},
		{"unheard-of", "", "."},
	} {
		ref := pointed(test.kind, test.path)
		ref.Address = "ftp://example.com/"
		got := d.look(ref)
		if !strings.Contains(got.Problem, test.want) || got.Hint == "" || got.Text != "" || got.Image != nil {
			t.Errorf("%s %q: %+v, want %q", test.kind, test.path, got, test.want)
		}
	}
}

// TestWhatWasCutIsSaid of a long file, of one long line, and of what is in a folder.
func TestWhatWasCutIsSaid(t *testing.T) {
	d := newDesk(t, map[string]string{
		"long.txt": strings.Repeat("a line of text\n", 200_000), "line.js": strings.Repeat("x", 3<<20), "many/large.txt": strings.Repeat("large\n", 10_000), "many/small.txt": "small\n",
	})
	for path, want := range map[string]string{
		"long.txt": "of 200,000 lines",
		"line.js":  "of 3 MB were taken.",
		"many":     "1 file is listed without content, being larger than 16 kB.",
	} {
		kind := session.ReferenceFile
		if path == "many" {
			kind = session.ReferenceFolder
		}
		got := d.look(pointed(kind, path))
		if !strings.Contains(got.Cut, want) || got.Text == "" || got.Problem != "" {
			t.Errorf("%s: %d bytes, cut %q, problem %q, want %q", path, len(got.Text), got.Cut, got.Problem, want)
		}
	}
}

// TestAFolderThatGoesWhileItIsRead: the answer is whole sentences, whichever file was
// read last.
func TestAFolderThatGoesWhileItIsRead(t *testing.T) {
	files := map[string]string{}
	for _, name := range []string{"a", "b", "c", "d"} {
		for _, file := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
			files["top/"+name+"/"+file+".txt"] = "text\n"
		}
	}
	d := newDesk(t, files)
	done := make(chan error, 1)
	go func() { done <- os.RemoveAll(filepath.Join(d.path, "top")) }()
	for gone := false; !gone; {
		got := d.look(pointed(session.ReferenceFolder, "top"))
		gone = got.Problem != ""
		if gone && got.Problem != "top does not exist any more." || !gone && got.Text == "" {
			t.Errorf("%+v", got)
		}
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := os.RemoveAll(d.path); err != nil {
		t.Fatal(err)
	}
	if got := d.look(pointed(session.ReferenceFolder, ".")); got.Problem == "" || got.Hint == "" {
		t.Errorf("without the opened folder: %+v", got)
	}
	if _, err := d.References.Find(t.Context(), wire.ReferenceQuery{Text: "a", CacheKey: "k", Whole: true}); err == nil {
		t.Error("files are found in a folder that is gone")
	}
}

// TestLooksEnd: by StopLooking, by another one of their id, and by Close.
func TestLooksEnd(t *testing.T) {
	d := newDesk(t, nil)
	s := newSite(t)
	d.References.web.client = localClient()
	arrived := make(chan string, 8)
	s.serve(func(_ http.ResponseWriter, r *http.Request) {
		arrived <- r.URL.Path
		<-r.Context().Done()
	})
	begin := func(id, path string) <-chan session.Reference {
		ended := make(chan session.Reference, 1)
		go func() {
			ref := session.Reference{ID: "r", Kind: session.ReferenceURL, Address: s.address + path}
			got, _ := d.References.Look(context.Background(), wire.ReferenceLook{ID: id, SessionID: "s", Reference: ref})
			ended <- got
		}()
		if got := <-arrived; got != path {
			t.Fatalf("%q was asked for, not %q", got, path)
		}
		return ended
	}
	stopped := func(what string, ended <-chan session.Reference) {
		t.Helper()
		if got := <-ended; got.Content == nil || got.Content.Problem != "It was stopped before this was read." {
			t.Errorf("%s: %+v", what, got.Content)
		}
	}
	first, other := begin("one", "/first"), begin("two", "/other")
	d.References.StopLooking("three")
	d.References.StopLooking("one")
	stopped("stopped", first)
	again := begin("two", "/again")
	stopped("another one of its id", other)
	last := begin("", "/nameless")
	d.References.Close()
	stopped("closed", again)
	stopped("closed", last)
	if len(d.References.looks) != 0 {
		t.Errorf("%d looks are left", len(d.References.looks))
	}
	if _, err := d.References.Look(t.Context(), wire.ReferenceLook{ID: "late"}); !errors.Is(err, workspace.ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
	if _, err := d.References.Find(t.Context(), wire.ReferenceQuery{}); !errors.Is(err, workspace.ErrClosed) {
		t.Errorf("found after the end: %v", err)
	}
}

// TestAnAddressIsFetchedOnceForALookAndItsMessage, and anew when the person says so.
func TestAnAddressIsFetchedOnceForALookAndItsMessage(t *testing.T) {
	d := newDesk(t, nil)
	s := newSite(t)
	d.References.web.client = localClient()
	ref := session.Reference{ID: "r", Kind: session.ReferenceURL, Address: s.address}
	look := func(again bool) string {
		got, err := d.References.Look(t.Context(), wire.ReferenceLook{ID: "look", SessionID: "s", Reference: ref, Again: again})
		if err != nil {
			t.Fatal(err)
		}
		return got.Content.Text
	}
	sent := func(id string) string {
		read := d.References.Read(t.Context(), agent.ReferenceRequest{SessionID: id, References: []session.Reference{ref}})
		return read[0].Content.Text
	}
	for i, step := range []struct{ got, want string }{
		{look(false), "page 1"}, {sent("s"), "page 1"}, {look(true), "page 2"}, {sent("s"), "page 2"}, {sent("other"), "page 3"},
	} {
		if step.got != step.want {
			t.Errorf("step %d: %q, want %q", i, step.got, step.want)
		}
	}
}

// symbolsFound answers with symbols of the given names, or as asked says.
type symbolsFound struct {
	names []string
	err   error
	asked func(ctx context.Context)
}

func (s *symbolsFound) Symbols(ctx context.Context, _ string, most int, _ bool) (found []wire.ReferenceMatch, limitHit bool, err error) {
	if s.asked != nil {
		s.asked(ctx)
	}
	for _, name := range s.names[:min(most, len(s.names))] {
		found = append(found, wire.ReferenceMatch{Kind: session.ReferenceCode, Name: name, Path: "calc.go", From: 3, To: 4, Symbol: "function"})
	}
	return found, len(s.names) > most, s.err
}

func shown(found wire.ReferenceMatches) []string {
	var all []string
	for _, m := range found.Matches {
		all = append(all, string(m.Kind)+" "+m.Name)
	}
	return all
}

// TestSymbolsJoinFilesAndFolders.
func TestSymbolsJoinFilesAndFolders(t *testing.T) {
	d := newDesk(t, map[string]string{"add.go": "", "add/add_test.go": "", "address.txt": ""})
	known := &symbolsFound{names: []string{"Add", "AddAll", "Adder", "AddressOf"}}
	d.References.symbols = known
	for _, test := range []struct {
		name  string
		query wire.ReferenceQuery
		want  []string
		limit bool
	}{
		{"exactly that name first", wire.ReferenceQuery{Text: "add"}, []string{"code Add", "folder add", "file add.go", "file address.txt", "file add_test.go", "code AddAll", "code Adder", "code AddressOf"}, false},
		{"blanks around it", wire.ReferenceQuery{Text: " add "}, []string{"code Add", "folder add", "file add.go", "file address.txt", "file add_test.go", "code AddAll", "code Adder", "code AddressOf"}, false},
		{"a third is for other symbols", wire.ReferenceQuery{Text: "add", Max: 4}, []string{"code Add", "folder add", "file add.go", "code AddAll"}, true},
		{"only symbols", wire.ReferenceQuery{Text: "add", Kinds: []session.ReferenceKind{session.ReferenceCode}, Max: 3}, []string{"code Add", "code AddAll", "code Adder"}, true},
		{"only folders", wire.ReferenceQuery{Text: "add", Kinds: []session.ReferenceKind{session.ReferenceFolder}}, []string{"folder add"}, false},
		{"nothing typed", wire.ReferenceQuery{}, []string{"folder add", "file add.go", "file address.txt", "file add_test.go"}, false},
	} {
		found := d.find(test.query)
		if diff := cmp.Diff(test.want, shown(found)); diff != "" || found.LimitHit != test.limit || found.Problem != "" || found.Partial {
			t.Errorf("%s: limit %v, problem %q, partial %v (-want +got):\n%s", test.name, found.LimitHit, found.Problem, found.Partial, diff)
		}
	}
	known.err = &codemap.ReadingError{Done: 1, Total: 2}
	if found := d.find(wire.ReferenceQuery{Text: "add"}); len(found.Matches) != 8 || !found.Partial || found.Problem != "The symbols of the folder are still being read." {
		t.Errorf("while they are read: %+v", found)
	}
	known.names, known.err = nil, errors.New("the parser is broken")
	if found := d.find(wire.ReferenceQuery{Text: "add"}); len(found.Matches) != 4 || found.Partial || found.Problem != "Symbols could not be looked for: the parser is broken." {
		t.Errorf("without them: %+v", found)
	}
}

// TestWhatWasSentComesFirst, each once, and only while nothing is typed.
func TestWhatWasSentComesFirst(t *testing.T) {
	d := newDesk(t, map[string]string{"a.go": "", "b.go": "", "sub/c.go": ""})
	for _, path := range []string{"b.go", "sub/c.go", "./b.go"} {
		d.References.Read(t.Context(), agent.ReferenceRequest{SessionID: "s", References: []session.Reference{pointed(session.ReferenceFile, path)}})
	}
	if diff := cmp.Diff([]string{"file b.go", "file c.go", "file a.go", "folder sub"}, shown(d.find(wire.ReferenceQuery{}))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"file a.go"}, shown(d.find(wire.ReferenceQuery{Text: "a.g", Kinds: []session.ReferenceKind{session.ReferenceFile}}))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTheNextKeyEndsTheOneBefore, and closing the picker does.
func TestTheNextKeyEndsTheOneBefore(t *testing.T) {
	d := newDesk(t, map[string]string{"a.go": ""})
	arrived := make(chan struct{})
	known := &symbolsFound{asked: func(ctx context.Context) {
		arrived <- struct{}{}
		<-ctx.Done()
	}}
	d.References.symbols = known
	begin := func(text string) <-chan error {
		ended := make(chan error, 1)
		go func() {
			_, err := d.References.Find(context.Background(), wire.ReferenceQuery{Text: text, CacheKey: "picker"})
			ended <- err
		}()
		<-arrived
		return ended
	}
	first := begin("a")
	second := begin("ab")
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the key before: %v", err)
	}
	d.References.Forget("picker")
	if err := <-second; !errors.Is(err, context.Canceled) {
		t.Errorf("when the picker was closed: %v", err)
	}
}

// TestNamesThatAreHostile are found, and read as the page names them.
func TestNamesThatAreHostile(t *testing.T) {
	names := []string{"new\nline.txt", "right\u202etxt.exe", "in\u200bvisible.txt", "<img src=x>.txt", "#hash & \"quote\".txt", "日本語.txt", "-rf.txt", "*.txt", " .txt"}
	files := map[string]string{"latin\xe9.txt": "not to be named\n"}
	for _, name := range names {
		files[name] = "this is " + name
		files["folder "+name+"/inner.txt"] = "inner"
	}
	d := newDesk(t, files)
	found := map[string]bool{}
	for _, m := range d.find(wire.ReferenceQuery{Max: 500}).Matches {
		raw, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var named wire.ReferenceMatch // as the page has it
		if err := json.Unmarshal(raw, &named); err != nil {
			t.Fatal(err)
		}
		found[named.Path] = true
		if got := d.look(pointed(named.Kind, named.Path)); got.Problem != "" {
			t.Errorf("%q: %s", named.Path, got.Problem)
		}
	}
	for _, name := range names {
		if !found[name] || !found["folder "+name] || !found["folder "+name+"/inner.txt"] {
			t.Errorf("%q is not found", name)
		}
	}
	listing, _, _ := strings.Cut(d.look(pointed(session.ReferenceFolder, ".")).Text, "\n---")
	for _, r := range listing {
		if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
			t.Errorf("%U stands in the folder's listing", r)
		}
	}
	long := strings.Repeat("new line ", 100_000)
	if matches := d.find(wire.ReferenceQuery{Text: long}).Matches; len(matches) != 3 {
		t.Errorf("%d matches for a long text", len(matches))
	}
}
