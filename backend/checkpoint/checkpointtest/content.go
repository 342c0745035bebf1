//go:build unix

package checkpointtest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// contentRows are about what files may hold.
func contentRows() []row {
	return []row{
		{"R7 one file of each encoding, by itself", encodings, everyones},
		{"R9 empty files and folders", empties, everyones},
		{"a sparse file", sparse, everyones},
		{"a large file changed in the middle, appended to, cut off", largeFile, everyones},
		{"R10 a file of several GiB is named and left alone", hugeFile, ours},
		{"many files in one folder", wideFolder, everyones},
	}
}

// encodings changes each file in the way that is easiest to miss, and restores
// it alone.
func encodings(d *desk) {
	d.write(".gitattributes", "* text=auto ident\n*.utf16 working-tree-encoding=UTF-16LE\n")
	states := map[string][2]string{
		"crlf.txt":        {"one\r\ntwo\r\n", "one\ntwo\n"},
		"lf.txt":          {"one\ntwo\n", "one\r\ntwo\r\n"},
		"mixed.txt":       {"one\r\ntwo\nthree\r", "one\ntwo\nthree\n"},
		"end.txt":         {"one", "one\n"},
		"bom.txt":         {"\xef\xbb\xbfone", "one"},
		"wide.utf16":      {"\xff\xfeo\x00n\x00e\x00\r\x00\n\x00", "\xff\xfeo\x00n\x00e\x00\n\x00"},
		"big-endian.txt":  {"\xfe\xff\x00o", "\xff\xfeo\x00"},
		"invalid.txt":     {"caf\xe9\xff", "caf\xef\xbf\xbd\xef\xbf\xbd"},
		"ident.c":         {"$Id$", "$Id: 0123456789 $"},
		"expanded.c":      {"$Id: something $", "$Id$"},
		"composed.txt":    {"caf\u00e9", "cafe\u0301"},
		"nul.bin":         {"a\x00b", "a b"},
		"conflict.txt":    {"<<<<<<< HEAD\n", ">>>>>>> main\n"},
		"long-line.txt":   {strings.Repeat("x", 1<<18), strings.Repeat("x", 1<<18-1)},
		"lfs-pointer.txt": {"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "x"},
	}
	for path, state := range states {
		d.write(path, state[0])
	}
	id := d.create()
	target := d.tree()
	for path, state := range states {
		d.write(path, state[1])
	}
	want := d.tree()
	for path := range states {
		result := d.restore(checkpoint.RestoreRequest{ID: id, Paths: []string{path}})
		if result.Written != 1 {
			d.Fatalf("%s: %+v", path, result)
		}
		want[path] = target[path]
		d.wantTree(want)
	}
}

func empties(d *desk) {
	d.write("file", "")
	d.folder("folder")
	d.folder("deep/er/folder")
	d.write("filled", "1")
	full := d.tree()
	first := d.create()
	d.write("file", "1")
	d.write("folder/file", "")
	d.remove("deep")
	d.write("filled", "")
	other := d.tree()
	second := d.create()
	d.exact(first)
	d.wantTree(full)
	d.exact(second)
	d.wantTree(other)
	d.wantRead(first, "file", "", nil)
}

func sparse(d *desk) {
	d.write("sparse", "head")
	d.must(os.Truncate(d.at("sparse"), 5<<20))
	want := d.tree()
	id := d.create()
	d.must(os.Truncate(d.at("sparse"), 5<<20-1))
	d.exact(id)
	d.wantTree(want)
	d.must(os.Truncate(d.at("sparse"), 5<<20+1))
	d.exact(id)
	d.wantTree(want)
}

// noise is what cannot be compressed.
func noise(seed byte, size int) []byte {
	out := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(out) // never fails, says its documentation
	return out
}

// largeStates are what a file of about 20 MiB goes through.
func largeStates() [][]byte {
	first := noise(1, 20<<20)
	middle := slices.Clone(first)
	copy(middle[10<<20:], "changed")
	appended := append(slices.Clone(middle), noise(2, 300<<10)...)
	cut := appended[:7<<20+5]
	moved := append([]byte("put in front"), first...)
	return [][]byte{first, middle, appended, cut, moved}
}

func largeFile(d *desk) {
	var ids []string
	states := largeStates()
	for _, state := range states {
		d.must(os.WriteFile(d.at("large"), state, 0o644))
		ids = append(ids, d.create())
	}
	for _, i := range []int{1, 0, 3, 2, 4} {
		d.exact(ids[i])
		got, err := os.ReadFile(d.at("large"))
		d.must(err)
		if !slices.Equal(got, states[i]) {
			d.Fatalf("state %d: %d bytes are not the %d that were", i, len(got), len(states[i]))
		}
		read, entry, err := d.store.ReadFile(d.Context(), ids[i], "large")
		d.must(err)
		if !slices.Equal(read, states[i]) || entry.Size != int64(len(states[i])) {
			d.Fatalf("state %d read: %d bytes, size %d", i, len(read), entry.Size)
		}
	}
}

// hugeFile is sparse, so that only a store that reads it needs long.
func hugeFile(d *desk) {
	d.write("huge", "head")
	d.must(os.Truncate(d.at("huge"), 3<<30))
	d.write("small", "1")
	made := d.createAny()
	if len(made.Problems) != 1 || made.Problems[0].Path != "huge" || made.Complete {
		d.Fatalf("checkpoint: %+v", made)
	}
	before, err := stampOf(d.at("huge"))
	d.must(err)
	d.write("small", "2")
	result := d.exact(made.ID)
	d.wantPaths("unknown", result.Unknown, "huge")
	d.undo(result.Undo)
	after, err := stampOf(d.at("huge"))
	d.must(err)
	if before != after {
		d.Error("the file that is over the cap was touched")
	}
	d.remove("huge") // the walker reads everything
	d.wantTree(Tree{"small": {"-", 0o644, "2"}})
}

// wideFolder has more names than a store may want to keep in one piece.
func wideFolder(d *desk) {
	d.folder("wide")
	const many, step = 4500, 97
	name := func(i int) string { return fmt.Sprintf("wide/%c%d", 'a'+i%26, i) }
	for i := range many {
		d.must(os.WriteFile(d.at(name(i)), nil, 0o644))
	}
	id := d.create()
	want := d.tree()
	for i := 0; i < many; i += step {
		d.remove(name(i))
		d.write(name(i)+" new", "new")
	}
	second := d.create()
	changes, err := d.store.Diff(d.Context(), id, second)
	d.must(err)
	if len(changes) != 2*(many/step+1) {
		d.Fatalf("%d changes", len(changes))
	}
	d.exact(id)
	d.wantTree(want)
}
