package githubpage

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	rest "github.com/google/go-github/v75/github"
	"github.com/keel-ide/keel/backend/account/github"
	"github.com/keel-ide/keel/backend/fetch"
)

const (
	mostFile = 1 << 20 // bytes; larger ones the API gives in another form, which is then cut
	// mostNames is how many parts the name of a branch may have that is looked for.
	mostNames = 5
	raw       = "application/vnd.github.raw+json"
)

// file reads a file or a folder. The name of a branch may hold slashes, so each
// beginning of what stands in the address may be it; the shortest is tried first.
func (want target) file(ctx context.Context, api *rest.Client) (fetch.Page, error) {
	missing := fmt.Errorf("no name of a branch in the address: %w", fetch.ErrUnsigned)
	for names := 1; names <= min(len(want.tail), mostNames); names++ {
		ref, name := strings.Join(want.tail[:names], "/"), strings.Join(want.tail[names:], "/")
		page, err := want.at(ctx, api, ref, name)
		if refused, ok := github.Refused(err, time.Time{}); ok && refused.Status == http.StatusNotFound {
			missing = err
			continue
		}
		return page, err
	}
	return fetch.Page{}, missing
}

// at reads what is at a path of a branch, a tag or a commit.
func (want target) at(ctx context.Context, api *rest.Client, ref, name string) (fetch.Page, error) {
	file, folder, _, err := api.Repositories.GetContents(ctx, want.owner, want.repo, name, &rest.RepositoryContentGetOptions{Ref: ref})
	switch {
	case err != nil:
		return fetch.Page{}, err
	case file == nil:
		return want.folder(ctx, api, ref, name, folder)
	case file.GetType() != "file": // a submodule, a link that leads nowhere
		return fetch.Page{}, fetch.ErrUnsigned
	}
	body, err := want.content(ctx, api, ref, name, file)
	if err != nil {
		return fetch.Page{}, err
	}
	if bytes.ContainsRune(body, 0) || !utf8.Valid(body) && len(body) <= mostFile {
		if media, err := fetch.Picture(body); media != "" {
			return fetch.Page{Type: media, Title: want.titled(ref, name), Data: body, Size: len(body)}, err
		}
		return fetch.Page{}, fmt.Errorf("%s is a file of %d bytes: %w", name, file.GetSize(), fetch.ErrType)
	}
	page := fetch.Page{
		Type:  "text/plain",
		Title: want.titled(ref, name),
		Text:  strings.ToValidUTF8(string(body[:min(len(body), mostFile)]), ""),
	}
	if len(body) > mostFile {
		page.Cut = fmt.Sprintf("Only the first %d MB of the file are here.", mostFile>>20)
	}
	if ext := strings.ToLower(path.Ext(name)); ext == ".md" || ext == ".markdown" {
		page.Type = "text/markdown"
	}
	page = want.lines(page)
	page.Size = len(page.Text)
	return page, nil
}

func (want target) titled(ref, name string) string {
	return line(fmt.Sprintf("%s (%s/%s at %s)", name, want.owner, want.repo, ref))
}

// lines leaves the lines that the address names, where there are such lines.
func (want target) lines(page fetch.Page) fetch.Page {
	if want.first == 0 {
		return page
	}
	all := strings.SplitAfter(page.Text, "\n")
	if all[len(all)-1] == "" {
		all = all[:len(all)-1]
	}
	named := fmt.Sprintf("line %d", want.first)
	if want.last > want.first {
		named = fmt.Sprintf("lines %d-%d", want.first, want.last)
	}
	of := fmt.Sprintf("%d lines", len(all))
	if page.Cut != "" {
		of = fmt.Sprintf("more than %d lines, which are its first %d bytes", len(all), mostFile)
	}
	if want.first > len(all) {
		page.Note = fmt.Sprintf("The address names %s, but the file has %s; they are shown.", named, of)
		return page
	}
	page.Note = fmt.Sprintf("This is %s, which the address names, of a file of %s.", named, of)
	page.Text = strings.Join(all[want.first-1:min(want.last, len(all))], "")
	if want.last <= len(all) {
		page.Cut = ""
	}
	return page
}

// content is what a file holds; of a large one the beginning.
func (want target) content(ctx context.Context, api *rest.Client, ref, name string, file *rest.RepositoryContent) ([]byte, error) {
	if file.GetEncoding() == "none" {
		return want.large(ctx, api, ref, name)
	}
	content, err := file.GetContent()
	return []byte(content), err
}

// large is the beginning of a file that the API does not give in JSON.
func (want target) large(ctx context.Context, api *rest.Client, ref, name string) ([]byte, error) {
	parts := strings.Split(name, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	at := api.BaseURL.JoinPath(append([]string{"repos", want.owner, want.repo, "contents"}, parts...)...)
	query := at.Query()
	query.Set("ref", ref)
	at.RawQuery = query.Encode()
	request, err := api.NewRequest(http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", raw)
	var body bytes.Buffer
	_, err = api.Do(ctx, request, &body)
	return body.Bytes(), err
}

func (want target) gist(ctx context.Context, api *rest.Client) (fetch.Page, error) {
	gist, _, err := api.Gists.Get(ctx, want.id)
	if err != nil {
		return fetch.Page{}, err
	}
	var t text
	t.field("Author", person(gist.Owner))
	t.field("Made", date(gist.GetCreatedAt()))
	t.field("Changed", date(gist.GetUpdatedAt()))
	names := slices.Sorted(maps.Keys(gist.Files))
	for _, name := range names[:min(len(names), mostFiles)] {
		file := gist.Files[name]
		t.heading("%s", name)
		t.fence(file.GetContent())
		if left := file.GetSize() - len(file.GetContent()); left > 0 {
			fmt.Fprintf(&t, "\n%d bytes of this file are not shown.\n", left)
		}
	}
	if len(names) > mostFiles {
		fmt.Fprintf(&t, "\nThere are more files than the %d that are shown.\n", mostFiles)
	}
	title := line(gist.GetDescription())
	if title == "" && len(names) > 0 {
		title = line(string(names[0]))
	}
	return t.page(fmt.Sprintf("%s (gist of %s)", title, person(gist.Owner))), nil
}
