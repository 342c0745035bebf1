package githubpage

import (
	"context"
	"fmt"
	"slices"
	"strings"

	rest "github.com/google/go-github/v75/github"
	"github.com/keel-ide/keel/backend/fetch"
)

func (want target) issue(ctx context.Context, api *rest.Client) (fetch.Page, error) {
	issue, _, err := api.Issues.Get(ctx, want.owner, want.repo, want.number)
	if err != nil {
		return fetch.Page{}, err
	}
	if issue.IsPullRequest() { // GitHub leads to it as well
		return want.pull(ctx, api)
	}
	var t text
	state := issue.GetState()
	if reason := issue.GetStateReason(); reason != "" {
		state += " (" + strings.ReplaceAll(reason, "_", " ") + ")"
	}
	t.field("State", state)
	t.field("Author", person(issue.User))
	t.field("Opened", date(issue.GetCreatedAt()))
	t.field("Closed", date(issue.GetClosedAt()))
	t.field("Labels", labels(issue.Labels))
	t.field("Assignees", people(issue.Assignees))
	t.WriteString("\n")
	t.quote(issue.GetBody())
	if issue.GetComments() > 0 {
		remarks, err := want.comments(ctx, api)
		if err != nil {
			return fetch.Page{}, err
		}
		t.remarks(remarks)
	}
	return t.page(fmt.Sprintf("%s (issue %d of %s/%s)", line(issue.GetTitle()), want.number, want.owner, want.repo)), nil
}

// comments are those below an issue or a pull request.
func (want target) comments(ctx context.Context, api *rest.Client) ([]remark, error) {
	return ends(func(page rest.ListOptions) (remarks []remark, answer *rest.Response, err error) {
		comments, answer, err := api.Issues.ListComments(ctx, want.owner, want.repo, want.number, &rest.IssueListCommentsOptions{ListOptions: page})
		for _, c := range comments {
			remarks = append(remarks, remark{who: c.User, did: "commented", when: c.GetCreatedAt().Time, body: c.GetBody()})
		}
		return remarks, answer, err
	})
}

func (want target) pull(ctx context.Context, api *rest.Client) (fetch.Page, error) {
	pull, _, err := api.PullRequests.Get(ctx, want.owner, want.repo, want.number)
	if err != nil {
		return fetch.Page{}, err
	}
	files, answer, err := api.PullRequests.ListFiles(ctx, want.owner, want.repo, want.number, &rest.ListOptions{PerPage: mostFiles})
	if err != nil {
		return fetch.Page{}, err
	}
	remarks, err := want.remarks(ctx, api)
	if err != nil {
		return fetch.Page{}, err
	}
	var t text
	t.field("State", stateOf(pull))
	t.field("Author", person(pull.User))
	t.field("Opened", date(pull.GetCreatedAt()))
	t.field("Merged", date(pull.GetMergedAt()))
	t.field("Branch", pull.GetHead().GetRef()+" into "+pull.GetBase().GetRef())
	t.field("Changes", fmt.Sprintf("%d commits, %d files, %d lines added, %d deleted", pull.GetCommits(), pull.GetChangedFiles(), pull.GetAdditions(), pull.GetDeletions()))
	t.field("Labels", labels(pull.Labels))
	t.field("Assignees", people(pull.Assignees))
	t.WriteString("\n")
	t.quote(pull.GetBody())
	t.changes(files, answer.NextPage != 0, want.changes)
	t.remarks(remarks)
	return t.page(fmt.Sprintf("%s (pull request %d of %s/%s)", line(pull.GetTitle()), want.number, want.owner, want.repo)), nil
}

// remarks are all that was said about a pull request: below it, in reviews, and
// on its lines, in the order of time.
func (want target) remarks(ctx context.Context, api *rest.Client) ([]remark, error) {
	var all []remark
	for _, list := range []func(context.Context, *rest.Client) ([]remark, error){want.comments, want.reviews, want.onLines} {
		some, err := list(ctx, api)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortStableFunc(all, func(a, b remark) int { return a.when.Compare(b.when) })
	return all, nil
}

func (want target) reviews(ctx context.Context, api *rest.Client) ([]remark, error) {
	return ends(func(page rest.ListOptions) (remarks []remark, answer *rest.Response, err error) {
		reviews, answer, err := api.PullRequests.ListReviews(ctx, want.owner, want.repo, want.number, &page)
		for _, r := range reviews {
			if r.GetBody() == "" && r.GetState() == "COMMENTED" {
				continue // it is the frame of remarks on lines, which follow
			}
			remarks = append(remarks, remark{who: r.User, did: verdict(r.GetState()), when: r.GetSubmittedAt().Time, body: r.GetBody()})
		}
		return remarks, answer, err
	})
}

// onLines are the remarks on lines of a pull request.
func (want target) onLines(ctx context.Context, api *rest.Client) ([]remark, error) {
	return ends(func(page rest.ListOptions) (remarks []remark, answer *rest.Response, err error) {
		comments, answer, err := api.PullRequests.ListComments(ctx, want.owner, want.repo, want.number, &rest.PullRequestListCommentsOptions{ListOptions: page})
		for _, c := range comments {
			did := "commented on " + line(c.GetPath())
			if c.GetLine() > 0 {
				did += fmt.Sprintf(", line %d,", c.GetLine())
			}
			remarks = append(remarks, remark{who: c.User, did: did, when: c.GetCreatedAt().Time, body: c.GetBody()})
		}
		return remarks, answer, err
	})
}

func verdict(state string) string {
	switch state {
	case "APPROVED":
		return "approved"
	case "CHANGES_REQUESTED":
		return "asked for changes"
	case "DISMISSED":
		return "reviewed (dismissed)"
	}
	return "reviewed"
}

func stateOf(pull *rest.PullRequest) string {
	switch {
	case pull.GetMerged():
		return "merged"
	case pull.GetDraft():
		return pull.GetState() + " (draft)"
	}
	return pull.GetState()
}

func labels(all []*rest.Label) string {
	var names []string
	for _, one := range all {
		names = append(names, line(one.GetName()))
	}
	return strings.Join(names, ", ")
}

func people(all []*rest.User) string {
	var names []string
	for _, one := range all {
		names = append(names, person(one))
	}
	return strings.Join(names, ", ")
}
