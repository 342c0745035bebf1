package githubpage

import (
	"fmt"
	"slices"
	"time"

	rest "github.com/google/go-github/v75/github"
)

// Limits of what is read of a long talk: its beginning says what it is about, its
// end how it stands.
const (
	pageOfRemarks = 100 // which GitHub gives in one answer, and no more
	firstPages    = 2
	lastPages     = 2
	roomOfRemarks = 150 << 10 // bytes
)

// remark is what somebody said at a time; or, where left is set, how many remarks
// at least are left out in its place.
type remark struct {
	who  *rest.User
	did  string // "commented", "approved", "commented on a.go, line 12"
	when time.Time
	body string
	left int
}

// size is how many bytes a remark takes, about.
func (r remark) size() int { return len(r.body) + 100 }

// ends reads the first and the last pages of a list, and puts in between how many
// remarks were not read.
func ends(read func(rest.ListOptions) ([]remark, *rest.Response, error)) ([]remark, error) {
	all, answer, err := read(rest.ListOptions{PerPage: pageOfRemarks})
	if err != nil {
		return nil, err
	}
	gap := func(left int) {
		r := remark{left: left}
		if len(all) > 0 {
			r.when = all[len(all)-1].when
		}
		all = append(all, r)
	}
	last := answer.LastPage
	if last == 0 && answer.NextPage != 0 { // it does not say how many there are
		gap(1)
	}
	for page := 2; page <= last; page++ {
		if from := last - lastPages + 1; page == firstPages+1 && from > page {
			gap((from - page) * pageOfRemarks)
			page = from
		}
		more, _, err := read(rest.ListOptions{PerPage: pageOfRemarks, Page: page})
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// fitted leaves out remarks in the middle until there is room for the rest.
func fitted(all []remark) []remark {
	total := 0
	for _, r := range all {
		total += r.size()
	}
	if total <= roomOfRemarks {
		return all
	}
	first, last := 0, len(all)
	for room := roomOfRemarks / 2; first < last && all[first].size() <= room; first++ {
		room -= all[first].size()
	}
	for room := roomOfRemarks / 2; last > first && all[last-1].size() <= room; last-- {
		room -= all[last-1].size()
	}
	gap := remark{}
	for _, r := range all[first:last] {
		gap.left += max(r.left, 1)
	}
	return slices.Concat(all[:first], []remark{gap}, all[last:])
}

// remarks writes what was said, and what of it is left out.
func (t *text) remarks(all []remark) {
	for _, r := range fitted(all) {
		if r.left > 0 {
			t.left += r.left
			fmt.Fprintf(t, "\n(Here at least %d comments are left out.)\n", r.left)
			continue
		}
		t.heading("%s %s on %s", person(r.who), r.did, r.when.UTC().Format(moment))
		if r.body != "" {
			t.quote(r.body)
		}
	}
}
