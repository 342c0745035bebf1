package githubtest

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// The private repository, seen with the scope repo only: issue 7 has comments,
// issue 9 has LongComments of them, pull request 8 has reviews.
const (
	Owner        = "octo-org"
	Repository   = "private"
	Secret       = "The launch code is 4711." // stands in the issue, the pull request, the file, and the gist
	LongComments = 150
	GistID       = "aa5a315d61ae9438b18d"
)

// files are those of the repository, by branch and path.
var files = map[string]map[string]string{
	"main":         {"docs/plan.md": "# Plan\n" + Secret + "\n", "bin/tool": "\x7fELF\x00\x01"},
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
		"/repositories/1/issues/{number}": issue,
	} {
		mux.HandleFunc("GET "+pattern, func(w http.ResponseWriter, r *http.Request) { g.private(w, r, serve) })
	}
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
		next := *r.URL
		query := next.Query()
		query.Set("page", strconv.Itoa(max(1, number)+1))
		next.RawQuery = query.Encode()
		w.Header().Set("Link", fmt.Sprintf(`<https://%s%s>; rel="next"`, r.Host, next.RequestURI()))
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
	text, ok := files[ref][path]
	if !ok {
		return nil
	}
	return map[string]any{
		"type": "file", "name": path, "path": path, "size": len(text), "encoding": "base64", "content": base64.StdEncoding.EncodeToString([]byte(text)),
	}
}
