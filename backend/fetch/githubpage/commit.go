package githubpage

import (
	"context"
	"fmt"
	"strings"

	rest "github.com/google/go-github/v75/github"
	"github.com/keel-ide/keel/backend/fetch"
)

// commit is what a commit says and changes.
func (want target) commit(ctx context.Context, api *rest.Client) (fetch.Page, error) {
	commit, answer, err := api.Repositories.GetCommit(ctx, want.owner, want.repo, want.id, &rest.ListOptions{PerPage: mostFiles})
	if err != nil {
		return fetch.Page{}, err
	}
	said := commit.GetCommit()
	subject, body, _ := strings.Cut(said.GetMessage(), "\n")
	var parents []string
	for _, parent := range commit.Parents {
		parents = append(parents, parent.GetSHA())
	}
	var t text
	t.field("Commit", commit.GetSHA())
	t.field("Parents", strings.Join(parents, ", "))
	t.field("Author", by(commit.Author, said.GetAuthor()))
	t.field("Written", date(said.GetAuthor().GetDate()))
	t.field("Committer", by(commit.Committer, said.GetCommitter()))
	t.field("Changes", fmt.Sprintf("%d lines added, %d deleted", commit.GetStats().GetAdditions(), commit.GetStats().GetDeletions()))
	t.WriteString("\n")
	t.quote(subject + "\n" + body)
	t.changes(commit.Files, answer.NextPage != 0, true)
	id := commit.GetSHA()
	return t.page(fmt.Sprintf("%s (commit %s of %s/%s)", line(subject), id[:min(len(id), 12)], want.owner, want.repo)), nil
}

// by is who made a commit: the account that GitHub knows, else the name that the
// commit says, which may be anything.
func by(known *rest.User, said *rest.CommitAuthor) string {
	if known.GetLogin() != "" {
		return person(known)
	}
	return line(said.GetName()) + " (no account is known)"
}

// changes lists files that were changed, and where that is asked for how.
func (t *text) changes(files []*rest.CommitFile, more, how bool) {
	t.heading("Changed files")
	for _, f := range files {
		was := ""
		if f.GetPreviousFilename() != "" {
			was = " from " + line(f.GetPreviousFilename())
		}
		fmt.Fprintf(t, "- %s: %s%s, %d lines added, %d deleted\n", line(f.GetFilename()), line(f.GetStatus()), was, f.GetAdditions(), f.GetDeletions())
	}
	if more {
		fmt.Fprintf(t, "\nThere are more files than the %d that are listed.\n", len(files))
	}
	if !how {
		return
	}
	left := mostText / 2
	for i, f := range files {
		if f.GetPatch() == "" {
			continue // no text, or more than GitHub shows
		}
		if left -= len(f.GetPatch()); left < 0 {
			fmt.Fprintf(t, "\nThe changes of the last %d of these files are not shown: there are too many.\n", len(files)-i)
			return
		}
		t.heading("%s", f.GetFilename())
		t.fence(f.GetPatch())
	}
}
