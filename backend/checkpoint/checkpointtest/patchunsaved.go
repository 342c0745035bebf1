//go:build unix

package checkpointtest

import "github.com/keel-ide/keel/backend/checkpoint"

// patchUnsavedRows are about files of which an editor holds text that is not
// saved.
func patchUnsavedRows() []row {
	return []row{
		{"R18 a patch of text that is not saved", patchText, ours},
		{"R18 a patch leaves text that is not saved and was not looked at", patchOtherText, ours},
		{"R18 a patch knows what is below text that is not saved", patchBelowText, ours},
		{"R18 a patch of text where the disk is as wanted already", patchTextAlready, ours},
	}
}

func patchText(d *desk) {
	d.write("edited", "saved")
	d.write("deleted", "saved")
	d.write("clean", "saved")
	before := d.tree()
	texts := []checkpoint.Unsaved{text("deleted", "typed"), text("edited", "typed"), text("never-saved", "typed")}
	result := d.patchRequest(checkpoint.PatchRequest{Unsaved: texts, Files: []checkpoint.Patched{
		change("edited", "typed", "wanted"), deletion("deleted", "typed"), {Path: "never-saved", Expect: hash("typed"), Content: []byte("wanted"), Mode: 0o644}, change("clean", "saved", "wanted"),
	}})
	d.wantDone(result, 3, 1)
	d.wantPaths("unsaved", result.Unsaved, "deleted", "edited", "never-saved")
	d.wantTree(Tree{"edited": {"-", 0o644, "wanted"}, "never-saved": {"-", 0o644, "wanted"}, "clean": {"-", 0o644, "wanted"}})
	d.wantUnsaved(result.Undo, texts...)
	d.undo(result.Undo)
	d.wantTree(before)
	d.reopen(checkpoint.Options{})
	d.wantUnsaved(result.Undo, texts...)
}

func patchOtherText(d *desk) {
	for _, path := range []string{"other", "same", "as-wanted", "removed"} {
		d.write(path, "saved")
	}
	result := d.patchRequest(checkpoint.PatchRequest{
		Unsaved: []checkpoint.Unsaved{text("other", "typed"), text("same", "saved"), text("as-wanted", "wanted"), text("removed", "typed"), text("new", "typed")},
		Files: []checkpoint.Patched{
			change("other", "saved", "wanted"), change("same", "saved", "wanted"), change("as-wanted", "saved", "wanted"), deletion("removed", "saved"), addition("new", "wanted"),
		},
	})
	d.wantDone(result, 2, 0, "other", "removed", "new")
	d.wantReason(result, "other", "not saved")
	d.wantPaths("unsaved", result.Unsaved, "same")
	d.wantTree(Tree{
		"other": {"-", 0o644, "saved"}, "same": {"-", 0o644, "wanted"}, "as-wanted": {"-", 0o644, "wanted"}, "removed": {"-", 0o644, "saved"},
	})
}

// patchBelowText says what the text was made of, which may have changed on the
// disk meanwhile.
func patchBelowText(d *desk) {
	for _, path := range []string{"as-known", "changed", "whatever", "gone"} {
		d.write(path, "saved")
	}
	d.write("changed", "by another program")
	d.write("whatever", "by another program")
	d.remove("gone")
	var texts []checkpoint.Unsaved
	var files []checkpoint.Patched
	for _, path := range []string{"as-known", "changed", "gone", "whatever"} {
		texts = append(texts, text(path, "typed"))
		one := change(path, "typed", "wanted")
		if path != "whatever" {
			one.Saved = hash("saved")
		}
		files = append(files, one)
	}
	result := d.patchRequest(checkpoint.PatchRequest{Files: files, Unsaved: texts})
	d.wantDone(result, 2, 0, "changed", "gone")
	d.wantPaths("unsaved", result.Unsaved, "as-known", "whatever")
	d.wantRead(result.Undo, "whatever", "by another program", nil)
	d.wantTree(Tree{"as-known": {"-", 0o644, "wanted"}, "changed": {"-", 0o644, "by another program"}, "whatever": {"-", 0o644, "wanted"}})
}

func patchTextAlready(d *desk) {
	d.write("file", "wanted")
	texts := []checkpoint.Unsaved{text("file", "typed"), text("gone", "typed")}
	result := d.patchRequest(checkpoint.PatchRequest{Unsaved: texts, Files: []checkpoint.Patched{change("file", "typed", "wanted"), deletion("gone", "typed")}})
	d.wantDone(result, 0, 0)
	d.wantPaths("unsaved", result.Unsaved, "file", "gone") // the editor is to read again
	d.wantUnsaved(result.Undo, texts...)
	d.wantTree(Tree{"file": {"-", 0o644, "wanted"}})
}
