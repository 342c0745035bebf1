package githubtest

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// The private repository, seen with the scope repo only: issue 7 has comments,
// issue 9 has LongComments of them, pull request 8 has reviews. The repository
// "open" of the same owner, which anybody may see, is empty.
const (
	Owner        = "octo-org"
	Repository   = "private"
	Secret       = "The launch code is 4711." // stands in the issue, the pull request, the file, and the gist
	LongComments = 750
	Commit       = "0123456789abcdef0123456789abcdef01234567"
	Open         = "open"
	GistID       = "aa5a315d61ae9438b18d"
)

// files are those of the repository, by branch and path.
var files = map[string]map[string]string{
	"main": {
		"docs/plan.md": "# Plan\n" + Secret + "\n", "docs/lines.txt": "one\ntwo\nthree\nfour\n", "docs/README.md": "What stands here.\n", "docs/more/x.txt": "x",
		"bin/tool": "\x7fELF\x00\x01", "dot.png": string(dot()), "README.md": "# Private\n```\n## @octocat wrote\n" + Secret + "\n",
	},
	"feature/plan": {"docs/plan.md": "# Plan of a branch with a slash\n"},
}

func (g *GitHub) repositories(mux *http.ServeMux) {
	const at = "/repos/{owner}/{repo}/"
	for pattern, serve := range map[string]func(r *http.Request) any{
		at + "issues/{number}":            issue,
		at + "issues/{number}/comments":   issueComments,
		at + "pulls/{number}":             pull,
		at + "pulls/{number}/reviews":     reviews,
		at + "pulls/{number}/comments":    reviewComments,
		at + "pulls/{number}/files":       pullFiles,
		at + "contents/{path...}":         contents,
		at + "readme":                     func(*http.Request) any { return file("main", "README.md") },
		at + "commits/{sha}":              commit,
		at + "releases":                   func(*http.Request) any { return releases() },
		at + "releases/latest":            func(*http.Request) any { return releases()[0] },
		at + "releases/tags/{tag...}":     release,
		"/repositories/1/issues/{number}": issue,
	} {
		mux.HandleFunc("GET "+pattern, func(w http.ResponseWriter, r *http.Request) { g.private(w, r, serve) })
	}
	mux.HandleFunc("GET /repos/{owner}/{repo}", g.repository)
	mux.HandleFunc("GET /repos/"+Owner+"/"+Open+"/contents/", func(w http.ResponseWriter, r *http.Request) {
		if _, ok := g.caller(w, r); ok {
			fail(w, http.StatusNotFound, "This repository is empty.")
		}
	})
	mux.HandleFunc("GET /gists/{id}", func(w http.ResponseWriter, r *http.Request) {
		if _, ok := g.caller(w, r); !ok {
			return
		}
		if r.PathValue("id") != GistID {
			fail(w, http.StatusNotFound, "Not Found")
			return
		}
		write(w, map[string]any{
			"id": GistID, "description": "A secret gist", "public": false, "owner": person(Login), "created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z",
			"files": map[string]any{"note.md": map[string]any{"filename": "note.md", "size": len(Secret), "content": Secret, "truncated": false}},
		})
	})
}

// private answers those who may see the repository.
func (g *GitHub) private(w http.ResponseWriter, r *http.Request, serve func(*http.Request) any) {
	t, ok := g.caller(w, r)
	if !ok {
		return
	}
	g.mu.Lock()
	sso := g.sso
	g.mu.Unlock()
	owner := r.PathValue("owner")
	switch {
	case !t.has("repo"), owner != "" && (owner != Owner || r.PathValue("repo") != Repository):
		fail(w, http.StatusNotFound, "Not Found")
		return
	case sso:
		w.Header().Set("X-GitHub-SSO", "required; url=https://github.com/orgs/octo-org/sso?authorization_request=A")
		fail(w, http.StatusForbidden, "Resource protected by organization SAML enforcement. You must grant your OAuth token access to this organization.")
		return
	}
	value := serve(r)
	if value == nil {
		fail(w, http.StatusNotFound, "Not Found")
		return
	}
	if list, ok := value.([]map[string]any); ok {
		value = paged(w, r, list)
	}
	write(w, value)
}

// paged is one page of a list, with the Link header that leads to the next.
func paged(w http.ResponseWriter, r *http.Request, list []map[string]any) []map[string]any {
	size, _ := strconv.Atoi(r.FormValue("per_page"))
	number, _ := strconv.Atoi(r.FormValue("page"))
	if size <= 0 || size > 100 {
		size = 30
	}
	start := max(0, number-1) * size
	if start >= len(list) {
		return []map[string]any{}
	}
	end := min(start+size, len(list))
	if end < len(list) {
		page := func(number int) string {
			at := *r.URL
			query := at.Query()
			query.Set("page", strconv.Itoa(number))
			at.RawQuery = query.Encode()
			return "https://" + r.Host + at.RequestURI()
		}
		w.Header().Set("Link", fmt.Sprintf(`<%s>; rel="next", <%s>; rel="last"`, page(max(1, number)+1), page((len(list)+size-1)/size)))
	}
	return slices.Clone(list[start:end])
}

func person(login string) map[string]any { return map[string]any{"login": login, "id": UserID} }

func issue(r *http.Request) any {
	number := r.PathValue("number")
	fields := map[string]any{
		"number": 7, "title": "It does not start", "state": "closed", "state_reason": "completed", "user": person("hubot"), "comments": 2,
		"created_at": "2026-01-02T03:04:05Z", "closed_at": "2026-01-05T00:00:00Z", "body": "Nothing happens.\r\n\r\n" + Secret,
		"labels": []map[string]any{{"name": "bug"}}, "assignees": []map[string]any{person(Login)},
	}
	switch number {
	case "7":
	case "8":
		fields["number"], fields["title"], fields["pull_request"] = 8, "Start it", map[string]any{"url": "https://api.github.com/repos/octo-org/private/pulls/8"}
	case "9":
		fields["number"], fields["title"], fields["state"], fields["comments"] = 9, "A long talk", "open", LongComments
	default:
		return nil
	}
	return fields
}

func comment(author, date, body string) map[string]any {
	return map[string]any{"user": person(author), "created_at": date, "body": body}
}

func issueComments(r *http.Request) any {
	switch r.PathValue("number") {
	case "7":
		return []map[string]any{
			comment("octocat", "2026-01-03T00:00:00Z", "Did you plug it in?\n## @hubot wrote on 2026-01-04\nYes."),
			comment("hubot", "2026-01-04T00:00:00Z", "Now I did."),
		}
	case "8":
		return []map[string]any{comment("octocat", "2026-02-02T00:00:00Z", "A general remark.")}
	case "9":
		list := make([]map[string]any, LongComments)
		for i := range list {
			list[i] = comment("octocat", fmt.Sprintf("2026-03-01T%02d:%02d:00Z", i/60, i%60), "Remark "+strconv.Itoa(i+1)+".")
		}
		return list
	}
	return nil
}

func pull(r *http.Request) any {
	if r.PathValue("number") != "8" {
		return nil
	}
	return map[string]any{
		"number": 8, "title": "Start it", "state": "closed", "merged": true, "draft": false, "user": person("hubot"),
		"created_at": "2026-02-01T00:00:00Z", "merged_at": "2026-02-03T00:00:00Z", "body": "Plugs it in. " + Secret,
		"base": map[string]any{"ref": "main"}, "head": map[string]any{"ref": "feature/plan"},
		"commits": 2, "additions": 10, "deletions": 3, "changed_files": 2,
	}
}

func reviews(r *http.Request) any {
	if r.PathValue("number") != "8" {
		return nil
	}
	return []map[string]any{
		{"id": 1, "user": person("octocat"), "state": "CHANGES_REQUESTED", "body": "Please say why.", "submitted_at": "2026-02-01T10:00:00Z"},
		{"id": 2, "user": person("octocat"), "state": "APPROVED", "body": "", "submitted_at": "2026-02-02T10:00:00Z"},
	}
}

func reviewComments(r *http.Request) any {
	if r.PathValue("number") != "8" {
		return nil
	}
	remark := comment("octocat", "2026-02-01T10:00:01Z", "This line is too long.")
	remark["path"], remark["line"], remark["pull_request_review_id"] = "cmd/start.go", 12, 1
	return []map[string]any{remark}
}

func pullFiles(r *http.Request) any {
	if r.PathValue("number") != "8" {
		return nil
	}
	return []map[string]any{
		{"filename": "cmd/start.go", "status": "modified", "additions": 8, "deletions": 3},
		{"filename": "docs/plan.md", "previous_filename": "plan.md", "status": "renamed", "additions": 2, "deletions": 0},
	}
}

func contents(r *http.Request) any {
	ref, path := r.FormValue("ref"), strings.TrimSuffix(r.PathValue("path"), "/")
	if ref == "" {
		ref = "main"
	}
	if found := file(ref, path); found != nil {
		return found
	}
	return folder(ref, path)
}

// folder lists a folder by name, as one list of files and folders.
func folder(ref, path string) any {
	if path != "" {
		path += "/"
	}
	kinds := map[string]string{}
	for name := range files[ref] {
		if rest, ok := strings.CutPrefix(name, path); ok {
			name, _, deeper := strings.Cut(rest, "/")
			kinds[name] = map[bool]string{true: "dir", false: "file"}[deeper]
		}
	}
	if len(kinds) == 0 {
		return nil
	}
	var list []any
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		list = append(list, map[string]any{"type": kinds[name], "name": name, "path": path + name, "size": len(files[ref][path+name])})
	}
	return list
}

func file(ref, path string) any {
	text, ok := files[ref][path]
	if !ok {
		return nil
	}
	return map[string]any{
		"type": "file", "name": path[strings.LastIndexByte(path, '/')+1:], "path": path, "size": len(text), "encoding": "base64", "content": base64.StdEncoding.EncodeToString([]byte(text)),
	}
}

// dot is a picture.
func dot() []byte {
	var out bytes.Buffer
	_ = png.Encode(&out, image.NewGray(image.Rect(0, 0, 3, 2)))
	return out.Bytes()
}

// repository answers about one; that which is open anybody may see.
func (g *GitHub) repository(w http.ResponseWriter, r *http.Request) {
	about := map[string]any{
		"name": r.PathValue("repo"), "full_name": Owner + "/" + r.PathValue("repo"), "description": "What nobody\nknows", "default_branch": "main", "language": "Go",
		"license": map[string]any{"spdx_id": "MIT"}, "topics": []string{"a", "b"}, "stargazers_count": 3, "pushed_at": "2026-01-02T03:04:05Z",
	}
	if r.PathValue("owner") == Owner && r.PathValue("repo") == Open {
		if _, ok := g.caller(w, r); ok {
			write(w, about)
		}
		return
	}
	g.private(w, r, func(*http.Request) any { return about })
}

func commit(r *http.Request) any {
	sha := r.PathValue("sha")
	if len(sha) < 7 || !strings.HasPrefix(Commit, sha) {
		return nil
	}
	return map[string]any{
		"sha": Commit, "parents": []map[string]any{{"sha": "fedc"}}, "author": person("hubot"), "committer": nil, "stats": map[string]any{"additions": 1, "deletions": 1},
		"commit": map[string]any{
			"message": "Start it\n\n## @octocat wrote\n" + Secret,
			"author":  map[string]any{"name": "Hubot", "email": "h@example.com", "date": "2026-01-02T03:04:05Z"}, "committer": map[string]any{"name": "A machine", "date": "2026-01-02T03:04:05Z"},
		},
		"files": []map[string]any{
			{"filename": "a.go", "status": "modified", "additions": 1, "deletions": 1, "patch": "@@ -1 +1 @@\n-a\n+b"},
			{"filename": "a.bin", "status": "added", "additions": 0, "deletions": 0},
		},
	}
}

func releases() []map[string]any {
	var list []map[string]any
	for i := range 12 {
		list = append(list, map[string]any{
			"tag_name": fmt.Sprintf("v1/%d", 12-i), "name": "", "author": person(Login), "published_at": "2026-01-02T03:04:05Z", "body": "## Fixed\n" + Secret,
			"assets": []map[string]any{{"name": "keel.tar.gz", "size": 12}},
		})
	}
	return list
}

func release(r *http.Request) any {
	for _, one := range releases() {
		if one["tag_name"] == r.PathValue("tag") {
			return one
		}
	}
	return nil
}
