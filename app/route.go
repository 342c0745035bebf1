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
	folder   instance.Folder
	requests []instance.Request
	places   []cli.Place // that the requests are for, one each
}

// errands decides where places are shown: a folder in the window that has it
// open, a file in the window whose folder holds it, the deepest first. What is
// open nowhere wants a window of its folder, or the file's. With apart, a file
// wants the window of its own folder also where another one holds it.
func errands(places []cli.Place, windows []instance.Window, apart bool) []errand {
	var all []errand
	for _, place := range places {
		one := find(place, windows, apart)
		at := slices.IndexFunc(all, func(other errand) bool { return other.folder.Is(one.folder) })
		if at < 0 {
			all = append(all, one)
			continue
		}
		all[at].requests = append(all[at].requests, within(all[at].folder.Path, one.requests[0]))
		all[at].places = append(all[at].places, place)
	}
	return all
}

// within is a request in terms of another path of its folder.
func within(folder string, request instance.Request) instance.Request {
	if inside, err := filepath.Rel(request.Folder, request.File); err == nil && request.File != "" {
		request.File = filepath.Join(folder, inside)
	}
	request.Folder = folder
	return request
}

// find is the errand of one place.
func find(place cli.Place, windows []instance.Window, apart bool) errand {
	if !place.File {
		folder := look(place.Path)
		window, ok := showing(windows, folder)
		if ok {
			folder = window.Shows()
		}
		return errand{window, folder, []instance.Request{{Folder: folder.Path}}, []cli.Place{place}}
	}
	// The file's own name stays, so that a link in the folder is the folder's.
	inside := filepath.Base(place.Path)
	request := instance.Request{Line: place.Line, Column: place.Column}
	above := upwards(realPath(filepath.Dir(place.Path)))
	own := home(above)
	for depth, folder := range above {
		window, ok := showing(windows, folder)
		if !ok && depth == own {
			request.Folder, request.File = folder.Path, filepath.Join(folder.Path, inside)
		}
		if ok && (!apart || depth == own) {
			// As that window calls it: its path may be another one than the file's.
			shown := window.Shows()
			request.Folder, request.File = shown.Path, filepath.Join(shown.Path, inside)
			return errand{window, shown, []instance.Request{request}, []cli.Place{place}}
		}
		inside = filepath.Join(filepath.Base(folder.Path), inside)
	}
	return errand{instance.Window{}, above[own], []instance.Request{request}, []cli.Place{place}}
}

// showing returns the window that shows a folder.
func showing(windows []instance.Window, folder instance.Folder) (instance.Window, bool) {
	at := slices.IndexFunc(windows, func(window instance.Window) bool {
		return window.Folder() != "" && window.Shows().Is(folder)
	})
	if at < 0 {
		return instance.Window{}, false
	}
	return windows[at], true
}

// upwards are a folder and those above it, the folder first.
func upwards(path string) []instance.Folder {
	var all []instance.Folder
	for folder := path; ; folder = filepath.Dir(folder) {
		all = append(all, look(folder))
		if filepath.Dir(folder) == folder {
			return all
		}
	}
}

// home is which one of the folders above a lone file to open: the git repository
// around it, unless that is the user's home or lies above it, else the folder that
// it is in.
func home(above []instance.Folder) int {
	var users []instance.Folder
	if user, err := os.UserHomeDir(); err == nil && user != "" {
		users = upwards(realPath(user))
	}
	for depth, folder := range above {
		if depth == len(above)-1 || slices.ContainsFunc(users, folder.Is) {
			break
		}
		if _, err := os.Lstat(filepath.Join(folder.Path, ".git")); err == nil {
			return depth
		}
	}
	return 0
}

// realPath follows the links of a path; one that cannot be followed stays.
func realPath(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return filepath.Clean(path)
}

// relative is a file's path as the page names it.
func relative(folder, file string) string {
	inside, err := filepath.Rel(folder, file)
	if err != nil || !filepath.IsLocal(inside) {
		return ""
	}
	return strings.TrimPrefix(filepath.ToSlash(inside), "./")
}
