//go:build unix

package checkpointtest

import (
	"os"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/diff"
)

// readingRows are about what checkpoints tell of themselves and of each other.
func readingRows() []row {
	return []row{
		{"R26 both sides of a tool call exist", bothSides, everyones},
		{"counters, parents and diff", counters, ours},
		{"renames", renames, ours},
		{"reading files", readingFiles, everyones},
		{"names that are no ids", badIDs, ours},
	}
}

func bothSides(d *desk) {
	d.write("a", "1")
	for _, reason := range []checkpoint.Reason{checkpoint.PreTool, checkpoint.PostTool} {
		_, err := d.store.Create(d.Context(), checkpoint.CreateRequest{Reason: reason, SessionID: "s", TurnID: "t", ToolCallID: "c", Label: string(reason)})
		d.must(err)
		d.write("a", "2")
	}
	all, err := d.store.List(d.Context())
	d.must(err)
	var got []checkpoint.Checkpoint
	for _, c := range all {
		one, err := d.store.Get(d.Context(), c.ID)
		d.must(err)
		if diff := cmp.Diff(c, one); diff != "" {
			d.Fatalf("Get (-listed +got):\n%s", diff)
		}
		got = append(got, checkpoint.Checkpoint{Reason: c.Reason, SessionID: c.SessionID, TurnID: c.TurnID, ToolCallID: c.ToolCallID, Label: c.Label, Changed: c.Changed})
	}
	want := []checkpoint.Checkpoint{
		{Reason: checkpoint.PostTool, SessionID: "s", TurnID: "t", ToolCallID: "c", Label: "post-tool", Changed: 1},
		{Reason: checkpoint.PreTool, SessionID: "s", TurnID: "t", ToolCallID: "c", Label: "pre-tool", Changed: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" || all[0].Parent != all[1].ID || all[1].Parent != "" {
		d.Fatalf("list (-want +got):\n%s", diff)
	}
}

func counters(d *desk) {
	d.write("a", "1")
	d.write("b", "1")
	d.link("a", "l")
	d.folder("e")
	first := d.createAny()
	d.write("a", "22")
	d.chmod("b", 0o600)
	d.write("new/c", "1")
	d.folder("empty/inner")
	d.remove("e")
	second := d.createAny()
	if first.Files != 3 || first.Changed != 3 || second.Files != 4 || second.Changed != 5 || second.Parent != first.ID {
		d.Fatalf("first %+v\nsecond %+v", first, second)
	}
	got, err := d.store.Diff(d.Context(), first.ID, second.ID)
	d.must(err)
	want := []checkpoint.Change{
		{Path: "a", Kind: diff.Modified, OldKind: "file", NewKind: "file", OldMode: 0o644, NewMode: 0o644, OldSize: 1, NewSize: 2},
		{Path: "b", Kind: diff.Modified, OldKind: "file", NewKind: "file", OldMode: 0o644, NewMode: 0o600, OldSize: 1, NewSize: 1},
		{Path: "e", Kind: diff.Deleted, OldKind: "folder", OldMode: 0o755},
		{Path: "empty/inner", Kind: diff.Added, NewKind: "folder", NewMode: 0o755},
		{Path: "new/c", Kind: diff.Added, NewKind: "file", NewMode: 0o644, NewSize: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		d.Fatalf("diff (-want +got):\n%s", diff)
	}
	d.wantDiff(second.ID, "")
	d.remove("a")
	d.wantDiff(second.ID, "", checkpoint.Change{Path: "a", Kind: diff.Deleted})
	third := d.createAny()
	fourth := d.createAny()
	if third.Tree != fourth.Tree || fourth.Changed != 0 {
		d.Fatalf("an unchanged workspace: %+v, %+v", third, fourth)
	}
}

func renames(d *desk) {
	d.write("a/one", "one")
	d.write("a/two", "same")
	d.write("a/three", "same")
	d.write("empty", "")
	first := d.create()
	d.folder("b")
	d.must(os.Rename(d.at("a/one"), d.at("b/uno")))
	d.must(os.Rename(d.at("a/three"), d.at("b/three")))
	d.must(os.Rename(d.at("a/two"), d.at("b/aaa")))
	d.must(os.Rename(d.at("empty"), d.at("void")))
	d.write("b/copy", "one")
	second := d.create()
	for range 3 {
		d.wantDiff(first, second,
			checkpoint.Change{Path: "b/aaa", Kind: diff.Renamed, From: "a/two"},
			checkpoint.Change{Path: "b/copy", Kind: diff.Renamed, From: "a/one"},
			checkpoint.Change{Path: "b/three", Kind: diff.Renamed, From: "a/three"},
			checkpoint.Change{Path: "b/uno", Kind: diff.Added},
			checkpoint.Change{Path: "empty", Kind: diff.Deleted},
			checkpoint.Change{Path: "void", Kind: diff.Added},
		)
	}
}

func readingFiles(d *desk) {
	d.write("folder/file", "content")
	d.link("folder/file", "link")
	id := d.create()
	d.write("folder/file", "now")
	for _, at := range []string{id, ""} {
		content := map[string]string{id: "content", "": "now"}[at]
		d.wantRead(at, "folder/file", content, nil)
		d.wantRead(at, "./folder//file", content, nil)
		d.wantRead(at, "link", "folder/file", nil)
		d.wantRead(at, "folder", "", checkpoint.ErrNotFile)
		d.wantRead(at, ".", "", checkpoint.ErrNotFile)
		d.wantRead(at, "none/such", "", checkpoint.ErrNotInCheckpoint)
		for _, outside := range []string{"", "..", "../x", "/etc/passwd", "folder/../../x"} {
			if content, _, err := d.store.ReadFile(d.Context(), at, outside); err == nil {
				d.Fatalf("reading %q: %q", outside, content)
			}
		}
	}
	_, entry, err := d.store.ReadFile(d.Context(), id, "folder/file")
	d.must(err)
	want := checkpoint.Entry{Path: "folder/file", Kind: checkpoint.KindFile, Mode: 0o644, Size: 7,
		Hash: "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"} // printf content | sha256sum
	if diff := cmp.Diff(want, entry); diff != "" {
		d.Fatalf("entry (-want +got):\n%s", diff)
	}
}

func badIDs(d *desk) {
	d.write("a", "1")
	d.create()
	for _, id := range []string{"none", "../checkpoints/x", "", "a/b", "."} {
		if _, err := d.store.Get(d.Context(), id); err == nil {
			d.Errorf("Get(%q) found something", id)
		}
		if _, err := d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: id}); err == nil {
			d.Errorf("Restore(%q) did something", id)
		}
		if _, err := d.store.Undo(d.Context(), id); err == nil {
			d.Errorf("Undo(%q) did something", id)
		}
	}
	d.wantTree(Tree{"a": {"-", 0o644, "1"}})
}
