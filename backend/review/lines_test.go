package review

import (
	"encoding/binary"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

func TestLinesAreForReading(t *testing.T) {
	wide := func(order binary.AppendByteOrder, text string) []byte {
		var out []byte
		for _, unit := range utf16.Encode([]rune(text)) {
			out = order.AppendUint16(out, unit)
		}
		return out
	}
	const text = "\uFEFFeins\r\nzwei €\nend 😀"
	want := []string{"\uFEFFeins\r\n", "zwei €\n", "end 😀"}
	for name, content := range map[string][]byte{
		"UTF-8": []byte(text), "UTF-16 LE": wide(binary.LittleEndian, text), "UTF-16 BE": wide(binary.BigEndian, text),
	} {
		if diff := cmp.Diff(want, Lines(content)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if diff := cmp.Diff([]string{"a\uFFFD\n", "b"}, Lines([]byte("a\xff\nb"))); diff != "" {
		t.Errorf("not UTF-8: %s", diff)
	}
	if got := Lines(nil); len(got) > 0 {
		t.Errorf("no file: %q", got)
	}
}
