package terminal

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func decode(pieces ...string) string {
	var d decoder
	var out []byte
	for _, piece := range pieces {
		out = append(out, d.write([]byte(piece))...)
	}
	return string(append(out, d.flush()...))
}

func TestDecoder(t *testing.T) {
	tests := []struct {
		name string
		give []string
		want string
	}{
		{"plain", []string{"a", "b"}, "ab"},
		{"character in pieces", []string{"a\xf0", "\x9f", "\x8e", "\x89b"}, "a🎉b"},
		{"never whole", []string{"\xe2\x82"}, "\ufffd\ufffd"},
		{"cut by another", []string{"\xe2\x82", "é"}, "\ufffd\ufffdé"},
		{"invalid", []string{"\xff\xfe", "\x80"}, "\ufffd\ufffd\ufffd"},
		{"overlong and surrogate", []string{"\xc0\xaf\xed\xa0\x80"}, "\ufffd\ufffd\ufffd\ufffd\ufffd"},
		{"U+FFFD itself", []string{"\xef\xbf", "\xbd"}, "\ufffd"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if d := cmp.Diff(test.want, decode(test.give...)); d != "" {
				t.Error(d)
			}
		})
	}
}

func FuzzDecoder(f *testing.F) {
	f.Add("a🎉\xff\xe2\x82", uint16(2))
	f.Fuzz(func(t *testing.T, text string, at uint16) {
		cut := int(at) % (len(text) + 1)
		want := string(appendValid(nil, []byte(text)))
		if d := cmp.Diff(want, decode(text[:cut], text[cut:])); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff(want, decode(strings.Split(text, "")...)); d != "" {
			t.Error(d)
		}
	})
}

func TestReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r replay
		var all strings.Builder
		for _, n := range rapid.SliceOfN(rapid.IntRange(1, 600_000), 0, 8).Draw(t, "sizes") {
			unit := rapid.SampledFrom([]string{"x", "日", "🎉", "a line\r\n"}).Draw(t, "unit")
			text := strings.Repeat(unit, n/len(unit)+1)
			all.WriteString(text)
			r.append([]byte(text))
		}
		stream := all.String()
		if r.end() != int64(len(stream)) {
			t.Fatalf("end %d of %d", r.end(), len(stream))
		}
		from := int64(rapid.IntRange(0, len(stream)+10).Draw(t, "from"))
		start := r.start(from)
		if kept := int64(len(stream)) - start; from < int64(len(stream)) && from < start-utf8.UTFMax && kept < replayLimit-lineSearch {
			t.Fatalf("only %d bytes from %d on", kept, from)
		}
		if from < r.end() && start < from || start > r.end() {
			t.Fatalf("asked for %d, got %d", from, start)
		}
		if start < r.end() {
			text := r.read(start, rapid.IntRange(utf8.UTFMax, 300_000).Draw(t, "limit"))
			if text == "" || !utf8.ValidString(text) || !strings.HasPrefix(stream[start:], text) {
				t.Fatalf("read %d bytes, not the stream's", len(text))
			}
		}
	})
}

func TestReplayBeginsWithALine(t *testing.T) {
	var r replay
	line := []byte("\x1b[32mok\x1b[0m a line of output\r\n")
	for r.end() < 3*replayLimit {
		r.append(line)
	}
	if start := r.start(0); start%int64(len(line)) != 0 || r.end()-start < replayLimit-lineSearch {
		t.Errorf("replay starts at %d of %d", start, r.end())
	}
}
