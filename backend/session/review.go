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

// Decide replaces what was decided about paths, one after the other, or about
// [AllPaths], which then takes the place of everything.
func (r *TurnReview) Decide(reviews ...Review) {
	all := slices.Clone(r.Reviews)
	at := make(map[string]int, len(all)+len(reviews)) // of what counts
	for i, known := range all {
		at[known.Path] = i
	}
	for _, review := range reviews {
		if review.Path == AllPaths {
			clear(at)
		}
		delete(at, review.Path)
		if _, rest := at[AllPaths]; rest || len(review.Accepted)+len(review.Rejected) > 0 {
			at[review.Path] = len(all)
			all = append(all, review)
		}
	}
	r.Reviews = nil
	for i, review := range all {
		if last, counts := at[review.Path]; counts && last == i {
			r.Reviews = append(r.Reviews, review)
		}
	}
}

// Settle takes paths out of what a revert has left alone.
func (r *TurnReview) Settle(paths ...string) {
	settled := make(map[string]bool, len(paths))
	for _, path := range paths {
		settled[path] = true
	}
	r.Left = slices.DeleteFunc(slices.Clone(r.Left), func(l LeftAlone) bool { return settled[l.Path] })
}

// Leave puts paths into what a revert has left alone, the last reason of each.
func (r *TurnReview) Leave(left ...LeftAlone) {
	reasons := make(map[string]LeftAlone, len(left))
	for _, one := range left {
		reasons[one.Path] = one
	}
	r.Left = slices.DeleteFunc(slices.Clone(r.Left), func(l LeftAlone) bool { _, again := reasons[l.Path]; return again })
	for _, one := range left {
		if _, open := reasons[one.Path]; open {
			r.Left = append(r.Left, reasons[one.Path])
			delete(reasons, one.Path)
		}
	}
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
	were, will, are := byPath(from.Reviews), byPath(to.Reviews), byPath(r.Reviews)
	replaced := make(map[string]bool, len(were)+len(will))
	var added []Review
	for _, one := range slices.Concat(from.Reviews, to.Reviews) {
		was, had := were[one.Path]
		is, has := are[one.Path]
		if replaced[one.Path] || had != has || had && !equal(was, is) {
			continue
		}
		replaced[one.Path] = true
		if wanted, has := will[one.Path]; has {
			added = append(added, wanted)
		}
	}
	r.Reviews = slices.DeleteFunc(slices.Clone(r.Reviews), func(known Review) bool { return replaced[known.Path] })
	r.Reviews = append(r.Reviews, added...)
	settled := make([]string, len(from.Left))
	for i, left := range from.Left {
		settled[i] = left.Path
	}
	r.Settle(settled...)
	r.Leave(to.Left...)
	slices.SortFunc(r.Left, func(a, b LeftAlone) int { return strings.Compare(a.Path, b.Path) })
}

func byPath(reviews []Review) map[string]Review {
	by := make(map[string]Review, len(reviews))
	for _, r := range reviews {
		by[r.Path] = r
	}
	return by
}

func equal(a, b Review) bool {
	return a.Path == b.Path && slices.Equal(a.Accepted, b.Accepted) && slices.Equal(a.Rejected, b.Rejected)
}

// without is what of a is not the same in b.
func without(a, b []Review) []Review {
	in := byPath(b)
	var out []Review
	for _, r := range a {
		if other, has := in[r.Path]; !has || !equal(r, other) {
			out = append(out, r)
		}
	}
	return out
}

func withoutLeft(a, b []LeftAlone) []LeftAlone {
	in := make(map[LeftAlone]bool, len(b))
	for _, l := range b {
		in[l] = true
	}
	var out []LeftAlone
	for _, l := range a {
		if !in[l] {
			out = append(out, l)
		}
	}
	return out
}
