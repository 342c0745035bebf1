package review_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/keel-ide/keel/backend/review"
)

// Whatever the bytes: all or none kept is one of the versions, taking all back
// from the new version gives the old one, and nothing panics.
func FuzzReview(f *testing.F) {
	f.Add([]byte("a\nb\n"), []byte("a\nc"), []byte("x\na\nc"))
	f.Add([]byte("\xff\xfea\x00\n\x00"), []byte("\xff\xfeb\x00\n\x00c"), []byte(""))
	f.Add([]byte("\xef\xbb\xbfa\r\n"), []byte("\xef\xbb\xbf\r\na\r\n"), []byte("\xef\xbb\xbfa\n"))
	f.Add([]byte("a\n\n}\n\nb\na"), []byte("b\na\n"), []byte("b\na\n\n}\n\nb\na\n"))
	f.Fuzz(func(t *testing.T, before, after, now []byte) {
		hunks, err := review.Hunks(before, after)
		if errors.Is(err, review.ErrWhole) {
			return
		}
		all := idsOf(t, before, after)
		if got := keep(t, before, after, all); !bytes.Equal(got, after) {
			t.Errorf("keeping all: %q, want %q", got, after)
		}
		if got := keep(t, before, after, nil); !bytes.Equal(got, before) {
			t.Errorf("keeping none: %q, want %q", got, before)
		}
		if got, stale, err := review.TakeBack(before, after, after, all); err != nil || len(stale) > 0 || !bytes.Equal(got, before) {
			t.Errorf("taking all back: %q, %v, %v; want %q", got, stale, err, before)
		}
		if got, stale, err := review.PutBack(before, after, before, all); err != nil || len(stale) > 0 || !bytes.Equal(got, after) {
			t.Errorf("putting all back: %q, %v, %v; want %q", got, stale, err, after)
		}
		standings, err := review.Locate(before, after, now)
		if err != nil || len(standings) != len(hunks) {
			t.Errorf("%d hunks, of which %d were located: %v", len(hunks), len(standings), err)
		}
		if _, _, err := review.TakeBack(before, after, now, all); err != nil {
			t.Error(err)
		}
	})
}
