package folder_test

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/app/folder"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/session"
)

// everything changes a file in each way that is all or nothing.
const everything = "printf new > new.txt; rm gone.txt; mkdir -p sub; mv old.txt sub/name.txt; chmod 755 run.sh; printf 'B\\000B' > logo.bin"

func everyFile() map[string]string {
	return map[string]string{"gone.txt": "gone\n", "old.txt": "named\nlines\n", "run.sh": "x\n", "logo.bin": "A\x00A"}
}

func TestChangesThatAreAllOrNothing(t *testing.T) {
	d := newDesk(t, everyFile(), everything)
	d.run()
	d.sets("turn1 pending, 5 pending",
		"  deleted gone.txt pending 1/1", "  modified logo.bin pending 1/1", "  added new.txt pending 1/1",
		"  modified run.sh pending 1/1", "  renamed sub/name.txt pending 1/1")
	d.stands("run.sh", "turn1 pending whole: The permissions were changed from 0644 to 0755.")
	d.stands("sub/name.txt", "turn1 pending whole: The file was renamed; it was old.txt.")
	for _, path := range []string{"new.txt", "gone.txt", "sub/name.txt", "run.sh", "logo.bin"} {
		if got := d.decide(1, path, session.Rejected); got.Rejected != 1 || len(got.Files.Conflicts) > 0 {
			t.Errorf("rejecting %s: %+v", path, got)
		}
	}
	d.missing("new.txt")
	d.missing("sub/name.txt")
	for path, content := range everyFile() {
		d.holds(path, content)
	}
	if info, err := os.Stat(filepath.Join(d.root, "run.sh")); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("run.sh: %v, %v", info, err)
	}
	d.sets("turn1 rejected, 0 pending",
		"  deleted gone.txt rejected 0/1", "  modified logo.bin rejected 0/1", "  added new.txt rejected 0/1",
		"  modified run.sh rejected 0/1", "  renamed sub/name.txt rejected 0/1")
	for range 5 {
		d.undo()
	}
	d.holds("new.txt", "new")
	d.missing("gone.txt")
	d.missing("old.txt")
	d.holds("sub/name.txt", "named\nlines\n")
	d.holds("logo.bin", "B\x00B")
}

func TestAWholeTurnIsRejectedAndAcceptedAfterAll(t *testing.T) {
	d := newDesk(t, everyFile(), everything)
	d.run()
	if got := d.decide(1, "", session.Accepted); got.Accepted != 5 || got.Title != "Kept 5 changed files of “Do 1”" {
		t.Errorf("accepting gave %+v", got)
	}
	d.sets("turn1 accepted, 0 pending",
		"  deleted gone.txt accepted 0/1", "  modified logo.bin accepted 0/1", "  added new.txt accepted 0/1",
		"  modified run.sh accepted 0/1", "  renamed sub/name.txt accepted 0/1")
	got := d.decide(1, "", session.Rejected)
	if got.Rejected != 5 || d.turn(1).Reverted == "" || d.turn(1).Reverted != got.Files.Undo {
		t.Errorf("rejecting gave %+v, marked %q", got, d.turn(1).Reverted)
	}
	d.missing("sub")
	for path, content := range everyFile() {
		d.holds(path, content)
	}
	d.undo()
	if d.turn(1).Reverted != "" {
		t.Error("the turn is still marked as reverted")
	}
	d.missing("old.txt")
	if state := d.state(); state.Sets[0].Status != wire.ReviewAccepted {
		t.Errorf("after undoing: %+v", state)
	}
	d.redo()
	if undo := d.turn(1).Reverted; undo == "" || undo == got.Files.Undo {
		t.Errorf("after redoing, the mark is %q", undo)
	}
	// The mark's own undo, as a toast or the turn has it.
	_, err := d.Restores.Undo(t.Context(), d.id, d.turn(1).Reverted)
	d.must(err)
	if state := d.state(); state.Undo != "Kept 5 changed files of “Do 1”" || !strings.HasPrefix(state.Redo, "Reverted all") {
		t.Errorf("acts: %q, %q", state.Undo, state.Redo)
	}
	d.undo()
	d.sets("turn1 pending, 5 pending",
		"  deleted gone.txt pending 1/1", "  modified logo.bin pending 1/1", "  added new.txt pending 1/1",
		"  modified run.sh pending 1/1", "  renamed sub/name.txt pending 1/1")
}

func TestWhatBecameOfAFileIsSaid(t *testing.T) {
	tests := map[string]struct {
		do   func(d *desk)
		want string
	}{
		"deleted": {func(d *desk) { d.remove("a.txt") }, "The file was deleted since."},
		"folder":  {func(d *desk) { d.remove("a.txt"); d.write("a.txt/b", "x") }, "A folder stands at its path now."},
		"link": {func(d *desk) {
			d.remove("a.txt")
			d.must(os.Symlink("b.txt", filepath.Join(d.root, "a.txt")))
		}, "A link stands at its path now."},
		"binary":   {func(d *desk) { d.write("a.txt", "x\x00y") }, "The file is binary now, so its lines cannot be compared."},
		"encoding": {func(d *desk) { d.write("a.txt", "\xff\xfeo\x00n\x00e\x00") }, "The file's encoding was changed since."},
		"no folder": {func(d *desk) {
			d.remove("sub")
			d.write("sub", "a file now")
		}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, map[string]string{"a.txt": ten, "b.txt": "b\n", "sub/c.txt": "c\n"}, puts("a.txt", "one\n"+ten[2:])+";"+puts("sub/c.txt", "C\n"))
			d.run()
			path := "a.txt"
			if test.want == "" {
				path, test.want = "sub/c.txt", "The file was deleted since."
			}
			test.do(d)
			d.stands(path, "turn1 stale 1+1 "+test.want)
			if got := d.decide(1, path, session.Rejected); got.Rejected != 0 || len(got.Files.Conflicts) != 1 {
				t.Errorf("rejecting gave %+v", got)
			}
			if state := d.state(); state.Undo != "" {
				t.Errorf("nothing was done, but it can be undone: %q", state.Undo)
			}
		})
	}
}

func TestRenamesAreFollowed(t *testing.T) {
	d := newDesk(t, map[string]string{"a.txt": ten}, puts("a.txt", changed), "mv a.txt b.txt")
	d.run()
	d.run()
	with := func(text string) string { return strings.Replace(text, "7\n", "7\nmine\n", 1) }
	d.write("b.txt", with(changed))
	d.stands("b.txt", "turn1 pending 1+1", "turn1 pending 5+1", "turn1 pending 11+1", "turn2 pending whole: The file was renamed; it was a.txt.")
	d.decide(1, "b.txt", session.Rejected, 1)
	now := with(strings.Replace(changed, "five\n", "5\n", 1))
	d.holds("b.txt", now)
	if got := d.decide(2, "b.txt", session.Rejected); got.Rejected != 1 || len(got.Files.Conflicts) > 0 {
		t.Errorf("taking the renaming back: %+v", got)
	}
	d.missing("b.txt")
	d.holds("a.txt", now)
	d.stands("a.txt", "turn1 pending 1+1", "turn1 rejected 5+1", "turn1 pending 11+1", "turn2 rejected whole: The file was renamed; it was a.txt.")
	d.decide(0, "a.txt", session.Rejected)
	d.holds("a.txt", with(ten))
	for range 3 {
		d.undo()
	}
	d.holds("b.txt", with(changed))
	d.missing("a.txt")
}

func TestAFileRenamedAndChangedAtOnce(t *testing.T) {
	d := newDesk(t, map[string]string{"a.txt": ten}, "mv a.txt b.txt; "+puts("b.txt", changed))
	d.run()
	d.stands("b.txt", "turn1 pending 1+1", "turn1 pending 5+1", "turn1 pending 10+1", "turn1 pending whole: The file was renamed; it was a.txt.")
	d.sets("turn1 pending, 1 pending", "  renamed b.txt pending 4/4")
	d.decide(1, "b.txt", session.Rejected, 1)
	d.holds("b.txt", strings.Replace(changed, "five\n", "5\n", 1))
	with := func(text string) string { return strings.Replace(text, "7\n", "7\nmine\n", 1) }
	d.write("b.txt", with(strings.Replace(changed, "five\n", "5\n", 1)))
	if got := d.decide(1, "b.txt", session.Rejected); len(got.Files.Conflicts) > 0 {
		t.Errorf("rejecting gave %+v", got)
	}
	d.missing("b.txt")
	d.holds("a.txt", with(ten))
	d.stands("a.txt", "turn1 rejected 1+1", "turn1 rejected 5+1", "turn1 rejected 11+1", "turn1 rejected whole: The file was renamed; it was a.txt.")
	d.undo()
	d.missing("a.txt")
	d.undo()
	d.holds("b.txt", with(changed)) // the user's line was typed after it
}

// What an editor holds when something is undone is not lost, and neither is what
// it held when that was done.
func TestUndoingBesideUnsavedText(t *testing.T) {
	d := newDesk(t, map[string]string{"a.txt": ten}, puts("a.txt", changed))
	d.run()
	text := func(content string) []wire.UnsavedText {
		return []wire.UnsavedText{{Path: "a.txt", Content: base64.StdEncoding.EncodeToString([]byte(content))}}
	}
	with := func(text string) string { return strings.Replace(text, "7\n", "7\nmine\n", 1) }
	back := strings.Replace(changed, "five\n", "5\n", 1)
	reject := func(unsaved []wire.UnsavedText) {
		t.Helper()
		hunk := d.file("a.txt").Hunks[1]
		got, err := d.Review.Decide(t.Context(), wire.ReviewDecision{
			SessionID: d.id, TurnID: d.turns[0], Path: "a.txt", Hunks: []string{hunk.ID}, Decision: session.Rejected, Unsaved: unsaved,
		})
		d.must(err)
		if got.Rejected != 1 {
			t.Fatalf("rejecting gave %+v", got)
		}
	}
	undo := func(unsaved []wire.UnsavedText) wire.ReviewResult {
		t.Helper()
		got, err := d.Review.Undo(t.Context(), d.id, unsaved)
		d.must(err)
		return got
	}
	// The editor's text went to the disk with the rejection, and comes back.
	reject(text(with(changed)))
	d.holds("a.txt", with(back))
	got := undo(nil)
	d.holds("a.txt", changed)
	if diff := cmp.Diff(text(with(changed)), got.Texts); diff != "" {
		t.Errorf("texts: %s", diff)
	}
	// Text that was typed since stays, and so does the file below it.
	reject(nil)
	got = undo(text(with(back)))
	want := []wire.Conflict{{Path: "a.txt", Reason: "an editor holds changes of it that are not saved"}}
	if diff := cmp.Diff(want, got.Files.Conflicts); diff != "" || len(got.Texts) > 0 || len(got.Files.Unsaved) > 0 {
		t.Errorf("undoing beside unsaved text: %s, and %+v", diff, got)
	}
	d.holds("a.txt", back)
	// What is saved since is merged.
	d.write("a.txt", changed)
	reject(nil)
	d.write("a.txt", with(back))
	got = undo(nil)
	d.holds("a.txt", with(changed))
	if got.Files.Merged != 1 || len(got.Files.Conflicts) > 0 {
		t.Errorf("undoing beside a saved change: %+v", got)
	}
	// Not so where the editor's text came with it: that is not in the file from
	// before, and the file has more than that text by now.
	d.write("a.txt", changed)
	reject(text(changed + "eleven\n"))
	d.write("a.txt", with(back)+"eleven\n")
	got = undo(nil)
	d.holds("a.txt", with(back)+"eleven\n")
	if len(got.Files.Conflicts) != 1 || len(got.Texts) > 0 {
		t.Errorf("undoing beside a change of what was not saved: %+v", got)
	}
}

func TestConflictsOfARevertWait(t *testing.T) {
	d := newDesk(t, map[string]string{"a.txt": ten, "b.txt": "b\n", "c.txt": "c\n"}, puts("a.txt", changed)+";"+puts("b.txt", "B\n")+";"+puts("c.txt", "C\n"))
	d.run()
	d.write("b.txt", "mine\n")
	d.write("c.txt", "mine too\n")
	got := d.decide(0, "", session.Rejected)
	if len(got.Files.Conflicts) != 2 || got.Rejected != 1 {
		t.Errorf("rejecting everything gave %+v", got)
	}
	d.holds("a.txt", ten)
	d.holds("b.txt", "mine\n")
	d.sets("turn1 mixed, 0 pending",
		"  modified a.txt rejected 0/3", "  modified b.txt stale 0/1", "  modified c.txt stale 0/1",
		"  left b.txt: it was changed since", "  left c.txt: it was changed since")
	resolve := func(path string, side wire.ReviewSide) error {
		_, err := d.Review.Resolve(t.Context(), wire.ReviewResolution{SessionID: d.id, TurnID: d.turns[0], Path: path, Side: side})
		return err
	}
	d.must(resolve("b.txt", wire.ReviewMine))
	d.must(resolve("c.txt", wire.ReviewCheckpoint))
	d.holds("b.txt", "mine\n")
	d.holds("c.txt", "c\n")
	d.sets("turn1 mixed, 0 pending", "  modified a.txt rejected 0/3", "  modified b.txt accepted 0/1", "  modified c.txt rejected 0/1")
	if err := resolve("c.txt", wire.ReviewCheckpoint); err == nil {
		t.Error("a path was resolved twice")
	}
	d.undo()
	d.holds("c.txt", "mine too\n")
	d.undo()
	d.restart()
	d.sets("turn1 mixed, 0 pending",
		"  modified a.txt rejected 0/3", "  modified b.txt stale 0/1", "  modified c.txt stale 0/1",
		"  left b.txt: it was changed since", "  left c.txt: it was changed since")
	d.undo()
	d.holds("a.txt", changed)
	d.holds("b.txt", "mine\n")
	if left := d.state().Sets[0].Left; len(left) > 0 {
		t.Errorf("undone, and still left: %v", left)
	}
}

func TestASessionIsRevertedAndOneTurnOfItComesBack(t *testing.T) {
	d := newDesk(t, nil, puts("a.txt", "a\n"), puts("b.txt", "b\n"))
	d.run()
	d.run()
	d.decide(0, "", session.Rejected)
	d.missing("a.txt")
	d.missing("b.txt")
	_, err := d.Restores.Undo(t.Context(), d.id, d.turn(1).Reverted)
	d.must(err)
	d.holds("a.txt", "a\n")
	d.missing("b.txt")
	if d.turn(1).Reverted != "" || d.turn(2).Reverted == "" {
		t.Errorf("marks: %q, %q", d.turn(1).Reverted, d.turn(2).Reverted)
	}
	d.undo()
	d.holds("b.txt", "b\n")
	d.redo()
	d.missing("b.txt")
	d.redo()
	d.missing("a.txt")
	d.undo()
	d.undo()
	d.holds("a.txt", "a\n")
	d.holds("b.txt", "b\n")
	if d.turn(1).Reverted+d.turn(2).Reverted != "" {
		t.Errorf("marks at the end: %q, %q", d.turn(1).Reverted, d.turn(2).Reverted)
	}
}

func TestAPrunedCheckpointIsSaid(t *testing.T) {
	d := newDesk(t, nil, puts("a.txt", "a\n"), puts("b.txt", "b\n"))
	d.run()
	d.run()
	d.decide(2, "", session.Rejected)
	if _, err := d.Restores.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.restart()
	d.sets("turn1 stale, 0 pending", "  added a.txt stale 0/1", "turn2 rejected, 0 pending", "  added b.txt rejected 0/1")
	var said *wire.Error
	if _, err := d.Review.Undo(t.Context(), d.id, nil); !errors.As(err, &said) || said.Code != wire.CodeNotFound {
		t.Errorf("undoing without the checkpoint: %v", err)
	}
	if _, err := d.Review.Decide(t.Context(), wire.ReviewDecision{SessionID: d.id, TurnID: d.turns[0], Decision: session.Rejected}); !errors.As(err, &said) || said.Code != wire.CodeNotFound {
		t.Errorf("rejecting without the checkpoint: %v", err)
	}
	if _, err := d.Review.Decide(t.Context(), wire.ReviewDecision{SessionID: d.id, TurnID: "none", Decision: session.Accepted}); !errors.Is(err, folder.ErrNoChange) {
		t.Errorf("deciding about no turn: %v", err)
	}
}

// What was written to the files and not to the journal, as when Keel ended in
// between, shows all the same.
func TestACrashBeforeTheJournalHealsItself(t *testing.T) {
	d := newDesk(t, map[string]string{"a.txt": ten}, puts("a.txt", changed))
	d.run()
	d.must(d.Close())
	journal := d.journal()
	before, err := os.ReadFile(journal)
	d.must(err)
	d.open()
	d.decide(1, "a.txt", session.Rejected, 0)
	d.must(d.Close())
	after, err := os.ReadFile(journal)
	d.must(err)
	for cut := len(before); cut <= len(after); cut += max(1, (len(after)-len(before))/7) {
		d.must(os.WriteFile(journal, after[:cut], 0o600))
		d.open()
		d.stands("a.txt", "turn1 rejected 1+1", "turn1 pending 5+1", "turn1 pending 10+1")
		d.must(d.Close())
	}
	d.must(os.WriteFile(journal, before, 0o600))
	d.open()
	d.decide(1, "a.txt", session.Rejected, 1)
	d.undo()
	d.holds("a.txt", "1"+changed[3:])
	d.decide(1, "a.txt", session.Rejected)
	d.holds("a.txt", ten)
}

// journal is the file of the session.
func (d *desk) journal() string {
	d.Helper()
	found, err := filepath.Glob(filepath.Join(d.home, "data", "*", "*", "sessions", d.id+".*"))
	if err != nil || len(found) != 1 {
		d.Fatalf("journals: %v, %v in %s", found, err, d.home)
	}
	return found[0]
}
