package githubpage

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	rest "github.com/google/go-github/v75/github"
	"github.com/keel-ide/keel/backend/account/github"
	"github.com/keel-ide/keel/backend/fetch"
)

const (
	// mostEntries is how many entries of a folder the API names.
	mostEntries = 1000
	mostReadme  = 100 << 10 // bytes
)

// folder is what is in a folder, and its README.
func (want target) folder(ctx context.Context, api *rest.Client, ref, name string, entries []*rest.RepositoryContent) (fetch.Page, error) {
	var t text
	t.entries(entries)
	for _, entry := range entries {
		if entry.GetType() != "file" || !isReadme(entry.GetName()) {
			continue
		}
		at := strings.TrimPrefix(name+"/"+entry.GetName(), "/")
		file, _, _, err := api.Repositories.GetContents(ctx, want.owner, want.repo, at, &rest.RepositoryContentGetOptions{Ref: ref})
		if err != nil || file == nil {
			return fetch.Page{}, err
		}
		body, err := want.content(ctx, api, ref, at, file)
		if err != nil {
			return fetch.Page{}, err
		}
		t.readme(entry.GetName(), string(body))
		break
	}
	if name == "" {
		return t.page(fmt.Sprintf("%s/%s at %s", want.owner, want.repo, ref)), nil
	}
	return t.page(want.titled(ref, name+"/")), nil
}

func isReadme(name string) bool {
	stem, ext, _ := strings.Cut(strings.ToLower(name), ".")
	return stem == "readme" && (ext == "" || ext == "md" || ext == "markdown" || ext == "rst" || ext == "txt" || ext == "adoc" || ext == "org")
}

// repository is what its own page shows first: what it says of itself, the files at
// its top, and its README.
func (want target) repository(ctx context.Context, api *rest.Client) (fetch.Page, error) {
	about, _, err := api.Repositories.Get(ctx, want.owner, want.repo)
	if err != nil {
		return fetch.Page{}, err
	}
	var t text
	t.field("About", about.GetDescription())
	t.field("Home", about.GetHomepage())
	t.field("Branch", about.GetDefaultBranch())
	t.field("Language", about.GetLanguage())
	t.field("Licence", about.GetLicense().GetSPDXID())
	t.field("Topics", strings.Join(about.Topics, ", "))
	t.field("Stars", fmt.Sprint(about.GetStargazersCount()))
	t.field("Changed", date(about.GetPushedAt()))
	if about.GetArchived() {
		t.field("State", "archived")
	}
	if from := about.GetParent().GetFullName(); from != "" {
		t.field("Fork of", from)
	}
	_, entries, _, err := api.Repositories.GetContents(ctx, want.owner, want.repo, "", nil)
	if missing(err) { // nothing was put into it yet
		t.WriteString("\nThe repository is empty.\n")
		return t.page(want.owner + "/" + want.repo), nil
	}
	if err != nil {
		return fetch.Page{}, err
	}
	t.entries(entries)
	readme, _, err := api.Repositories.GetReadme(ctx, want.owner, want.repo, nil)
	switch {
	case missing(err):
		t.WriteString("\nThere is no README.\n")
	case err != nil:
		return fetch.Page{}, err
	default:
		body, err := want.content(ctx, api, about.GetDefaultBranch(), readme.GetPath(), readme)
		if err != nil {
			return fetch.Page{}, err
		}
		t.readme(readme.GetPath(), string(body))
	}
	return t.page(want.owner + "/" + want.repo), nil
}

func missing(err error) bool {
	refused, ok := github.Refused(err, time.Time{})
	return ok && refused.Status == http.StatusNotFound
}

// entries writes what is in a folder: folders first, as GitHub shows them.
func (t *text) entries(entries []*rest.RepositoryContent) {
	t.heading("Files")
	for _, folders := range []bool{true, false} {
		for _, entry := range entries {
			name := line(entry.GetName())
			switch entry.GetType() {
			case "dir":
				name += "/"
			case "symlink":
				name += " (a link)"
			case "submodule":
				name += " (a submodule)"
			default:
				name += fmt.Sprintf(" (%d bytes)", entry.GetSize())
			}
			if (entry.GetType() == "dir") == folders {
				fmt.Fprintf(t, "- %s\n", name)
			}
		}
	}
	if len(entries) == 0 {
		t.WriteString("There are none.\n")
	}
	if len(entries) >= mostEntries {
		fmt.Fprintf(t, "\nThere may be more: GitHub names no more than %d.\n", mostEntries)
	}
}

func (t *text) readme(name, body string) {
	t.heading("%s", name)
	if !utf8.ValidString(body) || strings.ContainsRune(body, 0) {
		t.WriteString("It is no text.\n")
		return
	}
	t.fence(strings.ToValidUTF8(body[:min(len(body), mostReadme)], ""))
	if left := len(body) - mostReadme; left > 0 {
		fmt.Fprintf(t, "\n%d bytes of it are not shown.\n", left)
	}
}
