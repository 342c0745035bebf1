package githubpage

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/keel-ide/keel/backend/account/github"
	"github.com/keel-ide/keel/backend/fetch"
)

// kind is what an address names.
type kind int

const (
	anIssue kind = iota + 1
	aPull
	aFile // or a folder: GitHub leads from either form of their addresses to the other
	aGist
	aRepository
	aCommit
	aRelease
	someReleases
)

// target is what an address names.
type target struct {
	host        string // where its account is
	kind        kind
	owner, repo string
	number      int
	tail        []string // the name of a branch, a tag or a commit, and a path: which is which, GitHub has to tell
	id          string   // of a gist, a commit or a release; of the latest release empty
	raw         bool     // the address holds the file itself
	changes     bool     // what a pull request changes is meant
	first, last int      // the lines of a file that are meant; 0: all
}

// Names that GitHub gives; whatever is put into the path of a request is one.
var (
	ownerName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,100}$`)
	repoName  = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)
	gistName  = regexp.MustCompile(`^[0-9a-f]{1,64}$`)
	commitID  = regexp.MustCompile(`^[0-9a-f]{4,64}$`)
)

// own are parts of GitHub's own site that stand where the name of an owner would.
var own = []string{
	"about", "account", "apps", "codespaces", "collections", "contact", "customer-stories", "dashboard", "enterprise", "events", "explore", "features",
	"login", "marketplace", "new", "notifications", "organizations", "orgs", "pricing", "readme", "resources", "search", "security", "sessions",
	"settings", "site", "solutions", "sponsors", "stars", "team", "topics", "trending", "users",
}

// deepest is how many parts the path of a file may have.
const deepest = 40

// parse reads an address; ok is false for one that is none of these kinds.
func parse(at *url.URL) (want target, ok bool) {
	parts, ok := partsOf(at)
	if !ok || at.Scheme != "https" || at.User != nil {
		return target{}, false
	}
	host, isGist := strings.CutPrefix(at.Host, "gist.")
	switch {
	case at.Host == "raw.githubusercontent.com" && len(parts) >= 4:
		return rawFile(parts)
	case isGist:
		return gistOf(host, parts)
	case at.Host == "www.github.com":
		host = github.Public
	}
	if len(parts) < 2 {
		return target{}, false
	}
	if host != github.Public && parts[0] == "gist" { // an Enterprise host without names of its own for parts of it
		return gistOf(host, parts[1:])
	}
	if !ownerName.MatchString(parts[0]) || slices.Contains(own, parts[0]) {
		return target{}, false
	}
	want = target{host: host, owner: parts[0], repo: parts[1]}
	want.first, want.last = fetch.Lines(at)
	return want.within(parts[2:])
}

// within reads what follows the name of a repository.
func (want target) within(rest []string) (target, bool) {
	if len(rest) == 0 {
		want.kind, want.repo = aRepository, strings.TrimSuffix(want.repo, ".git")
		return want, repo(want.repo)
	}
	if !repo(want.repo) {
		return target{}, false
	}
	if rest[0] == "releases" {
		return want.released(rest[1:])
	}
	if len(rest) < 2 {
		return target{}, false
	}
	switch rest[0] {
	case "issues":
		want.kind = anIssue
		return numbered(want, rest[1:])
	case "pull":
		if len(rest) == 4 && rest[2] == "commits" {
			return want.committed(rest[3])
		}
		want.kind = aPull
		return numbered(want, rest[1:])
	case "commit":
		got, ok := want.committed(rest[1])
		return got, ok && len(rest) == 2
	case "blob", "raw", "blame", "tree":
		want.kind, want.tail = aFile, withoutRefs(rest[1:])
		return want, len(want.tail) >= 2 || rest[0] == "tree"
	}
	return target{}, false
}

func (want target) committed(id string) (target, bool) {
	want.kind, want.id = aCommit, id
	return want, commitID.MatchString(id)
}

// released is one release or the latest ones.
func (want target) released(rest []string) (target, bool) {
	want.kind = aRelease
	switch {
	case len(rest) == 0:
		want.kind = someReleases
		return want, true
	case len(rest) == 1 && rest[0] == "latest":
		return want, true
	case rest[0] == "tag" && len(rest) > 1:
		want.id = strings.Join(rest[1:], "/")
		return want, true
	}
	return target{}, false
}

// partsOf are the parts of a path.
func partsOf(at *url.URL) ([]string, bool) {
	parts := strings.Split(strings.Trim(at.EscapedPath(), "/"), "/")
	if len(parts) > deepest {
		return nil, false
	}
	for i, part := range parts {
		plain, err := url.PathUnescape(part)
		if err != nil || plain == "" || plain == "." || strings.Contains(plain, "..") || strings.ContainsAny(plain, "/\\\x00\r\n") {
			return nil, false
		}
		parts[i] = plain
	}
	return parts, true
}

func repo(name string) bool { return repoName.MatchString(name) && strings.Trim(name, ".") != "" }

// numbered is an issue or a pull request; of the latter also its tabs are meant.
func numbered(want target, rest []string) (target, bool) {
	number, err := strconv.ParseInt(rest[0], 10, 32)
	if err != nil || number <= 0 || rest[0][0] == '+' {
		return target{}, false
	}
	want.number = int(number)
	want.changes = len(rest) > 1 && (rest[1] == "files" || rest[1] == "changes")
	tabs := []string{"files", "commits", "checks", "changes", "conversation"}
	return want, len(rest) == 1 || want.kind == aPull && slices.Contains(tabs, rest[1])
}

// rawFile is a file of raw.githubusercontent.com.
func rawFile(parts []string) (target, bool) {
	want := target{host: github.Public, kind: aFile, owner: parts[0], repo: parts[1], tail: withoutRefs(parts[2:]), raw: true}
	return want, len(want.tail) >= 2 && ownerName.MatchString(want.owner) && repo(want.repo)
}

// withoutRefs is the name of a branch or a tag and a path, without what may stand
// before them.
func withoutRefs(parts []string) []string {
	if len(parts) >= 3 && parts[0] == "refs" && (parts[1] == "heads" || parts[1] == "tags") {
		return parts[2:]
	}
	return parts
}

// gistOf is a gist, by its id or by its owner and its id.
func gistOf(host string, parts []string) (target, bool) {
	if len(parts) == 2 && ownerName.MatchString(parts[0]) {
		parts = parts[1:]
	}
	if len(parts) != 1 || !gistName.MatchString(parts[0]) {
		return target{}, false
	}
	return target{host: host, kind: aGist, id: parts[0]}, true
}
