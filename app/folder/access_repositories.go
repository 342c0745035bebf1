package folder

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keel-ide/keel/app/wire"
)

const (
	repositoriesLimit = 50   // are listed
	foldersLimit      = 2000 // are looked into
	foldersDeep       = 3    // below the workspace
)

// repository is a git repository, read as data: git is not run, since what a
// repository says can make git run programs.
type repository struct {
	path    string // its working tree
	remotes []remote
}

type remote struct {
	name    string
	address string // without credentials
	secret  bool   // credentials stood in it
}

// findRepositories returns the repository that holds the workspace and those in
// it, as far as they can be found quickly.
func findRepositories(workspace string) []repository {
	var found []repository
	for at := workspace; ; at = filepath.Dir(at) {
		if remotes, ok := readRepository(at); ok {
			found = append(found, repository{at, remotes})
			break
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	left := foldersLimit
	return withThoseIn(found, workspace, foldersDeep, &left)
}

// withThoseIn adds the repositories in a folder's folders.
func withThoseIn(found []repository, folder string, deep int, left *int) []repository {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return found
	}
	for _, entry := range entries {
		if !entry.IsDir() || entry.Name() == ".git" || entry.Name() == "node_modules" {
			continue
		}
		if *left--; *left < 0 || len(found) >= repositoriesLimit {
			return found
		}
		path := filepath.Join(folder, entry.Name())
		if remotes, ok := readRepository(path); ok {
			found = append(found, repository{path, remotes})
		}
		if deep > 1 {
			found = withThoseIn(found, path, deep-1, left)
		}
	}
	return found
}

// readRepository reads the remotes of the repository whose working tree a folder
// is; false where it is none.
func readRepository(folder string) ([]remote, bool) {
	git := filepath.Join(folder, ".git")
	info, err := os.Stat(git)
	if err != nil {
		return nil, false
	}
	if info.Mode().IsRegular() { // a worktree or a submodule says where it is kept
		text, ok := readLine(git)
		place, named := strings.CutPrefix(text, "gitdir: ")
		if !ok || !named {
			return nil, false
		}
		if git = place; !filepath.IsAbs(git) {
			git = filepath.Join(folder, git)
		}
		if common, ok := readLine(filepath.Join(git, "commondir")); ok {
			if filepath.IsAbs(common) {
				git = common
			} else {
				git = filepath.Join(git, common)
			}
		}
	}
	var remotes []remote
	for _, section := range readSections(filepath.Join(git, "config")) {
		name, ok := strings.CutPrefix(section.name, `remote "`)
		if address := section.values["url"]; ok && address != "" {
			shown, secret := withoutCredentials(address)
			remotes = append(remotes, remote{strings.TrimSuffix(name, `"`), shown, secret})
		}
	}
	return remotes, true
}

// readLine returns the one line of a small file.
func readLine(path string) (string, bool) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > 8<<10 {
		return "", false
	}
	text, err := os.ReadFile(path)
	line := strings.TrimSpace(string(text))
	return line, err == nil && line != "" && !strings.Contains(line, "\n")
}

// withoutCredentials takes out of a remote's address what may be a password or a
// token: whoever stands in front of the host, and what comes after a question
// mark. The user of an address such as git@host:path is none.
func withoutCredentials(address string) (shown string, secret bool) {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		if user, host, at := strings.Cut(address, "@"); at && strings.ContainsRune(user, ':') {
			return host, true
		}
		return address, false
	}
	if parsed, err := url.Parse(address); err == nil {
		login := parsed.User
		secret = parsed.RawQuery != "" || parsed.Fragment != ""
		parsed.User, parsed.RawQuery, parsed.Fragment = nil, "", ""
		if login != nil {
			_, password := login.Password()
			if parsed.Scheme == "ssh" && !password {
				parsed.User = login
			} else {
				secret = true
			}
		}
		return parsed.String(), secret
	}
	// It cannot be taken apart: all in front of the last @ may be a secret.
	if i := strings.LastIndex(rest, "@"); i >= 0 {
		rest, secret = rest[i+1:], true
	}
	rest, _, query := strings.Cut(rest, "?")
	return scheme + "://" + rest, secret || query
}

func accessRepositories(workspace string, repositories []repository) wire.AccessSection {
	section := wire.AccessSection{
		ID: "repositories", Title: "Git repositories", Items: []wire.AccessItem{},
		Summary: "This folder is not in a git repository and holds none.",
	}
	if len(repositories) > 0 {
		section.Summary = "The agent changes their files as those of this folder. Committing and pushing are commands, and ask first unless you have trusted them."
	}
	for _, r := range repositories {
		item := wire.AccessItem{Name: filepath.Base(r.path), Level: wire.AccessOpen, Detail: describeRemotes(r.remotes)}
		if relative, err := filepath.Rel(workspace, r.path); err == nil && filepath.IsLocal(relative) && relative != "." {
			item.Name = filepath.ToSlash(relative)
		}
		if !below(r.path, workspace) {
			item.Name, item.Level = r.path, wire.AccessAsks
			item.Detail = "It holds this folder; what lies outside is reached by commands only. " + item.Detail
		}
		section.Items = append(section.Items, item)
	}
	return section
}

func describeRemotes(remotes []remote) string {
	if len(remotes) == 0 {
		return "No remote."
	}
	all := make([]string, 0, len(remotes))
	for _, r := range remotes {
		text := r.name + ": " + r.address
		if r.secret {
			text += " (credentials stand in its address)"
		}
		all = append(all, text)
	}
	slices.Sort(all)
	return fmt.Sprintf("Remotes: %s.", strings.Join(all, ", "))
}
