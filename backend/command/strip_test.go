package command

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func strip(pieces ...string) string {
	var s stripper
	var out []byte
	for _, piece := range pieces {
		out = s.write(out, []byte(piece))
	}
	return string(s.flush(out))
}

func TestStrip(t *testing.T) {
	long := strings.Repeat("x", 3*lineLimit)
	tests := []struct{ name, give, want string }{
		{"plain", "a\tb\nc", "a\tb\nc"},
		{"colours", "\x1b[1;31mred\x1b[m", "red"},
		{"256 colours", "\x1b[38;5;196mx\x1b[38:2::1:2:3my", "xy"},
		{"cursor", "\x1b[2K\x1b[1Gx\x1b[?25h\x1b[>4;2m", "x"},
		{"title, ended by BEL", "\x1b]0;title\x07x", "x"},
		{"link, ended by ST", "\x1b]8;;http://h\x1b\\text\x1b]8;;\x1b\\", "text"},
		{"clipboard", "\x1b]52;c;c2VjcmV0\x07x", "x"},
		{"DCS, APC, PM, SOS", "\x1bPq#0\x1b\\1\x1b_a\x1b\\2\x1b^p\x1b\\3\x1bXs\x1b\\4", "1234"},
		{"character sets", "\x1b(B\x1b)0x\x1b#8y\x1b=\x1b>z\x1b7\x1b8", "xyz"},
		{"unended title stops at the line", "\x1b]0;hidden\nseen\n", "\nseen\n"},
		{"unended title stops in the end", "\x1b]0;" + strings.Repeat("h", stringLimit-1) + "seen", "seen"},
		{"unended CSI", "\x1b[1;\nx", "\nx"},
		{"escape in a title begins a sequence", "\x1b]0;t\x1b[1mx", "x"},
		{"lone ESC at the end", "x\x1b", "x"},
		{"ESC ESC", "\x1b\x1b[1mx", "x"},
		{"progress", "10%\r20%\r100%\n", "100%\n"},
		{"line endings of Windows", "a\r\nb\r\r\nc\r\n", "a\nb\nc\n"},
		{"carriage return at the end keeps the line", "kept\r", "kept"},
		{"backspace", "ab\bc\n\b\bd", "ac\nd"},
		{"backspace over two bytes", "ü\bx", "x"},
		{"bold of man pages", "N\bNA\bA", "NA"},
		{"bells and other control characters", "a\x07\x00\x0e\x7fb", "ab"},
		{"C1 control characters", "a\u009b\u0085b\u00a0", "ab\u00a0"},
		{"invalid UTF-8", "a\xffb\xc3(\xe2\x82", "a\ufffdb\ufffd(\ufffd"},
		{"character cut by a sequence", "\xe2\x1b[1mx", "\ufffdx"},
		{"wide characters", "naïve 日本 🎉\n", "naïve 日本 🎉\n"},
		{"long line", long + "\n", long + "\n"},
		{"long line cannot be taken back whole", long + "yy\rz", long + "z"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if d := cmp.Diff(test.want, strip(test.give)); d != "" {
				t.Error(d)
			}
		})
	}
}

func FuzzStrip(f *testing.F) {
	for _, seed := range []string{"plain\n", "\x1b[31mx\x1b]0;t\x07\ry\b", "\xe2\x82\xac\xff\x1b", "\x1b]8;;u\x1b\\t", "a\r\nb"} {
		f.Add(seed, uint16(3))
	}
	f.Fuzz(func(t *testing.T, text string, at uint16) {
		whole := strip(text)
		if !utf8.ValidString(whole) || strings.ContainsAny(whole, "\x1b\x07\r\x00") {
			t.Errorf("%q gave %q", text, whole)
		}
		cut := int(at) % (len(text) + 1)
		if d := cmp.Diff(whole, strip(text[:cut], text[cut:])); d != "" {
			t.Errorf("cut at %d: %s", cut, d)
		}
		if d := cmp.Diff(whole, strip(strings.Split(text, "")...)); d != "" {
			t.Errorf("cut everywhere: %s", d)
		}
	})
}

func BenchmarkStrip(b *testing.B) {
	data := []byte(strings.Repeat("ok  \tgithub.com/example/thing\t0.123s\n\x1b[32mPASS\x1b[0m ü\n", 1000))
	b.SetBytes(int64(len(data)))
	var s stripper
	var out []byte
	for b.Loop() {
		out = s.write(out[:0], data)
	}
}
