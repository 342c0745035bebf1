package app

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestThePageComesBackThreeTimesAMinute(t *testing.T) {
	r := &revival{}
	now := time.Unix(1_000_000, 0)
	var got []revived
	for range 6 {
		now = now.Add(time.Second)
		got = append(got, r.verdict(now))
	}
	got = append(got, r.verdict(now.Add(2*time.Minute)))
	want := []revived{loadedAgain, loadedAgain, loadedAgain, givenUp, leftAlone, leftAlone, loadedAgain}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
