package tool_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/diff"
	"pgregory.net/rapid"
)

func TestEdit(t *testing.T) {
	const bom = "\xEF\xBB\xBF"
	tests := []struct {
		name, before, old, new string
		all                    bool
		want                   string
	}{
		{name: "middle of a line", before: "a b c\n", old: "b", new: "x", want: "a x c\n"},
		{name: "several lines", before: "a\nb\nc\n", old: "a\nb\n", new: "x\n", want: "x\nc\n"},
		{name: "delete", before: "a\nb\nc\n", old: "b\n", new: "", want: "a\nc\n"},
		{name: "all", before: "a a\na\n", old: "a", new: "b", all: true, want: "b b\nb\n"},
		{name: "all does not overlap", before: "aaa\n", old: "aa", new: "b", all: true, want: "ba\n"},
		{name: "no newline at the end stays so", before: "a\nb", old: "b", new: "x", want: "a\nx"},
		{name: "newline at the end stays", before: "a\nb\n", old: "b\n", new: "x", want: "a\nx\n"},
		{name: "newline at the end stays, CRLF", before: "a\r\nb\r\n", old: "b\n", new: "x", want: "a\r\nx\r\n"},
		{name: "emptied", before: "b\n", old: "b\n", new: "", want: ""},
		{name: "CRLF", before: "a\r\nb\r\nc\r\n", old: "a\nb", new: "x\ny\nz", want: "x\r\ny\r\nz\r\nc\r\n"},
		{name: "CRLF in the model's text", before: "a\r\nb\r\n", old: "a\r\nb", new: "x\r\nb", want: "x\r\nb\r\n"},
		{name: "CRLF in the model's text, LF file", before: "a\nb\n", old: "a\r\nb", new: "x\r\nb", want: "x\nb\n"},
		{name: "endings per line", before: "a\r\nb\nc\r\nd\n", old: "b\nc\n", new: "B\nC\n", want: "a\r\nB\nC\r\nd\n"},
		{name: "same lines keep their endings", before: "a\r\nb\nc\r\n", old: "a\nb\nc\n", new: "a\nx\ny\nb\nc\n", want: "a\r\nx\r\ny\r\nb\nc\r\n"},
		{name: "new lines end like the one before", before: "a\r\nb", old: "b", new: "b\nc", want: "a\r\nb\r\nc"},
		{name: "byte order mark", before: bom + "a\r\nb\r\n", old: "a", new: "x", want: bom + "x\r\nb\r\n"},
		{name: "byte order mark in the model's text", before: bom + "a\n", old: "\uFEFFa", new: "\uFEFFx", want: bom + "x\n"},
		{name: "other bytes stay", before: "caf\xE9 a\n\xFF\xFEx\n", old: "a\n", new: "b\n", want: "caf\xE9 b\n\xFF\xFEx\n"},
		{name: "lone CR is text", before: "a\rb\n", old: "a", new: "x", want: "x\rb\n"},

		{name: "white space: indentation", before: "func f() {\n\tif x {\n\t\ty()\n\t}\n}\n",
			old: "if x {\n    y()\n}", new: "if x {\n    if z {\n        y()\n    }\n}",
			want: "func f() {\n\tif x {\n\t\tif z {\n\t\t\ty()\n\t\t}\n\t}\n}\n"},
		{name: "white space: tabs for spaces", before: "a:\n    b:\n        c: 1\n", old: "b:\n\tc: 1", new: "b:\n\tc: 2\n\td: 3", want: "a:\n    b:\n        c: 2\n        d: 3\n"},
		{name: "white space: at the end of a line", before: "a  \nb\n", old: "a\nb\n", new: "a\nc\n", want: "a  \nc\n"},
		{name: "white space: less deep", before: "\t\ta\n\t\tb\n", old: "    a\n    b", new: "    a\nend", want: "\t\ta\n\tend\n"},
		{name: "white space: CRLF", before: "\ta\r\n\tb\r\n", old: "  a\n  b", new: "  a\n  c\n  d", want: "\ta\r\n\tc\r\n\td\r\n"},
		{name: "white space: inside a line", before: "x  :=  1\n", old: "x := 1", new: "x := 2", want: "x := 2\n"},
		{name: "white space: deleted", before: "\ta\n\tb\n", old: "  a\n", new: "", want: "\tb\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, map[string]string{"f": tt.before})
			b.run("read_file", "path", "f")
			p := b.prepare("edit_file", "path", "f", "old_string", tt.old, "new_string", tt.new, "replace_all", tt.all)
			if p.Title != "Edit f" || p.Kind != "edit" || !p.Mutates || p.Diff == nil || p.Diff.Kind != diff.Modified {
				t.Errorf("prepared: %+v", p)
			}
			result := b.set.Run(t.Context(), b.view, p, nil)
			if result.IsError {
				t.Fatal(result.Text)
			}
			if diff := cmp.Diff(tt.want, b.read("f")); diff != "" {
				t.Errorf("file (-want +got):\n%s", diff)
			}
			if loose := strings.Contains(result.Text, "without regard to white space"); loose != strings.HasPrefix(tt.name, "white space") {
				t.Errorf("said to be loose: %v: %s", loose, result.Text)
			}
			// The model knows what it wrote: it may edit again.
			if tt.want != "" && utf8.ValidString(tt.want) {
				first, _, _ := strings.Cut(strings.TrimPrefix(tt.want, bom), "\n")
				b.prepare("edit_file", "path", "f", "old_string", strings.TrimSuffix(first, "\r"), "new_string", "again", "replace_all", true)
			}
		})
	}
}

func utf16Bytes(text string, order binary.AppendByteOrder) string {
	encoded := order.AppendUint16(nil, 0xFEFF)
	for _, unit := range utf16.Encode([]rune(text)) {
		encoded = order.AppendUint16(encoded, unit)
	}
	return string(encoded)
}

func TestEditUTF16(t *testing.T) {
	for name, order := range map[string]binary.AppendByteOrder{"LE": binary.LittleEndian, "BE": binary.BigEndian} {
		b := newBench(t, map[string]string{"f": utf16Bytes("häl𝄞lo\r\nwörld\r\n", order)})
		if got, want := b.run("read_file", "path", "f"), "     1\thäl𝄞lo\n     2\twörld\n[UTF-16 "+name+"; CRLF line endings]"; got != want {
			t.Errorf("read: got %q, want %q", got, want)
		}
		b.run("edit_file", "path", "f", "old_string", "wörld", "new_string", "𝄞\nx")
		if diff := cmp.Diff(utf16Bytes("häl𝄞lo\r\n𝄞\r\nx\r\n", order), b.read("f")); diff != "" {
			t.Errorf("edit %s (-want +got):\n%s", name, diff)
		}
		b.run("write_file", "path", "f", "content", "a\nb\n")
		if diff := cmp.Diff(utf16Bytes("a\r\nb\r\n", order), b.read("f")); diff != "" {
			t.Errorf("write %s (-want +got):\n%s", name, diff)
		}
	}
}

func TestEditRefuses(t *testing.T) {
	const text = "func Add(a, b int) int {\n\treturn a + b\n}\n\nfunc Sub(a, b int) int {\n\treturn a - b\n}\n"
	b := newBench(t, map[string]string{"calc.go": text, "binary": "a\x00b", "sub/x": "", "twice": "  a\n\ta\n"})

	b.wantRefused("has not been read in this session", "edit_file", "path", "calc.go", "old_string", "a + b", "new_string", "b + a")
	b.run("read_file", "path", "calc.go")
	b.run("read_file", "path", "twice")
	b.wantRefused("Calc.go does not exist. Did you mean calc.go?", "edit_file", "path", "Calc.go", "old_string", "a", "new_string", "b")
	b.wantRefused("old_string occurs 2 times in calc.go (lines 1, 5)", "edit_file", "path", "calc.go", "old_string", "(a, b int) int {", "new_string", "x")
	b.wantRefused("old_string is empty", "edit_file", "path", "calc.go", "old_string", "", "new_string", "x")
	b.wantRefused("are the same", "edit_file", "path", "calc.go", "old_string", "x", "new_string", "x")
	b.wantRefused("is not text", "edit_file", "path", "binary", "old_string", "a", "new_string", "b")
	b.wantRefused("sub is a folder", "edit_file", "path", "sub", "old_string", "a", "new_string", "b")
	b.wantRefused("without regard to white space it occurs 2 times (lines 1, 2)", "edit_file", "path", "twice", "old_string", "    a\n", "new_string", "b\n")
	b.wantRefused("no line comes close", "edit_file", "path", "calc.go", "old_string", "zzzzzz", "new_string", "b")
	b.wantRefused("no line comes close", "edit_file", "path", "calc.go", "old_string", "\n\n\n\n\n", "new_string", "b")
	b.wantRefused("seems to begin with the line numbers", "edit_file", "path", "calc.go", "old_string", "     1\tfunc Add(a, b int) int {\n     2\t\treturn a + b", "new_string", "b")

	want := "old_string was not found in calc.go. The closest lines are:\n" +
		"     5\tfunc Sub(a, b int) int {\n     6\t\treturn a - b\n     7\t}\n" +
		"Read the file again and copy the text exactly, without line numbers. Nothing was changed."
	got := b.refused("edit_file", "path", "calc.go", "old_string", "func Sub(a, c int) int {\n\treturn a - b;\n}", "new_string", "x")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("closest lines (-want +got):\n%s", diff)
	}

	b.write("calc.go", text+"\n")
	b.wantRefused("has changed since you read it", "edit_file", "path", "calc.go", "old_string", "a + b", "new_string", "b + a")
	if got := b.read("calc.go"); got != text+"\n" {
		t.Errorf("the file changed: %q", got)
	}
}

func TestPlaceholdersAreRefused(t *testing.T) {
	refused := []string{
		"// ... existing code ...", "# ... rest of the file unchanged", "/* rest of the code */", "<!-- rest of the file unchanged -->",
		"\t// rest of the function remains the same", "// … remaining methods …", "-- ...existing code", "// the rest of the file stays the same",
		"[rest of the document unchanged]", "... (rest of code)", "{/* ... existing imports ... */}", "// existing code here", "// unchanged code ...",
		"# Remaining methods omitted...", "// same as before ...", "/* ...other tests... */", "; rest of file",
	}
	for _, line := range refused {
		t.Log(line) // shown when the test fails
		b := newBench(t, map[string]string{"f.go": "package f\n"})
		b.run("read_file", "path", "f.go")
		content := "package f\n\n" + line + "\n"
		b.wantRefused("stands in for text that was left out", "write_file", "path", "new.go", "content", content)
		b.wantRefused("stands in for text that was left out", "write_file", "path", "f.go", "content", content)
		b.wantRefused("stands in for text that was left out", "edit_file", "path", "f.go", "old_string", "package f\n", "new_string", content)
	}
	allowed := []string{
		"// The rest of the code base uses tabs.", "args := f(rest...)", "// existing code is kept by default when merging", "# Remaining work",
		"func rest() {}", "...rest", "const { a, ...rest } = props", "return [...previous, next]", "// other functions may call this", "// ...",
		"the rest of the file is copied as it is", "# More", "- more examples of this", "/* unchanged: see above for why */",
	}
	for _, line := range allowed {
		t.Log(line) // shown when the test fails
		b := newBench(t, nil)
		b.prepare("write_file", "path", "new.go", "content", "package f\n\n"+line+"\n")
	}
	// A line that the file has already may stay.
	b := newBench(t, map[string]string{"f.go": "// ... existing code ...\na\n"})
	b.run("read_file", "path", "f.go")
	b.run("edit_file", "path", "f.go", "old_string", "// ... existing code ...\na", "new_string", "// ... existing code ...\nb")
}

func TestEditKeepsModeAndLink(t *testing.T) {
	b := newBench(t, map[string]string{"real/run.sh": "echo a\n"})
	script := filepath.Join(b.folder, "real/run.sh")
	if err := os.Chmod(script, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real/run.sh", filepath.Join(b.folder, "link.sh")); err != nil {
		t.Fatal(err)
	}
	b.run("read_file", "path", "link.sh")
	b.run("edit_file", "path", "link.sh", "old_string", "echo a", "new_string", "echo b")
	info, err := os.Stat(script)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o755 || b.read("real/run.sh") != "echo b\n" {
		t.Errorf("mode %v, content %q", info.Mode(), b.read("real/run.sh"))
	}
	if target, err := os.Readlink(filepath.Join(b.folder, "link.sh")); err != nil || target != "real/run.sh" {
		t.Errorf("the link became %q, %v", target, err)
	}
}

// An edit of one line leaves every byte outside it alone, whatever the file.
func TestEditTouchesNothingElse(t *testing.T) {
	b := newBench(t, nil)
	rapid.Check(t, func(rt *rapid.T) {
		line := rapid.StringMatching(`[a-c \t]{0,6}`)
		ending := rapid.SampledFrom([]string{"\n", "\r\n"})
		var head, tail strings.Builder
		for range rapid.IntRange(0, 4).Draw(rt, "before") {
			head.WriteString(line.Draw(rt, "line") + ending.Draw(rt, "ending"))
		}
		own := ending.Draw(rt, "own")
		for range rapid.IntRange(0, 4).Draw(rt, "after") {
			tail.WriteString(line.Draw(rt, "line") + ending.Draw(rt, "ending"))
		}
		before := head.String() + "  MARK one" + own + "\tMARK two" + own + tail.String()
		b.write("f", before)
		b.run("read_file", "path", "f")
		indent := rapid.SampledFrom([]string{"  ", "", "\t\t"}).Draw(rt, "indent") // only the first matches as written
		b.run("edit_file", "path", "f", "old_string", indent+"MARK one\n\tMARK two\n", "new_string", indent+"MARK one\n\tMARK 2\n")
		want := head.String() + "  MARK one" + own + "\tMARK 2" + own + tail.String()
		if diff := cmp.Diff(want, b.read("f")); diff != "" {
			rt.Fatalf("file (-want +got):\n%s", diff)
		}
	})
}
