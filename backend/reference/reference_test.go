package reference_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/fetch"
	"github.com/keel-ide/keel/backend/git"
	"github.com/keel-ide/keel/backend/redact"
	"github.com/keel-ide/keel/backend/reference"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/workspace"
)

// place is a folder with everything that references are read from, all of it real.
type place struct {
	*testing.T
	dir     string
	options reference.Options
}

func newPlace(t *testing.T, files map[string]string) *place {
	t.Helper()
	p := &place{T: t, dir: t.TempDir()}
	for name, text := range files {
		p.write(name, text)
	}
	w, err := workspace.Open(t.Context(), p.dir, workspace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	policy := approval.NewPolicy(approval.Options{Root: w.Path()})
	p.options = reference.Options{
		Workspace: w,
		Decide: func(ctx context.Context, path string) approval.Decision {
			return policy.Decide(ctx, approval.Request{Kind: "read", Paths: []string{path}})
		},
		Changes: func(ctx context.Context, withhold func(context.Context, string) bool, limit int) (git.Changes, error) {
			return git.Diff(ctx, w.Path(), git.Options{Environ: os.Environ(), Withhold: withhold, Limit: limit})
		},
		Redact: redact.New(redact.Options{}).Text,
		Now:    func() time.Time { return time.UnixMilli(1000) },
	}
	return p
}

func (p *place) write(name, text string) {
	p.Helper()
	full := filepath.Join(p.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		p.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
		p.Fatal(err)
	}
}

func (p *place) read(refs ...session.Reference) []session.Reference {
	p.Helper()
	got := reference.New(p.options).Read(p.Context(), reference.Request{SessionID: "s", Prompt: "prompt", References: refs})
	for i, ref := range got {
		sound(p.T, ref)
		refs[i].Content, ref.Content = nil, nil
		if d := cmp.Diff(refs[i], ref); d != "" {
			p.Errorf("the reference was changed:\n%s", d)
		}
	}
	return got
}

func (p *place) one(ref session.Reference) session.Content {
	p.Helper()
	return *p.read(ref)[0].Content
}

// sound checks what every content promises.
func sound(t *testing.T, ref session.Reference) {
	t.Helper()
	c := ref.Content
	switch {
	case c == nil:
		t.Fatalf("%s has no content", ref.Kind)
	case !utf8.ValidString(c.Text) || !utf8.ValidString(c.Problem) || !utf8.ValidString(c.Cut):
		t.Errorf("%s holds invalid text", ref.Kind)
	case c.Problem != "" && (c.Text != "" || c.Image != nil || c.Cut != "" || c.Hint == "" || !strings.HasSuffix(c.Problem, ".")):
		t.Errorf("%s has a problem that is not alone or without a hint: %+v", ref.Kind, c)
	case c.Kept && c.Problem == "":
		t.Errorf("%s is kept without a problem", ref.Kind)
	case c.Cut != "" && !strings.HasSuffix(c.Cut, "."):
		t.Errorf("what was cut is no sentence: %q", c.Cut)
	case c.At != 1000:
		t.Errorf("read at %d", c.At)
	}
}

func file(path string) session.Reference {
	return session.Reference{ID: "r", Kind: session.ReferenceFile, Name: path, Path: path}
}

func wide(text string) string {
	out := []byte{0xFF, 0xFE}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = append(out, byte(unit), byte(unit>>8))
	}
	return string(out)
}

func TestFilesOfAnyEncoding(t *testing.T) {
	p := newPlace(t, map[string]string{
		"plain.txt": "one\ntwo\n", "crlf.txt": "one\r\ntwo", "mark.txt": "\xEF\xBB\xBFone\n", "wide.txt": wide("é one\r\n𝄞\n"),
		"latin.txt": "caf\xe9\n", "empty.txt": "", "binary.bin": "a\x00b", "picture.png": "\x89PNG\r\n\x1a\n\x00\x00",
	})
	for name, want := range map[string]string{
		"plain.txt": "one\ntwo\n", "crlf.txt": "one\ntwo", "mark.txt": "one\n", "wide.txt": "é one\n𝄞\n", "latin.txt": "caf\uFFFD\n", "empty.txt": "",
	} {
		if got := p.one(file(name)); got.Text != want || got.Problem != "" || got.Cut != "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := p.one(file("binary.bin")); got.Problem != "binary.bin is not text (3 bytes of binary data)." {
		t.Errorf("%+v", got)
	}
	if got := p.one(file("picture.png")); !strings.Contains(got.Problem, "is a picture") {
		t.Errorf("%+v", got)
	}
	sum := sha256.Sum256([]byte("one\ntwo\n"))
	want := session.Content{Text: "one\ntwo\n", Size: 8, Tokens: 3, Hash: hex.EncodeToString(sum[:]), At: 1000}
	if d := cmp.Diff(want, p.one(file("plain.txt"))); d != "" {
		t.Error(d)
	}
	// Some of it, or another text of it, has no hash.
	given, some := "one\ntwo\n", file("plain.txt")
	some.Kind, some.From, some.To = session.ReferenceCode, 1, 2
	unsaved := file("plain.txt")
	unsaved.Given = &given
	p.write("long.txt", strings.Repeat("a line\n", 100_000))
	for _, ref := range []session.Reference{some, unsaved, file("long.txt"), file("binary.bin")} {
		if got := p.one(ref); got.Hash != "" {
			t.Errorf("%s of %s: hash %q", ref.Kind, ref.Path, got.Hash)
		}
	}
}

func TestWhatCannotBeReadSaysWhy(t *testing.T) {
	p := newPlace(t, map[string]string{"folder/a.txt": "x", "locked.txt": "x"})
	outside := filepath.Join(t.TempDir(), "outside.txt")
	if err := os.WriteFile(outside, []byte("SECRET"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(p.dir, "link.txt")); err != nil {
		t.Fatal(err)
	}
	given := "x"
	for name, want := range map[string]string{
		"gone.txt": "does not exist any more", "folder": "is a folder", "link.txt": "outside", "../x": "outside", "/etc/passwd": "outside",
		"": "names no file", "a\x00b": "outside",
	} {
		got := p.one(file(name))
		if !strings.Contains(got.Problem, want) || got.Kept {
			t.Errorf("%q: %+v", name, got)
		}
	}
	if got := p.one(session.Reference{Kind: session.ReferenceFile, Path: "../x", Given: &given}); !strings.Contains(got.Problem, "outside") {
		t.Errorf("given text of a path outside: %+v", got)
	}
	if got := p.one(session.Reference{Kind: session.ReferenceFolder, Path: "locked.txt"}); !strings.Contains(got.Problem, "not a folder") {
		t.Errorf("%+v", got)
	}
	if got := p.one(session.Reference{Kind: "else"}); got.Problem == "" {
		t.Errorf("%+v", got)
	}
	for _, kind := range []session.ReferenceKind{session.ReferenceTerminal, session.ReferenceText, session.ReferenceProblems, session.ReferenceURL, session.ReferenceCodebase, session.ReferenceGitDiff} {
		if got := p.one(session.Reference{Kind: kind}); got.Problem == "" {
			t.Errorf("%s: %+v", kind, got)
		}
	}
}

func TestWhatIsKeptGoesOnlyWhenItIsAgreed(t *testing.T) {
	p := newPlace(t, map[string]string{
		".env": "TOKEN=1\n", ".gitignore": "/.env\n", ".keelignore": "private/\nmine.txt\n", "private/a.txt": "A\n", "private/.env": "TOKEN=2\n", "mine.txt": "M\n", "open.txt": "O\n",
	})
	for _, name := range []string{".env", "mine.txt", "private/a.txt", "./private/../.env"} {
		ref := file(name)
		if got := p.one(ref); !got.Kept || got.Text != "" {
			t.Errorf("%s: %+v", name, got)
		}
		given := "typed"
		ref.Given = &given
		if got := p.one(ref); !got.Kept {
			t.Errorf("given text of %s: %+v", name, got)
		}
		ref.Given, ref.Agreed = nil, true
		if got := p.one(ref); got.Kept || got.Text == "" {
			t.Errorf("%s, agreed: %+v", name, got)
		}
	}
	folder := session.Reference{Kind: session.ReferenceFolder, Path: "private"}
	if got := p.one(folder); !got.Kept {
		t.Errorf("%+v", got)
	}
	folder.Agreed = true
	if got := p.one(folder); strings.Contains(got.Text, "TOKEN") || !strings.Contains(got.Text, "A\n") || !strings.Contains(got.Cut, "1 entry is kept") {
		t.Errorf("a folder that was agreed to: %+v", got)
	}
	top := p.one(session.Reference{Kind: session.ReferenceFolder})
	if strings.Contains(top.Text, "TOKEN") || strings.Contains(top.Text, "private/a.txt") || !strings.Contains(top.Text, "O\n") {
		t.Errorf("%+v", top)
	}
}

func TestFolders(t *testing.T) {
	p := newPlace(t, map[string]string{
		".gitignore": "*.log\nbuild/\n", "src/.gitignore": "!keep.log\n/skip.txt\n", "src/a.go": "package a", "src/keep.log": "kept\n", "src/x.log": "no\n",
		"src/skip.txt": "no\n", "src/build/o.txt": "no\n", "src/deep/b.txt": "b\n", "src/big.txt": strings.Repeat("big\n", 10_000), "src/pic.bin": "\x00", "other.txt": "no\n",
	})
	got := p.one(session.Reference{Kind: session.ReferenceFolder, Path: "src"})
	want := ".gitignore\t20 bytes\na.go\t9 bytes\nbig.txt\t39 kB\ndeep/\ndeep/b.txt\t2 bytes\nkeep.log\t5 bytes\npic.bin\t1 byte\n" +
		"\n--- src/.gitignore\n!keep.log\n/skip.txt\n\n--- src/a.go\npackage a\n\n--- src/keep.log\nkept\n\n--- src/deep/b.txt\nb\n"
	if d := cmp.Diff(want, got.Text); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got.Cut != "1 file is listed without content, being larger than 16 kB. 1 file is listed without content, being no text." {
		t.Errorf("%q", got.Cut)
	}
	many := newPlace(t, nil)
	for i := range 300 {
		many.write(fmt.Sprintf("f%03d.txt", i), strings.Repeat("line\n", 200))
	}
	cut := many.one(session.Reference{Kind: session.ReferenceFolder, Path: "."})
	if len(cut.Text) > 64<<10 || !strings.Contains(cut.Text, "f299.txt\t1000 bytes\n") || !strings.Contains(cut.Cut, "text files are listed without content, as there was no room.") {
		t.Errorf("%d bytes, %q", len(cut.Text), cut.Cut)
	}
	if again := many.one(session.Reference{Kind: session.ReferenceFolder, Path: "."}); again.Text != cut.Text {
		t.Error("read twice it is not the same")
	}
}

func TestLargeFilesAreCutAtALine(t *testing.T) {
	p := newPlace(t, map[string]string{
		"lines.txt": strings.Repeat("0123456789 ü\n", 20_000), "row.txt": strings.Repeat("é", 100_000), "large.txt": strings.Repeat("a line\n", 300_000) + "end",
		"wide.txt": wide(strings.Repeat("a line\n", 200_000)), "late.bin": strings.Repeat("text\n", 300_000) + "\x00",
	})
	for name, want := range map[string]string{
		"lines.txt": "Only the first 4,681 of 20,000 lines (64 kB of 273 kB) were taken.",
		"row.txt":   "Only the first 64 kB of 195 kB were taken.",
		"large.txt": "Only the first 9,362 of 300,001 lines (64 kB of 2 MB) were taken.",
		"wide.txt":  "Only the first 9,362 of 200,000 lines (64 kB of 2.7 MB) were taken.",
	} {
		got := p.one(file(name))
		if got.Cut != want || len(got.Text) > 64<<10 || strings.Contains(got.Text, "\uFFFD") {
			t.Errorf("%s: %d bytes, %q %q", name, len(got.Text), got.Cut, got.Problem)
		}
	}
	if got := p.one(file("late.bin")); !strings.Contains(got.Problem, "not text") {
		t.Errorf("%+v", got.Cut)
	}
	huge := filepath.Join(p.dir, "huge.txt")
	p.write("huge.txt", strings.Repeat("a line\n", 200_000))
	if err := os.Truncate(huge, 60<<20); err != nil {
		t.Fatal(err)
	}
	if got := p.one(file("huge.txt")); got.Cut != "Only the first 9,362 lines (64 kB of 60 MB) were taken." {
		t.Errorf("%q %q", got.Cut, got.Problem)
	}
	if got := p.one(session.Reference{Kind: session.ReferenceCode, Path: "huge.txt", From: 2, To: 3}); !strings.Contains(got.Problem, "50 MB") {
		t.Errorf("%+v", got)
	}
}

func TestCode(t *testing.T) {
	p := newPlace(t, map[string]string{"a.go": "one\ntwo\nthree\nfour"})
	given, all := "TWO\nTHREE\n", "1\n2\n3\n4\n"
	tests := []struct {
		ref  session.Reference
		want string
	}{
		{session.Reference{From: 2, To: 3}, "     2\ttwo\n     3\tthree\n"},
		{session.Reference{From: 4, To: 9}, "     4\tfour"},
		{session.Reference{}, "     1\tone\n     2\ttwo\n     3\tthree\n     4\tfour"},
		{session.Reference{From: 2, To: 3, Given: &given}, "     2\tTWO\n     3\tTHREE\n"},
		{session.Reference{From: 2, To: 3, Given: &all}, "     2\t2\n     3\t3\n"},
	}
	for _, tt := range tests {
		tt.ref.Kind, tt.ref.Path = session.ReferenceCode, "a.go"
		if d := cmp.Diff(tt.want, p.one(tt.ref).Text); d != "" {
			t.Errorf("%d-%d:\n%s", tt.ref.From, tt.ref.To, d)
		}
	}
	if got := p.one(session.Reference{Kind: session.ReferenceCode, Path: "a.go", From: 9, To: 9}); got.Problem != "a.go has 4 lines by now; there is no line 9." {
		t.Errorf("%+v", got)
	}
}

func TestTerminalsLoseSecretsAndEscapes(t *testing.T) {
	p := newPlace(t, nil)
	given := "\x1b[31mred\x1b[0m\r\n\x1b]0;title\x07progress 1\rprogress 2\nAPI_KEY=sk-proj-abcdefghijklmnop0123456789\n\x00\u0085end\n\n"
	got := p.one(session.Reference{Kind: session.ReferenceTerminal, Given: &given})
	if got.Text != "red\nprogress 2\nAPI_KEY=‹redacted: OpenAI key›\nend\n" {
		t.Errorf("%q", got.Text)
	}
	long := strings.Repeat("earlier line\n", 10_000) + "the end\n"
	got = p.one(session.Reference{Kind: session.ReferenceTerminal, Given: &long})
	if !strings.HasSuffix(got.Text, "the end\n") || !strings.HasPrefix(got.Text, "earlier") || !strings.HasPrefix(got.Cut, "Only the last 5,041 of 10,001 lines") {
		t.Errorf("%q", got.Cut)
	}
	text := "one\rtwo\r\nthree\x1b[0m\n" + strings.Repeat("more\n", 20_000)
	got = p.one(session.Reference{Kind: session.ReferenceText, Given: &text})
	if !strings.HasPrefix(got.Text, "one\ntwo\nthree\nmore\n") || !strings.HasPrefix(got.Cut, "Only the first ") {
		t.Errorf("%q %q", got.Text[:40], got.Cut)
	}
}

func TestProblems(t *testing.T) {
	p := newPlace(t, nil)
	p.options.Problems = func(context.Context) ([]reference.Problem, bool) {
		return []reference.Problem{
			{Path: "b.go", Line: 2, Column: 1, Severity: "warning", Message: "unused\nvariable"},
			{Path: "a/x.go", Line: 9, Column: 3, Severity: "error", Source: "go", Message: "missing return"},
			{Path: ".env", Line: 1, Column: 1, Severity: "error", Message: "TOKEN"},
		}, true
	}
	got := p.one(session.Reference{Kind: session.ReferenceProblems})
	if got.Text != "a/x.go:9:3: error: missing return (go)\nb.go:2:1: warning: unused variable\n" || !strings.HasPrefix(got.Cut, "1 problem is left out") {
		t.Errorf("%+v", got)
	}
	if got := p.one(session.Reference{Kind: session.ReferenceProblems, Path: "a"}); got.Text != "a/x.go:9:3: error: missing return (go)\n" {
		t.Errorf("%+v", got)
	}
	if got := p.one(session.Reference{Kind: session.ReferenceProblems, Path: "c.go"}); got.Text != "The editor knows of no problems in c.go.\n" {
		t.Errorf("%+v", got)
	}
}

func TestChanges(t *testing.T) {
	p := newPlace(t, map[string]string{"a.txt": "one\n", ".env": "TOKEN=1\n"})
	if got := p.one(session.Reference{Kind: session.ReferenceGitDiff}); !strings.Contains(got.Problem, "not in a git repository") {
		t.Errorf("%+v", got)
	}
	for _, arguments := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A"}, {"-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-q", "-m", "x"}} {
		command := exec.CommandContext(t.Context(), "git", arguments...)
		command.Dir = p.dir
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	if got := p.one(session.Reference{Kind: session.ReferenceGitDiff}); got.Text != "There is nothing that is not committed.\n" {
		t.Errorf("%+v", got)
	}
	p.write(".env", "TOKEN=2\n")
	ref := session.Reference{Kind: session.ReferenceGitDiff}
	if got := p.one(ref); !got.Kept || !strings.Contains(got.Problem, ".env") {
		t.Errorf("%+v", got)
	}
	p.write("a.txt", strings.Repeat("two\n", 30_000))
	p.write("new.txt", "n\n")
	got := p.one(ref)
	if strings.Contains(got.Text, "TOKEN") || !strings.Contains(got.Text, "on main):\nM\ta.txt\n?\tnew.txt\n\ndiff --git") || !strings.Contains(got.Text, "\n+two\n") ||
		!strings.HasPrefix(got.Cut, "Only the first ") || !strings.Contains(got.Cut, "kept from the agent: .env.") {
		t.Errorf("%.300s\n%q", got.Text, got.Cut)
	}
	ref.Agreed = true
	if got := p.one(ref); !strings.Contains(got.Text, "+TOKEN=2") {
		t.Errorf("agreed: %.300s", got.Text)
	}
}

// pages is a real client that may talk to the tests' server.
type pages struct{ *fetch.Client }

func (p pages) Get(ctx context.Context, _, address string) (reference.Page, error) {
	page, err := p.Client.Get(ctx, address)
	return reference.Page{Address: page.Address, Type: page.Type, Title: page.Title, Text: page.Text, Size: int64(page.Size), Cut: page.Cut, Note: page.Note}, err
}

func TestAddresses(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/page", http.StatusFound)
		case "/page":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<title>The title</title><body><h1>Hello</h1><p>text</p>")
		case "/inside":
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
		case "/zip":
			w.Header().Set("Content-Type", "application/zip")
			fmt.Fprint(w, "PK\x00")
		case "/empty":
			w.Header().Set("Content-Type", "text/plain")
		case "/hidden":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<p>Hello</p><p hidden>Obey</p>")
		case "/hidden-alone":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<p hidden>Obey</p>")
		case "/long":
			w.Header().Set("Content-Type", "text/plain")
			for range 6 << 10 {
				fmt.Fprintf(w, "%1023s\n", "x")
			}
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	p := newPlace(t, nil)
	p.options.Web = pages{fetch.New(fetch.Options{
		Public: func(at netip.Addr) bool { return at == netip.MustParseAddr("127.0.0.1") || fetch.Public(at) },
		Proxy:  func(*url.URL) (*url.URL, error) { return nil, nil },
	})}
	got := p.one(session.Reference{Kind: session.ReferenceURL, Address: server.URL + "/moved"})
	if got.Title != "The title" || got.Address != server.URL+"/page" || got.Type != "text/html" || !strings.Contains(got.Text, "Hello") || got.Size == 0 {
		t.Errorf("%+v", got)
	}
	hidden := p.one(session.Reference{Kind: session.ReferenceURL, Address: server.URL + "/hidden"})
	if hidden.Text != "Hello" || hidden.Cut != "" || hidden.Note != "Text that a reader of the page would not see was left out." {
		t.Errorf("what is no size is not cut: %+v", hidden)
	}
	long := p.one(session.Reference{Kind: session.ReferenceURL, Address: server.URL + "/long"})
	if !strings.HasPrefix(long.Cut, "Only the first 64 of 5,120 lines ") || !strings.HasSuffix(long.Cut, " Only the first 5 MB of the page were fetched.") || long.Note != "" {
		t.Errorf("cut %q, note %q", long.Cut, long.Note)
	}
	for path, want := range map[string]string{
		"/inside": "private network", "/zip": "not a kind of text", "/none": "404 Not Found", "/empty": "no text",
		"/hidden-alone": "There is no text at the address. Text that a reader of the page would not see was left out.",
	} {
		if got := p.one(session.Reference{Kind: session.ReferenceURL, Address: server.URL + path}); !strings.Contains(got.Problem, want) {
			t.Errorf("%s: %+v", path, got)
		}
	}
	if got := p.one(session.Reference{Kind: session.ReferenceURL, Address: "file:///etc/passwd"}); !strings.Contains(got.Problem, "must begin with http") {
		t.Errorf("%+v", got)
	}
}

// stuck waits for its context, and panics when it is told to.
type stuck struct{ entered chan struct{} }

func (s stuck) Get(ctx context.Context, _, address string) (reference.Page, error) {
	if address == "panic" {
		panic("a bug")
	}
	if address == "picture" {
		return reference.Page{Image: &session.Image{MediaType: "image/png", Data: []byte{1}}}, nil
	}
	select {
	case s.entered <- struct{}{}:
	default: // somebody knows already
	}
	<-ctx.Done()
	return reference.Page{}, ctx.Err()
}

func TestABadReferenceSpoilsNoOther(t *testing.T) {
	p := newPlace(t, map[string]string{"a.txt": "a\n"})
	p.options.Web = stuck{}
	p.options.Codebase = func(context.Context, string, int) (string, string, error) { return "", "", errors.New("no luck") }
	old := &session.Content{Text: "made up by the page"}
	got := p.read(
		session.Reference{ID: "1", Kind: session.ReferenceURL, Address: "panic"}, file("gone"),
		session.Reference{ID: "3", Kind: session.ReferenceFile, Path: "a.txt", Content: old}, session.Reference{ID: "4", Kind: session.ReferenceCodebase},
		session.Reference{ID: "5", Kind: session.ReferenceURL, Address: "picture"},
	)
	if got[0].Content.Problem == "" || got[1].Content.Problem == "" || got[2].Content.Text != "a\n" || !strings.Contains(got[3].Content.Problem, "no luck") {
		t.Errorf("%+v", got)
	}
	if got[4].Content.Image == nil || got[4].Content.Tokens == 0 || got[4].Content.Text != "" {
		t.Errorf("%+v", got[4].Content)
	}
}

func TestReadingEndsWithItsContext(t *testing.T) {
	p := newPlace(t, map[string]string{"a.txt": "a\n"})
	web := stuck{make(chan struct{}, 1)}
	p.options.Web = web
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-web.entered; cancel() }()
	var refs []session.Reference
	for range 20 {
		refs = append(refs, session.Reference{Kind: session.ReferenceURL, Address: "https://example.com"})
	}
	got := reference.New(p.options).Read(ctx, reference.Request{References: append(refs, file("a.txt"))})
	for _, ref := range got[:20] {
		sound(t, ref)
		if ref.Content.Problem != "It was stopped before this was read." {
			t.Errorf("%+v", ref.Content)
		}
	}
}
