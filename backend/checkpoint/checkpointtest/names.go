//go:build unix

package checkpointtest

import (
	"os"
	"strings"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// nameRows are about what paths may be called.
func nameRows() []row {
	return []row{
		{"a case-only rename", func(d *desk) { twins(d, "Readme.md", "README.md") }, everyones},
		{"composed and decomposed twins", func(d *desk) { twins(d, "caf\u00e9", "cafe\u0301") }, everyones},
		{"twins that differ in a stray byte", func(d *desk) { twins(d, "x\xff", "x\xfe") }, everyones},
		{"names of 255 bytes", longNames, everyones},
		{"one strange name at a time", oneStrangeName, everyones},
	}
}

// twins renames one name to the other, file and folder, and has both at once
// where the file system tells them apart.
func twins(d *desk, one, other string) {
	d.write(one, "1")
	d.write("folder/"+one+"/inside", "1")
	first, firstTree := d.create(), d.tree()
	d.must(os.Rename(d.at(one), d.at(other)))
	d.must(os.Rename(d.at("folder/"+one), d.at("folder/"+other)))
	second, secondTree := d.create(), d.tree()
	d.exact(first)
	d.wantTree(firstTree)
	d.exact(second)
	d.wantTree(secondTree)
	if _, err := os.Lstat(d.at(one)); err == nil {
		return // they are one name here
	}
	d.write(one, "2")
	both, bothTree := d.create(), d.tree()
	d.restore(checkpoint.RestoreRequest{ID: first, Paths: []string{checkpoint.EncodePath(one)}})
	bothTree[one] = Item{"-", 0o644, "1"}
	d.wantTree(bothTree)
	d.exact(both)
	bothTree[one] = Item{"-", 0o644, "2"}
	d.wantTree(bothTree)
	d.exact(first)
	d.wantTree(firstTree)
}

func longNames(d *desk) {
	long := strings.Repeat("n", 255)
	d.write(long, "file")
	d.write("f/"+strings.Repeat("m", 255)+"/"+long, "inside")
	d.link(strings.Repeat("t", 1000), strings.Repeat("l", 255))
	want := d.tree()
	id := d.create()
	d.write(long, "changed")
	d.remove("f")
	d.remove(strings.Repeat("l", 255))
	d.exact(id)
	d.wantTree(want)
}

// oneStrangeName has each name alone in the workspace, so that one that cannot
// be kept does not hide behind another.
func oneStrangeName(d *desk) {
	for _, name := range []string{"new\nline", "-rf", "trailing ", " ", "not utf-8 \xff", "back\\slash", ":(glob)**", "*", "HEAD", ".gitmodules.", "\"quoted\"", "@{1}", "--"} {
		d.write(name, "1")
		want := d.tree()
		id := d.create()
		d.write(name, "2")
		result := d.restore(checkpoint.RestoreRequest{ID: id, Paths: []string{checkpoint.EncodePath(name)}})
		d.wantTree(want)
		if result.Written != 1 {
			d.Errorf("%q: %+v", name, result)
		}
		d.remove(name)
		d.exact(id)
		d.wantTree(want)
		d.remove(name)
	}
}
