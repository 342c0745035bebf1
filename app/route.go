package app

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keel-ide/keel/app/cli"
	"github.com/keel-ide/keel/app/instance"
)

// errand is what one window is to be asked.
type errand struct {
	window   instance.Window // the one that has the folder open; zero for none
	folder   string
	requests []instance.Request
}

// errands decides where places are shown: a folder in the window that has it
// open, a file in the window whose folder holds it, the deepest first. What is
// open nowhere wants a window of its folder, or the file's. With apart, a file
// wants the window of its own folder also where another one holds it.
func errands(places []cli.Place, windows []instance.Window, apart bool) []errand {
	var all []errand
	for _, place := range places {
		one := find(place, windows, apart)
		at := slices.IndexFunc(all, func(other errand) bool { return other.folder == one.folder })
		if at < 0 {
			all = append(all, one)
			continue
		}
		all[at].requests = append(all[at].requests, one.requests...)
	}
	return all
}

func find(place cli.Place, windows []instance.Window, apart bool) errand {
	if !place.File {
		folder := realPath(place.Path)
		window, _ := holder(windows, func(open string) bool { return open == folder || sameFile(open, folder) })
		if window.ID != "" {
			folder = window.Folder()
		}
		return errand{window, folder, []instance.Request{{Folder: folder}}}
	}
	// The file's own name stays, so that a link in the folder is the folder's.
	file := filepath.Join(realPath(filepath.Dir(place.Path)), filepath.Base(place.Path))
	own := home(file)
	window, folder := holder(windows, func(open string) bool {
		if apart {
			return open == own
		}
		return holds(open, file)
	})
	if window.ID == "" {
		folder = own
	}
	return errand{window, folder, []instance.Request{{Folder: folder, File: file, Line: place.Line, Column: place.Column}}}
}

// holder returns the window whose folder fits and has the longest path.
func holder(windows []instance.Window, fits func(folder string) bool) (instance.Window, string) {
	var found instance.Window
	for _, window := range windows {
		if folder := window.Folder(); folder != "" && len(folder) > len(found.Folder()) && fits(folder) {
			found = window
		}
	}
	return found, found.Folder()
}

// home is the folder to open a lone file in: the git repository around it, unless
// that is the user's home or lies above it, else the folder that it is in.
func home(file string) string {
	parent := filepath.Dir(file)
	user, err := os.UserHomeDir()
	if err == nil {
		user = realPath(user)
	}
	for folder := parent; ; folder = filepath.Dir(folder) {
		if filepath.Dir(folder) == folder || user != "" && (folder == user || holds(folder, user)) {
			return parent
		}
		if _, err := os.Lstat(filepath.Join(folder, ".git")); err == nil {
			return folder
		}
	}
}

func holds(folder, path string) bool {
	inside, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(inside)
}

// realPath follows the links of a path; one that cannot be followed stays.
func realPath(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return filepath.Clean(path)
}

func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// relative is a file's path as the page names it.
func relative(folder, file string) string {
	inside, err := filepath.Rel(folder, file)
	if err != nil || !filepath.IsLocal(inside) {
		return ""
	}
	return strings.TrimPrefix(filepath.ToSlash(inside), "./")
}
