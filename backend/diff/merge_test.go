package diff

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMerge(t *testing.T) {
	const bom = "\xef\xbb\xbf"
	tests := map[string]struct {
		base, ours, theirs string
		want               string
		conflict           bool
	}{
		"apart":                    {"1\n2\n3\n4\n5\n", "one\n2\n3\n4\n5\n", "1\n2\n3\n4\nfive\n", "one\n2\n3\n4\nfive\n", false},
		"one line between":         {"1\n2\n3\n", "one\n2\n3\n", "1\n2\nthree\n", "one\n2\nthree\n", false},
		"adjoining":                {"1\n2\n", "one\n2\n", "1\ntwo\n", "", true},
		"adjoining insertions":     {"1\n2\n", "1\na\n2\n", "1\nb\n2\n", "", true},
		"insertion behind change":  {"1\n2\n3\n", "one\n2\n3\n", "1\na\n2\n3\n", "", true},
		"insertion before change":  {"1\n2\n3\n", "1\n2\nthree\n", "1\n2\na\n3\n", "", true},
		"insertion in deletion":    {"1\n2\n3\n4\n", "1\n4\n", "1\n2\na\n3\n4\n", "", true},
		"same":                     {"1\n2\n3\n", "1\n2\nc\n", "1\n2\nc\n", "1\n2\nc\n", false},
		"same and another":         {"1\n2\n3\n4\n5\n", "one\n2\n3\n4\n5\n", "one\n2\n3\n4\nfive\n", "one\n2\n3\n4\nfive\n", false},
		"same and one adjoining":   {"1\n2\n3\n", "one\n2\n3\n", "one\ntwo\n3\n", "", true},
		"other edits of one line":  {"1\n2\n3\n", "1\nb\n3\n", "1\nB\n3\n", "", true},
		"deleted and changed":      {"1\n2\n3\n", "1\n3\n", "1\nb\n3\n", "", true},
		"both deleted":             {"1\n2\n3\n", "1\n3\n", "1\n3\n", "1\n3\n", false},
		"two edits against one":    {"1\n2\n3\n4\n5\n", "1\na\n3\nb\n5\n", "1\n5\n", "", true},
		"line endings":             {"1\r\n2\n3\r\n", "one\r\n2\n3\r\n", "1\r\n2\n3\n", "one\r\n2\n3\n", false},
		"no final newline":         {"1\n2\n3", "one\n2\n3", "1\n2\nthree", "one\n2\nthree", false},
		"final newline added":      {"1\n2\n3", "one\n2\n3", "1\n2\n3\n", "one\n2\n3\n", false},
		"final newline and more":   {"1\n2\n3", "1\n2\n3\n", "1\n2\n3\n4\n", "", true},
		"byte order mark added":    {"1\n2\n3\n", bom + "1\n2\n3\n", "1\n2\nthree\n", bom + "1\n2\nthree\n", false},
		"invalid UTF-8":            {"\xff\n2\n\xfe\n", "\xfd\n2\n\xfe\n", "\xff\n2\n\xfc", "\xfd\n2\n\xfc", false},
		"lone carriage returns":    {"1\r2\n3\n4\n", "1\r\r2\n3\n4\n", "1\r2\n3\n", "1\r\r2\n3\n", false},
		"all empty":                {"", "", "", "", false},
		"emptied and unchanged":    {"1\n", "", "1\n", "", false},
		"emptied and changed":      {"1\n2\n3\n", "", "1\n2\nthree\n", "", true},
		"both began":               {"", "1\n", "2\n", "", true},
		"binary base":              {"\x00", "\x00", "\x00", "", true},
		"binary side":              {"1\n", "1\n", "\x00", "", true},
		"too many lines":           {"1\n", "1\n", strings.Repeat("x\n", MaxLines), "", true},
		"too many bytes":           {strings.Repeat("x", MaxBytes+1), "1\n", "1\n", "", true},
		"NUL behind what is asked": {strings.Repeat("x\n", sniffed) + "\x00\n2\n3\n", "1\n", "1\n", "1\n", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, clean := Merge([]byte(test.base), []byte(test.ours), []byte(test.theirs))
			if string(got) != test.want || clean == test.conflict || (got == nil) == clean {
				t.Errorf("Merge gave %q, clean %v; want %q, %v", got, clean, test.want, !test.conflict)
			}
		})
	}
}

// textOf draws a text without a NUL.
func textOf(t *rapid.T, label string) []byte {
	return texts().Filter(func(text []byte) bool { return !IsBinary(text) }).Draw(t, label)
}

func TestMergeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, ours, theirs := textOf(t, "base"), textOf(t, "ours"), textOf(t, "theirs")
		for _, law := range []struct {
			what         string
			ours, theirs []byte
			want         []byte
		}{
			{"only theirs changed", base, theirs, theirs},
			{"only ours changed", ours, base, ours},
			{"both changed the same", ours, ours, ours},
		} {
			if got, clean := Merge(base, law.ours, law.theirs); !clean || !bytes.Equal(got, law.want) {
				t.Fatalf("%s: %q, clean %v; want %q", law.what, got, clean, law.want)
			}
		}
		one, clean := Merge(base, ours, theirs)
		if other, too := Merge(base, theirs, ours); clean != too || !bytes.Equal(one, other) {
			t.Fatalf("not symmetrical: %q, clean %v; exchanged %q, clean %v", one, clean, other, too)
		}
	})
}

// edited draws a change of lines that can be told in one way only: no line of
// base stands there twice, and none is inserted.
func edited(t *rapid.T, label string, base []string) []byte {
	insert := rapid.SliceOfN(rapid.SampledFrom([]string{"x\n", "y\n", "\n", "x\r\n", "\xff\n"}), 1, 2)
	var out []string
	for i, line := range base {
		switch rapid.IntRange(0, 9).Draw(t, fmt.Sprint(label, i)) {
		case 0: // deleted
		case 1:
			out = append(out, insert.Draw(t, "replacement")...)
		case 2:
			out = append(append(out, line), insert.Draw(t, "insertion")...)
		default:
			out = append(out, line)
		}
	}
	text := strings.Join(out, "")
	if rapid.Bool().Draw(t, label+" ends without a newline") {
		text = strings.TrimSuffix(text, "\n")
	}
	return []byte(text)
}

func TestMergeAgreesWithGit(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("there is no git to compare with")
	}
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		var lines []string
		for i := range rapid.IntRange(0, 12).Draw(t, "lines") {
			lines = append(lines, fmt.Sprint(i, rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "ending")))
		}
		base := []byte(strings.Join(lines, ""))
		ours, theirs := edited(t, "ours", lines), edited(t, "theirs", lines)
		want, wantClean := gitMerge(t, git, dir, base, ours, theirs)
		got, clean := Merge(base, ours, theirs)
		if clean != wantClean || clean && !bytes.Equal(got, want) {
			t.Fatalf("base %q\nours %q\ntheirs %q\ngave %q, clean %v\ngit %q, clean %v", base, ours, theirs, got, clean, want, wantClean)
		}
	})
}

func gitMerge(t *rapid.T, git, dir string, base, ours, theirs []byte) (merged []byte, clean bool) {
	for name, content := range map[string][]byte{"base": base, "ours": ours, "theirs": theirs} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command(git, "-c", "merge.conflictStyle=merge", "merge-file", "-p", "ours", "base", "theirs")
	command.Dir = dir
	merged, err := command.Output()
	failed, exited := errors.AsType[*exec.ExitError](err)
	if err != nil && (!exited || failed.ExitCode() > 127) { // up to 127 is the number of conflicts
		t.Fatalf("git merge-file: %v", err)
	}
	return merged, err == nil
}

func FuzzMerge(f *testing.F) {
	f.Add([]byte("1\n2\n3\n"), []byte("one\n2\n3\n"), []byte("1\n2\nthree"))
	f.Add([]byte("a\na\na\n"), []byte("a\na\n"), []byte("a\nb\na\na\n"))
	f.Add([]byte(nil), []byte("\r"), []byte("\x00"))
	f.Fuzz(func(t *testing.T, base, ours, theirs []byte) {
		merged, clean := Merge(base, ours, theirs)
		if clean != (merged != nil) {
			t.Errorf("clean %v with %q", clean, merged)
		}
		if again, too := Merge(base, theirs, ours); too != clean || !bytes.Equal(again, merged) {
			t.Errorf("not symmetrical: %q and %q", merged, again)
		}
	})
}

func BenchmarkMerge(b *testing.B) {
	base := bytes.Repeat([]byte("func a() {\n\treturn\n}\n\n"), 500)
	ours := bytes.Replace(base, []byte("return"), []byte("panic(1)"), 40)
	theirs := append(bytes.Clone(base), "// more\n"...)
	b.SetBytes(int64(len(base)))
	for b.Loop() {
		Merge(base, ours, theirs)
	}
}
