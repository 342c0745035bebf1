package githubpage

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/keel-ide/keel/backend/account/github"
)

// kind is what an address names.
type kind int

const (
	anIssue kind = iota + 1
	aPull
	aFile
	aGist
)

// target is what an address names.
type target struct {
	host        string // where its account is
	kind        kind
	owner, repo string
	number      int
	tail        []string // the name of a branch, a tag or a commit, and a path: which is which, GitHub has to tell
	id          string   // of a gist
}

// Names that GitHub gives; whatever is put into the path of a request is one.
var (
	ownerName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,100}$`)
	repoName  = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)
	gistName  = regexp.MustCompile(`^[0-9a-f]{1,64}$`)
)

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
		return fileOf(github.Public, parts[0], parts[1], parts[2:])
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
	if len(parts) < 4 || !ownerName.MatchString(parts[0]) || !repo(parts[1]) {
		return target{}, false
	}
	switch parts[2] {
	case "issues":
		return numbered(target{host: host, kind: anIssue, owner: parts[0], repo: parts[1]}, parts[3:])
	case "pull":
		return numbered(target{host: host, kind: aPull, owner: parts[0], repo: parts[1]}, parts[3:])
	case "blob", "raw":
		if len(parts) >= 5 {
			return fileOf(host, parts[0], parts[1], parts[3:])
		}
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
	tabs := []string{"files", "commits", "checks", "changes", "conversation"}
	return want, len(rest) == 1 || want.kind == aPull && slices.Contains(tabs, rest[1])
}

func fileOf(host, owner, name string, rest []string) (target, bool) {
	if len(rest) >= 4 && rest[0] == "refs" && (rest[1] == "heads" || rest[1] == "tags") {
		rest = rest[2:]
	}
	want := target{host: host, kind: aFile, owner: owner, repo: name, tail: rest}
	return want, len(rest) >= 2 && ownerName.MatchString(owner) && repo(name)
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
