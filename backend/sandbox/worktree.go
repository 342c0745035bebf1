package sandbox

import (
	"os"
	"path/filepath"
	"strings"
)

// worktreePlaces are the folders that git needs to commit in a workspace that is
// a linked worktree: they lie in the main repository, outside (gitrepository-
// layout(5)). Its hooks and settings, which git obeys there too, are not among
// them.
//
// The workspace's .git file alone proves nothing, since a command can write it:
// the folder it names has to name the workspace in turn, and to be what it seems
// without following a link.
func worktreePlaces(workspace string) []string {
	file := filepath.Join(workspace, ".git")
	own, ok := strings.CutPrefix(oneLine(file), "gitdir: ")
	if !ok || !filepath.IsAbs(own) {
		return nil
	}
	own = filepath.Clean(own)
	all := filepath.Dir(own)
	common := filepath.Dir(all)
	if filepath.Base(all) != "worktrees" || oneLine(filepath.Join(own, "gitdir")) != file || within(workspace, common) {
		return nil
	}
	var places []string
	for _, path := range []string{own, filepath.Join(common, "objects"), filepath.Join(common, "refs"), filepath.Join(common, "logs")} {
		info, err := os.Lstat(path)
		if found, wrong := filepath.EvalSymlinks(path); err == nil && wrong == nil && info.IsDir() && found == path {
			places = append(places, path)
		}
	}
	return places
}

// oneLine returns what a small file holds if that is one line; else nothing.
func oneLine(path string) string {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > 8<<10 {
		return ""
	}
	text, err := os.ReadFile(path)
	line := strings.TrimSuffix(string(text), "\n")
	if err != nil || strings.Contains(line, "\n") {
		return ""
	}
	return line
}
