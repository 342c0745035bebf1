package session

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// decisions draws decisions about few paths, so that they meet.
func decisions() *rapid.Generator[[]Review] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Review {
		r := Review{Path: rapid.SampledFrom([]string{AllPaths, "a", "b", "c"}).Draw(t, "path")}
		switch rapid.IntRange(0, 2).Draw(t, "decision") {
		case 0:
			r.Accepted = []string{WholeFile}
		case 1:
			r.Rejected = []string{WholeFile}
		}
		return r
	}), 0, 8)
}

func TestDecidingTogetherIsDecidingOneAfterTheOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := decisions().Draw(t, "all")
		var together, single TurnReview
		cut := rapid.IntRange(0, len(all)).Draw(t, "cut")
		together.Decide(all[:cut]...)
		together.Decide(all[cut:]...)
		for _, one := range all {
			single.Decide(one)
		}
		if diff := cmp.Diff(single, together); diff != "" {
			t.Fatalf("together (-single +together):\n%s", diff)
		}
		for _, path := range []string{"a", "b", "c"} {
			last := Review{Path: path}
			for _, one := range all {
				if one.Path == path || one.Path == AllPaths {
					last = Review{Path: path, Accepted: one.Accepted, Rejected: one.Rejected}
				}
			}
			if diff := cmp.Diff(last, (&Turn{Reviews: together.Reviews}).ReviewOf(path)); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", path, diff)
			}
		}
	})
}

func TestADifferenceReplacesForthAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) TurnReview {
			r := TurnReview{TurnID: "turn", Reverted: rapid.SampledFrom([]string{"", "undo"}).Draw(t, name+" reverted")}
			r.Decide(decisions().Draw(t, name)...)
			for _, path := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), rapid.ID).Draw(t, name+" left") {
				r.Leave(LeftAlone{Path: path, Reason: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "reason")})
			}
			return r
		}
		before, after := draw("before"), draw("after")
		from, to, _ := Difference(before, after)
		same := func(want, got TurnReview) {
			t.Helper()
			if _, _, differ := Difference(want, got); differ || len(want.Reviews) != len(got.Reviews) || len(want.Left) != len(got.Left) {
				t.Fatalf("want %+v\ngot  %+v", want, got)
			}
		}
		now := before
		now.Replace(from, to)
		same(after, now)
		now.Replace(to, from)
		same(before, now)
	})
}

// Of 20,000 files that two commands have formatted, each is a conflict of the
// first one's revert.
func BenchmarkRevertOf20000Conflicts(b *testing.B) {
	reviews, left := make([]Review, 20_000), make([]LeftAlone, 20_000)
	for i := range reviews {
		path := fmt.Sprintf("some/folder/file%d.go", i)
		reviews[i], left[i] = Review{Path: path, Accepted: []string{WholeFile}}, LeftAlone{Path: path, Reason: "it was changed since"}
	}
	for b.Loop() {
		before := TurnReview{TurnID: "turn"}
		after := before
		after.Decide(reviews...)
		after.Leave(left...)
		from, to, _ := Difference(before, after)
		before.Replace(from, to)
		before.Replace(to, from)
	}
}
