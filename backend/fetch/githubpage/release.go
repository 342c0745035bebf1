package githubpage

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	rest "github.com/google/go-github/v75/github"
	"github.com/keel-ide/keel/backend/fetch"
)

// mostReleases is how many of the latest are shown.
const mostReleases = 10

// release is one release, or the latest one.
func (want target) release(ctx context.Context, api *rest.Client) (fetch.Page, error) {
	var release *rest.RepositoryRelease
	var err error
	if want.id == "" {
		release, _, err = api.Repositories.GetLatestRelease(ctx, want.owner, want.repo)
	} else {
		parts := strings.Split(want.id, "/")
		for i := range parts {
			parts[i] = url.PathEscape(parts[i])
		}
		release, _, err = api.Repositories.GetReleaseByTag(ctx, want.owner, want.repo, strings.Join(parts, "/"))
	}
	if err != nil {
		return fetch.Page{}, err
	}
	var t text
	t.release(release)
	return t.page(fmt.Sprintf("%s (release of %s/%s)", nameOf(release), want.owner, want.repo)), nil
}

func (want target) releases(ctx context.Context, api *rest.Client) (fetch.Page, error) {
	releases, answer, err := api.Repositories.ListReleases(ctx, want.owner, want.repo, &rest.ListOptions{PerPage: mostReleases})
	if err != nil {
		return fetch.Page{}, err
	}
	var t text
	for _, release := range releases {
		t.heading("%s", nameOf(release))
		t.release(release)
	}
	if len(releases) == 0 {
		t.WriteString("There are none.\n")
	}
	if answer.NextPage != 0 {
		fmt.Fprintf(&t, "\nThere are more releases than the latest %d, which are shown.\n", len(releases))
	}
	return t.page(fmt.Sprintf("Releases of %s/%s", want.owner, want.repo)), nil
}

func nameOf(release *rest.RepositoryRelease) string {
	if name := line(release.GetName()); name != "" {
		return name
	}
	return line(release.GetTagName())
}

func (t *text) release(release *rest.RepositoryRelease) {
	t.field("Tag", release.GetTagName())
	t.field("Author", person(release.Author))
	t.field("Published", date(release.GetPublishedAt()))
	switch {
	case release.GetDraft():
		t.field("State", "draft")
	case release.GetPrerelease():
		t.field("State", "before the release")
	}
	var files []string
	for _, asset := range release.Assets {
		files = append(files, fmt.Sprintf("%s (%d bytes)", line(asset.GetName()), asset.GetSize()))
	}
	t.field("Files", strings.Join(files[:min(len(files), mostFiles)], ", "))
	t.WriteString("\n")
	t.quote(release.GetBody())
}
