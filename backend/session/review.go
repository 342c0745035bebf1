package session

import (
	"slices"
	"strings"
)

// AllPaths is the path of a [Review] that counts for every change of its turn
// that has none of its own.
const AllPaths = "."

// ReviewOf is what was decided about a path of the turn.
func (t *Turn) ReviewOf(path string) Review {
	all := Review{Path: path}
	for _, r := range t.Reviews {
		switch r.Path {
		case path:
			return r
		case AllPaths:
			all = Review{Path: path, Accepted: r.Accepted, Rejected: r.Rejected}
		}
	}
	return all
}

// Review is what the turn holds of its review.
func (t *Turn) Review() TurnReview {
	return TurnReview{TurnID: t.ID, Reverted: t.Reverted, Reviews: slices.Clone(t.Reviews), Left: slices.Clone(t.Left)}
}

// Decide replaces what was decided about a path, or about [AllPaths], which then
// takes the place of everything.
func (r *TurnReview) Decide(review Review) {
	if review.Path == AllPaths {
		r.Reviews = nil
	}
	r.Reviews = slices.DeleteFunc(slices.Clone(r.Reviews), func(known Review) bool { return known.Path == review.Path })
	_, all := find(r.Reviews, AllPaths)
	if all || len(review.Accepted)+len(review.Rejected) > 0 {
		r.Reviews = append(r.Reviews, review)
	}
}

// Settle takes a path out of what a revert has left alone.
func (r *TurnReview) Settle(path string) {
	r.Left = slices.DeleteFunc(slices.Clone(r.Left), func(l LeftAlone) bool { return l.Path == path })
}

// Difference reduces two states of a turn's review to what differs in them, which
// is what [TurnReview.Replace] needs.
func Difference(before, after TurnReview) (from, to TurnReview, differ bool) {
	from = TurnReview{TurnID: before.TurnID, Reverted: before.Reverted}
	to = TurnReview{TurnID: after.TurnID, Reverted: after.Reverted}
	from.Reviews, to.Reviews = without(before.Reviews, after.Reviews), without(after.Reviews, before.Reviews)
	from.Left, to.Left = withoutLeft(before.Left, after.Left), withoutLeft(after.Left, before.Left)
	differ = from.Reverted != to.Reverted || len(from.Reviews)+len(to.Reviews)+len(from.Left)+len(to.Left) > 0
	return from, to, differ
}

// Replace gives the review what to holds in the place of what from does. What is
// no longer as in from stays: it was decided on again since.
func (r *TurnReview) Replace(from, to TurnReview) {
	if r.Reverted == from.Reverted {
		r.Reverted = to.Reverted
	}
	r.Reviews, r.Left = slices.Clone(r.Reviews), slices.Clone(r.Left)
	for _, path := range pathsOf(from.Reviews, to.Reviews) {
		was, had := find(from.Reviews, path)
		is, has := find(r.Reviews, path)
		if had != has || had && !equal(was, is) {
			continue
		}
		r.Reviews = slices.DeleteFunc(r.Reviews, func(known Review) bool { return known.Path == path })
		if will, wanted := find(to.Reviews, path); wanted {
			r.Reviews = append(r.Reviews, will)
		}
	}
	for _, left := range from.Left {
		r.Settle(left.Path)
	}
	for _, left := range to.Left {
		r.Settle(left.Path)
		r.Left = append(r.Left, left)
	}
	slices.SortFunc(r.Left, func(a, b LeftAlone) int { return strings.Compare(a.Path, b.Path) })
}

func pathsOf(lists ...[]Review) []string {
	var paths []string
	for _, r := range slices.Concat(lists...) {
		if !slices.Contains(paths, r.Path) {
			paths = append(paths, r.Path)
		}
	}
	return paths
}

func find(reviews []Review, path string) (Review, bool) {
	i := slices.IndexFunc(reviews, func(r Review) bool { return r.Path == path })
	if i < 0 {
		return Review{}, false
	}
	return reviews[i], true
}

func equal(a, b Review) bool {
	return a.Path == b.Path && slices.Equal(a.Accepted, b.Accepted) && slices.Equal(a.Rejected, b.Rejected)
}

// without is what of a is not the same in b.
func without(a, b []Review) []Review {
	in := make(map[string]Review, len(b))
	for _, r := range b {
		in[r.Path] = r
	}
	var out []Review
	for _, r := range a {
		if other, has := in[r.Path]; !has || !equal(r, other) {
			out = append(out, r)
		}
	}
	return out
}

func withoutLeft(a, b []LeftAlone) []LeftAlone {
	var out []LeftAlone
	for _, l := range a {
		if !slices.Contains(b, l) {
			out = append(out, l)
		}
	}
	return out
}
