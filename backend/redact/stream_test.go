package redact_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/redact"
)

// through sends pieces through a stream and returns all of what comes out.
func through(s *redact.Stream, pieces ...string) string {
	var out strings.Builder
	for _, piece := range pieces {
		out.Write(s.Next([]byte(piece)))
	}
	out.Write(s.Rest())
	return out.String()
}

func TestStreamCutAnywhere(t *testing.T) {
	const secret, longer = "gho_Zq3xW8vT5nR2", "gho_Zq3xW8vT5nR2-and-more"
	r := redact.New(redact.Options{Known: []string{secret, longer}})
	mark := redact.Mark("known secret")
	tests := map[string]string{
		secret:                          mark,
		"a " + secret + "\nb " + secret: "a " + mark + "\nb " + mark,
		"gho_gho_" + secret + "gho_":    "gho_gho_" + mark + "gho_",
		secret + secret[:8]:             mark + secret[:8],
		longer:                          mark,
		longer[:20] + "x":               mark + "-andx",
		"password: hunter2 AKIAIOSFODNN7EXAMPLE g": "password: hunter2 AKIAIOSFODNN7EXAMPLE g", // not learnt: it is exact
	}
	for text, want := range tests {
		for first := range len(text) + 1 {
			for second := first; second <= len(text); second++ {
				if got := through(r.Stream(), text[:first], text[first:second], text[second:]); got != want {
					t.Fatalf("%q cut at %d and %d gives %q, want %q", text, first, second, got, want)
				}
			}
		}
		if got := r.Known(text); got != want {
			t.Errorf("%q as a whole gives %q, want %q", text, got, want)
		}
	}
}

func TestStreamHoldsBackNothingElse(t *testing.T) {
	r := redact.New(redact.Options{})
	s := r.Stream()
	piece := []byte("gho_")
	if got := s.Next(piece); &got[0] != &piece[0] {
		t.Error("without a secret the piece was copied")
	}
	r.Learn("gho_Zq3xW8vT5nR2")
	for _, step := range []struct{ in, out string }{
		{"what is this? gho_Zq3", "what is this? "},
		{"y", "gho_Zq3y"},
		{"$ ", "$ "},
		{"gho_Zq3xW8vT5nR2", redact.Mark("known secret")},
	} {
		if got := string(s.Next([]byte(step.in))); got != step.out {
			t.Errorf("%q gives %q, want %q", step.in, got, step.out)
		}
	}
}

// Whatever is cut where: the pieces give what the whole gives.
func TestStreamIsTheWhole(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	r := redact.New(redact.Options{Known: []string{"abcabcabcabd", "bcabdabcabca", "abcdabcdefab"}})
	for range 2000 {
		text := make([]byte, random.IntN(80))
		for i := range text {
			text[i] = "abcabdef"[random.IntN(8)]
		}
		if random.IntN(2) == 0 {
			text = append(text, "abcabcabcabd"...)
		}
		s := r.Stream()
		var out strings.Builder
		for at := 0; at < len(text); {
			n := 1 + random.IntN(min(9, len(text)-at))
			out.Write(s.Next(text[at : at+n]))
			at += n
		}
		out.Write(s.Rest())
		if want := r.Known(string(text)); out.String() != want {
			t.Fatalf("%q gives %q, want %q", text, out.String(), want)
		}
	}
}

func BenchmarkStream(b *testing.B) {
	piece := []byte(strings.Repeat("ok  github.com/keel-ide/keel/backend/redact 0.012s\n", 1300)[:64<<10])
	for _, known := range []string{"nothing learnt", "one learnt"} {
		b.Run(known, func(b *testing.B) {
			r := redact.New(redact.Options{})
			if known == "one learnt" {
				r.Learn("gho_Zq3xW8vT5nR2mK7pL4jH9sD6fG1aB0cE")
			}
			s := r.Stream()
			b.SetBytes(int64(len(piece)))
			for b.Loop() {
				s.Next(piece)
			}
		})
	}
}
