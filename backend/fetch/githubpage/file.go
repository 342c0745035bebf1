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

// file reads a file. The name of a branch may hold slashes, so each beginning of
// what stands in the address may be it; the shortest is tried first.
func (want target) file(ctx context.Context, api *rest.Client) (fetch.Page, error) {
	var missing error
	for names := 1; names < len(want.tail) && names <= mostNames; names++ {
		ref, name := strings.Join(want.tail[:names], "/"), strings.Join(want.tail[names:], "/")
		page, err := want.fileAt(ctx, api, ref, name)
		if refused, ok := github.Refused(err, time.Time{}); ok && refused.Status == http.StatusNotFound {
			missing = err
			continue
		}
		return page, err
	}
	return fetch.Page{}, missing
}

func (want target) fileAt(ctx context.Context, api *rest.Client, ref, name string) (fetch.Page, error) {
	file, _, _, err := api.Repositories.GetContents(ctx, want.owner, want.repo, name, &rest.RepositoryContentGetOptions{Ref: ref})
	if err != nil {
		return fetch.Page{}, err
	}
	if file.GetType() != "file" { // a folder, a submodule
		return fetch.Page{}, fetch.ErrUnsigned
	}
	var body []byte
	if file.GetEncoding() == "none" {
		body, err = want.large(ctx, api, ref, name)
	} else {
		var content string
		content, err = file.GetContent()
		body = []byte(content)
	}
	if err != nil {
		return fetch.Page{}, err
	}
	if bytes.ContainsRune(body, 0) || !utf8.Valid(body) && len(body) <= mostFile {
		return fetch.Page{}, fmt.Errorf("%s is a file of %d bytes: %w", name, file.GetSize(), fetch.ErrType)
	}
	page := fetch.Page{
		Type:  "text/plain",
		Title: line(fmt.Sprintf("%s (%s/%s at %s)", name, want.owner, want.repo, ref)),
		Text:  strings.ToValidUTF8(string(body[:min(len(body), mostFile)]), ""),
		Cut:   len(body) > mostFile,
	}
	page.Size = len(page.Text)
	if ext := strings.ToLower(path.Ext(name)); ext == ".md" || ext == ".markdown" {
		page.Type = "text/markdown"
	}
	return page, nil
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
