package review_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/keel-ide/keel/backend/review"
)

func utf16le(text string) []byte { return encode(text, binary.LittleEndian) }

func encode(text string, order binary.AppendByteOrder) []byte {
	out := order.AppendUint16(nil, 0xfeff)
	for _, unit := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

func TestUTF16(t *testing.T) {
	before, after := "one\r\nuno\r\nzwei\r\ndrei \u0a0a\r\n", "one\r\nuno\r\nzwei 😀\r\ndrei \u0a0a\r\nvier"
	want := idsIn(t, []byte(before), []byte(after))
	for name, order := range map[string]binary.AppendByteOrder{"little": binary.LittleEndian, "big": binary.BigEndian} {
		old, now := encode(before, order), encode(after, order)
		if diff := cmp.Diff(want, idsIn(t, old, now)); diff != "" {
			t.Errorf("%s: places (-as UTF-8 +as UTF-16):\n%s", name, diff)
		}
		all := idsOf(t, old, now)
		if got, want := keep(t, old, now, all[:1]), encode("one\r\nuno\r\nzwei 😀\r\ndrei \u0a0a\r\n", order); !bytes.Equal(got, want) {
			t.Errorf("%s: the first hunk: %q, want %q", name, got, want)
		}
		edited := encode("null\r\none\r\nuno\r\nzwei 😀\r\ndrei \u0a0a\r\nvier", order)
		got, stale, err := review.TakeBack(old, now, edited, all)
		if want := encode("null\r\n"+before, order); err != nil || len(stale) > 0 || !bytes.Equal(got, want) {
			t.Errorf("%s: taken back: %q, %v, %v; want %q", name, got, stale, err, want)
		}
	}
}

// idsIn returns the hunks without what an encoding changes of them.
func idsIn(t *testing.T, before, after []byte) []review.Hunk {
	t.Helper()
	hunks, err := review.Hunks(before, after)
	if err != nil {
		t.Fatal(err)
	}
	for i := range hunks {
		hunks[i].ID = ""
	}
	return hunks
}

// Surrogates that are not in pairs, a mark within the text, a newline's two
// bytes across units, a last odd byte: all bytes come back.
func TestUTF16IsKeptExactly(t *testing.T) {
	draw := func(t *rapid.T, label string) []byte {
		units := rapid.SliceOfN(rapid.SampledFrom([]uint16{'a', 'b', '\n', '\n', '\r', 0xd83d, 0xde00, 0xfeff, 0x0a0a, 0x0a00, 0x000b, 0xffff}), 0, 30).Draw(t, label)
		out := []byte{0xff, 0xfe}
		for _, unit := range units {
			out = binary.LittleEndian.AppendUint16(out, unit)
		}
		return append(out, rapid.SampledFrom([]string{"", "", "\n", "x"}).Draw(t, label+" end")...)
	}
	rapid.Check(t, func(t *rapid.T) {
		before, after := draw(t, "before"), draw(t, "after")
		all := idsOf(t, before, after)
		if got := keep(t, before, after, all); !bytes.Equal(got, after) {
			t.Errorf("keeping all: %q, want %q", got, after)
		}
		if got := keep(t, before, after, nil); !bytes.Equal(got, before) {
			t.Errorf("keeping none: %q, want %q", got, before)
		}
		kept := some(t, all, "kept")
		got, stale, err := review.TakeBack(before, after, after, without(all, kept))
		if err != nil || len(stale) > 0 || !bytes.Equal(got, keep(t, before, after, kept)) {
			t.Errorf("taken back: %q, %v, %v", got, stale, err)
		}
	})
}
