package approval

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// protectedFolders are the folders, at any depth, whose contents other programs
// run or obey by themselves: version control with its hooks, editors with their
// tasks, environment loaders, and other agents with their rules, hooks and MCP
// servers. A file of the same name (the .git of a git worktree) counts too.
func protectedFolders() []string {
	return []string{
		".git", "git~1", ".hg", ".svn", ".husky", ".githooks",
		".vscode", ".vscode-server", ".idea", ".vs", ".zed", ".fleet", ".devcontainer",
		".keel", ".kiro", ".cursor", ".claude", ".codex", ".gemini", ".windsurf", ".codeium", ".continue", ".aider",
		".roo", ".cline", ".amazonq", ".copilot", ".opencode", ".crush", ".goose", ".trae", ".junie", ".augment", ".agents",
		".ssh", ".gnupg", ".aws", ".direnv", ".autoenv", "autostart", "launchagents", "launchdaemons",
	}
}

// protectedFiles are the files, at any depth, that other programs run or obey
// by themselves; shell start-up files first.
func protectedFiles() []string {
	return []string{
		".profile", ".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases", ".bash_env",
		".zshrc", ".zshenv", ".zprofile", ".zlogin", ".zlogout", ".kshrc", ".mkshrc", ".cshrc", ".tcshrc", ".login", ".logout",
		"config.fish", "config.nu", "env.nu", "rc.elv", "rc.xsh", ".xonshrc", "profile.ps1", "microsoft.powershell_profile.ps1", ".inputrc", ".pam_environment",
		".xprofile", ".xinitrc", ".xsession", ".xsessionrc", ".tmux.conf", ".screenrc",
		".envrc", ".autoenv.zsh", ".vimrc", ".nvimrc", ".exrc", ".gvimrc", ".emacs", ".gdbinit", ".lldbinit",
		".keelignore", ".gitconfig", ".mcp.json", "mcp.json", ".cursorrules", ".windsurfrules", ".clinerules", ".roomodes", ".aider.conf.yml",
	}
}

// protectedPairs are the folders whose contents are as those of
// [protectedFolders], by their name and that of the folder they are in: names that
// mean nothing by themselves.
func protectedPairs() [][2]string {
	return [][2]string{
		{"fish", "conf.d"}, {"fish", "functions"}, {".config", "git"}, {".config", "nvim"},
		{".config", "environment.d"}, {"systemd", "user"}, {".local", "bin"},
	}
}

// protectedName returns the part of a path that is protected, as it should be
// shown, or "".
func protectedName(path string) string {
	folded := foldParts(path)
	folders, files := protectedFolders(), protectedFiles()
	for _, part := range folded {
		if slices.Contains(folders, part) || slices.Contains(files, part) {
			return part
		}
		if strings.HasSuffix(part, ".code-workspace") {
			return "*.code-workspace"
		}
	}
	for i := 1; i < len(folded); i++ {
		if slices.Contains(protectedPairs(), [2]string{folded[i-1], folded[i]}) {
			return folded[i-1] + "/" + folded[i]
		}
	}
	// Git takes any folder with HEAD, objects and refs for a repository, whatever
	// its name, and runs what the config beside them says (gitrepository-layout(5);
	// git-config(1), safe.bareRepository).
	if len(folded) > 0 && folded[len(folded)-1] == "head" {
		return "the HEAD of a git repository"
	}
	return ""
}

// pairedByMove returns which of [protectedPairs] a move makes by giving a folder
// the first name while it holds one of the second, or "".
func (p *Policy) pairedByMove(r Request) string {
	if r.Kind != kindMove || len(r.Paths) != 2 {
		return ""
	}
	forms, denied := p.locate(r.Paths[0], false)
	if denied != nil {
		return ""
	}
	for _, pair := range protectedPairs() {
		if fold(filepath.Base(r.Paths[1])) != pair[0] {
			continue
		}
		entries, _ := os.ReadDir(forms[0]) // of what is no folder there are none
		for _, entry := range entries {
			if fold(entry.Name()) == pair[1] {
				return pair[0] + "/" + pair[1]
			}
		}
	}
	return ""
}

// Secret reports whether a file of this path usually holds passwords, keys or
// tokens, by its name alone. Whether git ignores it plays no part: an ignored
// file and one that was forgotten in the ignore list are asked about alike.
func Secret(path string) bool {
	folded := foldParts(path)
	if len(folded) == 0 {
		return false
	}
	for _, part := range folded {
		if slices.Contains([]string{".ssh", ".gnupg", ".aws", ".azure", ".kube"}, part) {
			return true
		}
	}
	return secretName(folded[len(folded)-1])
}

func secretName(name string) bool {
	if rest, ok := strings.CutPrefix(name, ".env"); ok && rest != "" && strings.ContainsAny(rest[:1], "~-_") {
		return true // .env-production, or what an editor keeps of .env
	}
	if rest, ok := strings.CutPrefix(name, ".env."); ok {
		return !slices.Contains([]string{"example", "sample", "template", "dist", "defaults", "schema"}, rest)
	}
	exact := []string{
		".env", ".envrc", ".netrc", "_netrc", ".pgpass", ".my.cnf", ".npmrc", ".pypirc", ".git-credentials", ".htpasswd",
		".dockercfg", "credentials", "credentials.json", "credentials.toml", "secrets.json", "secrets.yml", "secrets.yaml",
		"secrets.toml", "secrets.env", "service-account.json", "terraform.tfstate", "terraform.tfstate.backup", ".vault-token", ".dev.vars",
		"application_default_credentials.json", "kubeconfig", ".s3cfg", ".boto", ".databrickscfg", ".terraformrc",
	}
	if slices.Contains(exact, name) {
		return true
	}
	for _, key := range []string{"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"} {
		if strings.HasPrefix(name, key) && !strings.HasSuffix(name, ".pub") {
			return true
		}
	}
	endings := []string{".pem", ".key", ".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".ppk", ".env", ".tfvars", ".ovpn"}
	return slices.Contains(endings, strings.ToLower(filepath.Ext(name)))
}

// maxWalk is how many entries of a folder are looked at before it is asked
// about unseen.
const maxWalk = 20_000

var errTooMany = errors.New("too many entries")

// inside is what a folder holds that is about to be moved or deleted.
type inside struct {
	protected string // as it should be shown; "" for nothing
	kept      string // a path that a .keelignore file keeps from the agent; "" for none
}

// lookInside looks through a folder that is about to be moved or deleted; what
// .keelignore files keep from the agent counts where it is moved, because
// elsewhere it is not kept. A folder that cannot be looked through counts as
// protected.
func (p *Policy) lookInside(ctx context.Context, kind, folder string) (found inside) {
	seen := 0
	listed := ReadIgnored(p.root)
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == folder {
			return fs.SkipAll
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if seen++; seen > maxWalk {
			return errTooMany
		}
		relative, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		if found.protected = protectedName(relative); found.protected != "" {
			return fs.SkipAll
		}
		if kind != kindMove || found.kept != "" || path == folder {
			return nil
		}
		for _, name := range p.relative([]string{path}) {
			name = filepath.ToSlash(name)
			if listed.why(name, func() (folder, known bool) { return entry.IsDir(), true }) != "" {
				found.kept = name
			}
		}
		return nil
	})
	if err != nil {
		return inside{protected: "a folder that could not be looked through"}
	}
	return found
}
