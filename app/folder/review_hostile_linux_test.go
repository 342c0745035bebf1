package folder_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/session"
)

// What is remembered of a review outlives the checkpoints it was made from.
func TestHistoryDeletedWhileAReviewIsKnown(t *testing.T) {
	d := newDesk(t, map[string]string{"a.txt": ten}, puts("a.txt", changed))
	d.run()
	d.state()
	hunks := d.file("a.txt").Hunks
	_, err := d.Restores.Forget(t.Context())
	d.must(err)
	const mine = "mine\n" + changed
	d.write("a.txt", mine)
	d.sets("turn1 stale, 0 pending", "  modified a.txt stale 0/1")
	if f := d.file("a.txt"); len(f.Hunks) != 0 || len(f.Whole) != 1 || !strings.Contains(f.Whole[0].Why, "cleaned up") {
		t.Errorf("the file: %+v", f)
	}
	got, err := d.Review.Decide(t.Context(), wire.ReviewDecision{
		SessionID: d.id, TurnID: d.turns[0], Path: "a.txt", Hunks: []string{hunks[0].ID}, Decision: session.Rejected,
	})
	if failure, ok := errors.AsType[*wire.Error](err); !ok || failure.Code != wire.CodeNotFound {
		t.Errorf("rejecting gave %+v, %v", got, err)
	}
	d.holds("a.txt", mine)
}

func TestPurgedWhileAReviewIsKnown(t *testing.T) {
	d := newDesk(t, map[string]string{"a.txt": ten}, puts("a.txt", changed))
	d.run()
	d.state()
	d.file("a.txt")
	_, err := d.Restores.Purge(t.Context(), "a.txt")
	d.must(err)
	d.state()
	for _, h := range d.file("a.txt").Hunks {
		if h.Old != "" {
			t.Errorf("lines that were taken out of the history are shown: %q", h.Old)
		}
	}
	if got := d.decide(1, "a.txt", session.Rejected); got.Rejected != 0 || len(got.Files.Conflicts) != 1 {
		t.Errorf("rejecting gave %+v", got)
	}
	if got := d.decide(1, "", session.Rejected); got.Rejected != 0 || len(got.Files.Unknown) != 1 {
		t.Errorf("rejecting the turn gave %+v", got)
	}
	d.holds("a.txt", changed)
}

func TestSomethingElseStandsThere(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	kinds := map[string]func(path string) error{
		"fifo":    func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"socket":  func(path string) error { return syscall.Mknod(path, syscall.S_IFSOCK|0o600, 0) },
		"folder":  func(path string) error { return os.Mkdir(path, 0o755) },
		"symlink": func(path string) error { return os.Symlink(outside, path) },
		"hard":    func(path string) error { return os.Link(outside, path) },
	}
	for name, put := range kinds {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(outside, []byte(changed), 0o600); err != nil {
				t.Fatal(err)
			}
			d := newDesk(t, map[string]string{"a.txt": ten}, puts("a.txt", changed))
			d.run()
			hunk := d.file("a.txt").Hunks[0].ID
			d.remove("a.txt")
			d.must(put(filepath.Join(d.root, "a.txt")))
			held := unsaved("a.txt", changed)
			d.state()
			d.file("a.txt")
			d.file("a.txt", held)
			for _, texts := range [][]wire.UnsavedText{nil, {held}} {
				for _, hunks := range [][]string{{hunk}, nil} {
					got, err := d.Review.Decide(t.Context(), wire.ReviewDecision{
						SessionID: d.id, TurnID: d.turns[0], Path: "a.txt", Hunks: hunks, Decision: session.Rejected, Unsaved: texts,
					})
					if d.must(err); name == "hard" { // it is a file like any other
						continue
					}
					if got.Rejected != 0 || len(got.Files.Conflicts) != 1 || strings.HasSuffix(got.Files.Conflicts[0].Reason, ": ") {
						t.Errorf("rejecting gave %+v", got)
					}
				}
			}
			if got := d.decide(1, "", session.Rejected); name != "hard" && got.Rejected != 0 {
				t.Errorf("rejecting the turn gave %+v", got)
			}
			if content, err := os.ReadFile(outside); err != nil || string(content) != changed {
				t.Errorf("outside: %q, %v", content, err)
			}
		})
	}
}

func TestAFolderOfThePathBecomesALink(t *testing.T) {
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "a.txt"), []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, map[string]string{"sub/a.txt": ten}, puts("sub/a.txt", changed))
	d.run()
	hunk := d.file("sub/a.txt").Hunks[0].ID
	d.remove("sub")
	d.must(os.Symlink(outside, filepath.Join(d.root, "sub")))
	d.state()
	for _, texts := range [][]wire.UnsavedText{nil, {unsaved("sub/a.txt", changed)}} {
		for _, hunks := range [][]string{{hunk}, nil} {
			got, err := d.Review.Decide(t.Context(), wire.ReviewDecision{
				SessionID: d.id, TurnID: d.turns[0], Path: "sub/a.txt", Hunks: hunks, Decision: session.Rejected, Unsaved: texts,
			})
			if d.must(err); got.Rejected != 0 || len(got.Files.Conflicts) != 1 {
				t.Errorf("rejecting gave %+v", got)
			}
		}
	}
	if content, err := os.ReadFile(filepath.Join(outside, "a.txt")); err != nil || string(content) != changed {
		t.Errorf("outside: %q, %v", content, err)
	}
}

func TestStrangeNames(t *testing.T) {
	names := []string{"$(sync~spin) x", "-rf", "a\nb", "a\tb", "<img src=x>", "\u202egnp.txt", "\x1b[31mred", "* ", "%s%d", "a\x01b"}
	files := map[string]string{}
	for _, name := range names {
		files[name] = ten
	}
	const one = "for f in ./*; do sed -i -e 1s/.*/one/ -- \"$f\"; done; printf a > \"$(printf 'x\\377y')\""
	d := newDesk(t, files, one)
	turn := d.run()
	if len(turn.Changes) != len(names)+1 {
		t.Fatalf("%d changes", len(turn.Changes))
	}
	for _, c := range turn.Changes {
		if f := d.file(c.Path); len(f.Hunks)+len(f.Whole) != 1 {
			t.Errorf("%q: %+v", c.Path, f)
		}
		if got := d.decide(1, c.Path, session.Rejected); got.Rejected != 1 || len(got.Files.Conflicts) > 0 {
			t.Errorf("%q: %+v", c.Path, got)
		}
	}
	for _, name := range names {
		d.holds(name, ten)
	}
	for range turn.Changes {
		d.undo()
	}
	for _, name := range names {
		d.holds(name, strings.Replace(ten, "1\n", "one\n", 1))
	}
}

// Two renames whose names, one behind the other, could be read either way.
func TestNamesThatReadAlikeTogether(t *testing.T) {
	d := newDesk(t, map[string]string{"a": "first\nfile\n", "a\x01b": "the second file\n"}, "mv a 'b\x01c'; mv 'a\x01b' c")
	d.run()
	sizes := map[string]int64{}
	for _, f := range d.state().Sets[0].Files {
		sizes[f.From+" "+f.Path] = f.NewSize
	}
	if diff := cmp.Diff(map[string]int64{"a b\x01c": 11, "a\x01b c": 16}, sizes); diff != "" {
		t.Errorf("sizes (-want +got):\n%s", diff)
	}
}

func TestForgedDecisions(t *testing.T) {
	d := newDesk(t, map[string]string{"a.txt": ten, "b.txt": ten}, puts("a.txt", changed)+";"+puts("b.txt", strings.Replace(ten, "2\n", "two\n", 1)))
	d.write(".git/config", "x\n")
	d.run()
	other, err := d.Agent.CreateSession(t.Context())
	d.must(err)
	hunk := d.file("a.txt").Hunks[0].ID
	own := func(path string, hunks ...string) wire.ReviewDecision {
		return wire.ReviewDecision{SessionID: d.id, TurnID: d.turns[0], Path: path, Hunks: hunks}
	}
	for _, decision := range []session.Decision{session.Rejected, session.Accepted, session.Undecided, "maybe"} {
		for name, forged := range map[string]wire.ReviewDecision{
			"other file":    own("b.txt", hunk),
			"other session": {SessionID: other.ID, TurnID: d.turns[0], Path: "a.txt", Hunks: []string{hunk}},
			"no session":    {SessionID: "../../x", TurnID: d.turns[0], Path: "a.txt"},
			"up":            own("../a.txt"),
			"absolute":      own(filepath.Join(d.root, "a.txt")),
			"null":          own("a.txt\x00"),
			"git":           own(".git/config"),
			"dot":           own("."),
			"star":          own("a.txt", session.WholeFile),
		} {
			forged.Decision = decision
			if got, err := d.Review.Decide(t.Context(), forged); err == nil {
				t.Errorf("%q of %s gave %+v", decision, name, got)
			}
		}
	}
	d.sets("turn1 pending, 2 pending", "  modified a.txt pending 3/3", "  modified b.txt pending 1/1")
	again := own("a.txt", slices.Repeat([]string{hunk}, 100_000)...)
	again.Decision = session.Rejected
	got, err := d.Review.Decide(t.Context(), again)
	if d.must(err); got.Rejected != 1 || got.Title != "Took back 1 change in a.txt" {
		t.Errorf("the same one many times gave %+v", got)
	}
}
