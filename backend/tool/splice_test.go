package tool_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// form is how a text stands in a file.
type form struct {
	mark   string
	encode func(text string) string
}

// forms are the encodings; the last one is an old 8-bit one, whose letters are no
// UTF-8.
func forms() map[string]form {
	same := func(text string) string { return text }
	return map[string]form{
		"UTF-8":           {"", same},
		"UTF-8 with mark": {"\xEF\xBB\xBF", same},
		"UTF-16 LE":       {"\xFF\xFE", func(text string) string { return utf16Bytes(text, binary.LittleEndian)[2:] }},
		"UTF-16 BE":       {"\xFE\xFF", func(text string) string { return utf16Bytes(text, binary.BigEndian)[2:] }},
		"Latin-1":         {"", func(text string) string { return strings.NewReplacer("é", "\xE9", "𝄞", "\xFF").Replace(text) }},
	}
}

// Whatever a file's encoding, line endings, byte order mark, end and mode are:
// the bytes outside an edit are the same after it, and the new lines read as the
// model wrote them.
func TestBytesOutsideAnEditStay(t *testing.T) {
	b := newBench(t, nil)
	path := filepath.Join(b.folder, "f")
	rapid.Check(t, func(rt *rapid.T) {
		form := forms()[rapid.SampledFrom([]string{"UTF-8", "UTF-8 with mark", "UTF-16 LE", "UTF-16 BE", "Latin-1"}).Draw(rt, "encoding")]
		ending := rapid.SampledFrom(map[string][]string{
			"LF": {"\n"}, "CRLF": {"\r\n"}, "mixed": {"\n", "\r\n"},
		}[rapid.SampledFrom([]string{"LF", "CRLF", "mixed"}).Draw(rt, "endings")])
		line := rapid.StringMatching(`[ab é𝄞\t\r]{0,5}[ab]`) // a lone CR is text
		text := func(label string) string {
			var lines strings.Builder
			for range rapid.IntRange(0, 3).Draw(rt, label) {
				lines.WriteString(line.Draw(rt, "line") + ending.Draw(rt, "ending"))
			}
			return lines.String()
		}
		head, tail := text("lines before"), text("lines after")
		begin, end := line.Draw(rt, "begin"), line.Draw(rt, "end")
		middle := "<1" + ending.Draw(rt, "ending") + "2>" // stands once: no other line has these
		last := ""
		if tail != "" || rapid.Bool().Draw(rt, "newline at the end") {
			last = ending.Draw(rt, "ending")
		}
		before := head + begin + middle + end + last + tail
		mode := os.FileMode(rapid.SampledFrom([]uint32{0o644, 0o600, 0o755, 0o640}).Draw(rt, "mode"))
		b.write("f", form.mark+form.encode(before))
		if err := os.Chmod(path, mode); err != nil {
			rt.Fatal(err)
		}
		b.run("read_file", "path", "f")
		replacement := strings.Join(rapid.SliceOfN(rapid.StringMatching(`[xyz ]{1,4}`), 1, 4).Draw(rt, "new"), "\n")
		b.run("edit_file", "path", "f", "old_string", "<1\n2>", "new_string", replacement)

		got := b.read("f")
		front, back := form.mark+form.encode(head+begin), form.encode(end+last+tail)
		if !strings.HasPrefix(got, front) || !strings.HasSuffix(got, back) || len(got) < len(front)+len(back) {
			rt.Fatalf("bytes outside changed:\nbefore %q\nafter  %q", form.mark+form.encode(before), got)
		}
		inside := got[len(front) : len(got)-len(back)]
		matches := false
		for _, lf := range endingsOf(replacement) {
			matches = matches || inside == form.encode(lf)
		}
		if !matches {
			rt.Fatalf("the new text is %q, want %q in any line endings", inside, replacement)
		}
		if !strings.Contains(before, "\r\n") && strings.Contains(inside, form.encode("\r")) {
			rt.Fatalf("a file without CRLF got one: %q", got)
		}
		if !strings.Contains(strings.ReplaceAll(before, "\r\n", ""), "\n") && inside != form.encode(strings.ReplaceAll(replacement, "\n", "\r\n")) {
			rt.Fatalf("a file with CRLF alone got another ending: %q", got)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
			rt.Fatalf("mode %v, %v; want %v", info.Mode(), err, mode)
		}
	})
}

// endingsOf returns a text with each choice of LF and CRLF for its lines.
func endingsOf(text string) []string {
	first, rest, more := strings.Cut(text, "\n")
	if !more {
		return []string{text}
	}
	var all []string
	for _, tail := range endingsOf(rest) {
		all = append(all, first+"\n"+tail, first+"\r\n"+tail)
	}
	return all
}

// A link inside the workspace is written through; one that leads out is not
// followed at all.
func TestEditThroughLinks(t *testing.T) {
	b := newBench(t, map[string]string{"real.txt": "one\n"})
	outside := filepath.Join(t.TempDir(), "outside.txt")
	if err := os.WriteFile(outside, []byte("theirs\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"inside": "real.txt", "out": outside, "twice": "out"} {
		if err := os.Symlink(target, filepath.Join(b.folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	b.run("read_file", "path", "inside")
	b.run("edit_file", "path", "inside", "old_string", "one", "new_string", "1")
	b.run("write_file", "path", "inside", "content", "two\n")
	if got := b.read("real.txt"); got != "two\n" {
		t.Errorf("got %q", got)
	}
	if target, err := os.Readlink(filepath.Join(b.folder, "inside")); err != nil || target != "real.txt" {
		t.Errorf("the link became %q, %v", target, err)
	}
	for _, name := range []string{"out", "twice"} {
		b.wantRefused("outside the workspace", "edit_file", "path", name, "old_string", "theirs", "new_string", "ours")
		b.wantRefused("outside the workspace", "write_file", "path", name, "content", "ours")
	}
	if got, err := os.ReadFile(outside); err != nil || string(got) != "theirs\n" {
		t.Errorf("outside: %q, %v", got, err)
	}
}
