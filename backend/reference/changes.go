package reference

import (
	"context"
	"fmt"
	"strings"

	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/git"
	"github.com/keel-ide/keel/backend/session"
)

// mostNamed is how many changed files are named before the diff.
const mostNamed = 300

// changes is what is not committed: the names first, so that they are there where
// the diff is cut.
func (r *Reader) changes(ctx context.Context, ref session.Reference) (found, error) {
	if r.o.Changes == nil {
		return found{}, refuse("Changes cannot be read here.", "Paste the part that matters.")
	}
	withhold := func(ctx context.Context, name string) bool { return r.o.Decide(ctx, name).Effect != approval.Allow }
	if ref.Agreed {
		withhold = nil
	}
	c, err := r.o.Changes(ctx, withhold, mostBytes)
	if err != nil {
		return found{}, err
	}
	if len(c.Kept) > 0 && len(c.Files) == 0 && len(c.Untracked) == 0 {
		return found{}, &refusal{
			problem: "All that has changed is kept from the agent: " + some(c.Kept) + ".",
			hint:    "If you want to send it, agree to it on its chip; else take it out of the message.", kept: true,
		}
	}
	text := summary(c)
	body := headOf(text+c.Diff, leftOut(c))
	if c.Cut {
		body = head{text: text + c.Diff, bytes: int64(len(text)) + c.Size, also: leftOut(c)}
	}
	return found{session.Content{Size: int64(len(text)) + c.Size}, body}, nil
}

func summary(c git.Changes) string {
	if c.None() {
		return "There is nothing that is not committed.\n"
	}
	var b strings.Builder
	since := "before the first commit"
	if c.Commit != "" {
		since = "against the last commit, " + c.Commit[:min(12, len(c.Commit))]
	}
	if c.Branch != "" {
		since += ", on " + shownName(c.Branch)
	}
	fmt.Fprintf(&b, "What is not committed, staged or not (%s):\n", since)
	for _, file := range c.Files[:min(mostNamed, len(c.Files))] {
		fmt.Fprintf(&b, "%s\t%s\n", file.Status, shownName(file.Path))
	}
	if more := len(c.Files) - mostNamed; more > 0 {
		fmt.Fprintf(&b, "and %s\n", counted(more, "more file", "more files"))
	}
	for _, name := range c.Untracked {
		fmt.Fprintf(&b, "?\t%s\n", shownName(name))
	}
	if c.Unlisted {
		b.WriteString("and more that git does not know yet\n")
	}
	if c.Diff != "" {
		b.WriteByte('\n')
	}
	return b.String()
}

func leftOut(c git.Changes) string {
	var all []string
	if len(c.Kept) > 0 {
		all = append(all, "Left out, as it is kept from the agent: "+some(c.Kept)+".")
	}
	if c.More > 0 {
		all = append(all, counted(c.More, "more changed file is", "more changed files are")+" left out.")
	}
	if len(c.Untracked) > 0 {
		all = append(all, "New files that git does not know yet are named without their content.")
	}
	return sentences(all...)
}

// some names a few of many.
func some(names []string) string {
	const most = 5
	shown := make([]string, 0, most)
	for _, name := range names[:min(most, len(names))] {
		shown = append(shown, shownName(name))
	}
	text := strings.Join(shown, ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %s more", number(more))
	}
	return text
}
