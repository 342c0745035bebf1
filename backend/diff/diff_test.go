package diff

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestCompute(t *testing.T) {
	long := strings.Repeat("x\n", MaxLines)
	tests := map[string]struct {
		before, after []byte
		want          File
	}{
		"added": {nil, []byte("a\nb\n"), File{Kind: Added, Added: 2, Hunks: []Hunk{
			{OldStart: 0, OldLines: 0, NewStart: 1, NewLines: 2, Lines: []Line{{Insert, "a\n"}, {Insert, "b\n"}}},
		}}},
		"added empty":   {nil, []byte{}, File{Kind: Added}},
		"deleted":       {[]byte("a\n"), nil, File{Kind: Deleted, Removed: 1, Hunks: []Hunk{{OldStart: 1, OldLines: 1, Lines: []Line{{Delete, "a\n"}}}}}},
		"emptied":       {[]byte("a"), []byte{}, File{Kind: Modified, Removed: 1, Hunks: []Hunk{{OldStart: 1, OldLines: 1, Lines: []Line{{Delete, "a"}}}}}},
		"equal":         {[]byte("a\r\n"), []byte("a\r\n"), File{Kind: Modified}},
		"line endings":  {[]byte("a\n"), []byte("a\r\n"), File{Kind: Modified, Added: 1, Removed: 1, Hunks: []Hunk{{OldStart: 1, OldLines: 1, NewStart: 1, NewLines: 1, Lines: []Line{{Delete, "a\n"}, {Insert, "a\r\n"}}}}}},
		"final newline": {[]byte("a"), []byte("a\n"), File{Kind: Modified, Added: 1, Removed: 1, Hunks: []Hunk{{OldStart: 1, OldLines: 1, NewStart: 1, NewLines: 1, Lines: []Line{{Delete, "a"}, {Insert, "a\n"}}}}}},
		"three lines around": {[]byte("1\n2\n3\n4\n5\n6\n7\n8\n9\n"), []byte("1\n2\n3\n4\nfive\n6\n7\n8\n9\n"), File{Kind: Modified, Added: 1, Removed: 1, Hunks: []Hunk{
			{OldStart: 2, OldLines: 7, NewStart: 2, NewLines: 7, Lines: []Line{
				{Equal, "2\n"}, {Equal, "3\n"}, {Equal, "4\n"}, {Delete, "5\n"}, {Insert, "five\n"}, {Equal, "6\n"}, {Equal, "7\n"}, {Equal, "8\n"},
			}},
		}}},
		"binary before":  {[]byte("a\x00"), []byte("a"), File{Kind: Modified, Binary: true}},
		"binary after":   {[]byte("a"), []byte("\x00"), File{Kind: Modified, Binary: true}},
		"NUL far behind": {[]byte(strings.Repeat("x", sniffed)), []byte(strings.Repeat("x", sniffed) + "\x00"), File{Kind: Modified, Added: 1, Removed: 1, Hunks: []Hunk{{OldStart: 1, OldLines: 1, NewStart: 1, NewLines: 1, Lines: []Line{{Delete, strings.Repeat("x", sniffed)}, {Insert, strings.Repeat("x", sniffed) + "\x00"}}}}}},
		"too many lines": {[]byte(long), []byte("x\n"), File{Kind: Modified, TooLarge: true}},
		"too many bytes": {[]byte{}, bytes.Repeat([]byte("x"), MaxBytes+1), File{Kind: Modified, TooLarge: true}},
		"invalid UTF-8":  {[]byte("\xff\n"), []byte("\xfe\n"), File{Kind: Modified, Added: 1, Removed: 1, Hunks: []Hunk{{OldStart: 1, OldLines: 1, NewStart: 1, NewLines: 1, Lines: []Line{{Delete, "\xff\n"}, {Insert, "\xfe\n"}}}}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.want.Path = "p"
			if d := cmp.Diff(test.want, Compute("p", test.before, test.after)); d != "" {
				t.Errorf("Compute (-want +got):\n%s", d)
			}
		})
	}
}

func TestUnified(t *testing.T) {
	tests := map[string]struct {
		file File
		want string
	}{
		"modified": {
			Compute("d/calc.go", []byte("a\nb\nc"), []byte("a\nB\nc")),
			"--- a/d/calc.go\n+++ b/d/calc.go\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n\\ No newline at end of file\n",
		},
		"added":         {Compute("n", nil, []byte("a\n")), "--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+a\n"},
		"deleted":       {Compute("n", []byte("a\nb\n"), nil), "--- a/n\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n"},
		"both unended":  {Compute("n", []byte("a"), []byte("b")), "--- a/n\n+++ b/n\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n"},
		"equal":         {Compute("n", []byte("a"), []byte("a")), ""},
		"binary":        {Compute("n", nil, []byte{0}), "Binary files /dev/null and b/n differ\n"},
		"too large":     {File{Path: "n", Kind: Modified, TooLarge: true}, "Files a/n and b/n are too large to compare\n"},
		"renamed":       {File{Path: "new", From: "old", Kind: Renamed}, "rename from old\nrename to new\n"},
		"name with \\n": {Compute("a\n\"b\"\\", nil, []byte("a\n")), "--- /dev/null\n+++ \"b/a\\012\\\"b\\\"\\\\\"\n@@ -0,0 +1 @@\n+a\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(test.want, Unified(test.file)); d != "" {
				t.Errorf("Unified (-want +got):\n%s", d)
			}
		})
	}
}

// texts draws bytes in which lines repeat, end in every way and need not be
// UTF-8; sometimes nil.
func texts() *rapid.Generator[[]byte] {
	lines := rapid.SliceOf(rapid.SampledFrom([]string{"a\n", "b\n", "\n", "a\r\n", "\r", "{\n", "}\n", "\xff\n", "end", "\x00"}))
	return rapid.OneOf(
		rapid.Map(lines, func(s []string) []byte { return []byte(strings.Join(s, "")) }),
		rapid.SliceOf(rapid.Byte()),
		rapid.Just([]byte(nil)),
	)
}

func TestApplyGivesTheNewBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := texts().Draw(t, "before"), texts().Draw(t, "after")
		file := Compute("p", before, after)
		if file.Binary != (IsBinary(before) || IsBinary(after)) || file.TooLarge {
			t.Fatalf("Compute says binary %v, too large %v", file.Binary, file.TooLarge)
		}
		got, err := Apply(before, file)
		if file.Binary {
			if !errors.Is(err, ErrNoHunks) {
				t.Fatalf("Apply of a binary file: %v, want ErrNoHunks", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, after) || (file.Kind != Modified && (got == nil) != (after == nil)) {
			t.Fatalf("Apply gave %q, want %q", got, after)
		}
		var oldLines, newLines int
		for _, hunk := range file.Hunks {
			oldLines += hunk.OldLines
			newLines += hunk.NewLines
		}
		if newLines-oldLines != file.Added-file.Removed {
			t.Fatalf("hunks grow by %d lines, counts by %d", newLines-oldLines, file.Added-file.Removed)
		}
	})
}

func TestApplyRefusesOtherBytes(t *testing.T) {
	file := Compute("p", []byte("a\nb\nc\n"), []byte("a\nB\nc\n"))
	for _, other := range []string{"", "a\n", "a\nx\nc\n", "x\na\nb\nc\n", "a\nb\nc"} {
		if got, err := Apply([]byte(other), file); !errors.Is(err, ErrMismatch) {
			t.Errorf("Apply to %q gave %q, %v; want ErrMismatch", other, got, err)
		}
	}
}

func BenchmarkCompute(b *testing.B) {
	before := bytes.Repeat([]byte("func a() {\n\treturn\n}\n\n"), 500)
	after := bytes.Replace(before, []byte("return"), []byte("panic(1)"), 40)
	b.SetBytes(int64(len(before)))
	for b.Loop() {
		Compute("p", before, after)
	}
}
