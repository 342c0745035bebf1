// Package data knows all that Keel keeps on this machine: where each kind of it
// lies, how large it is, and how to clear it.
//
// # Promises
//
// Only names that Keel gives, below its own two folders, are removed. A symbolic
// link is never followed: it counts as itself, and clearing removes the link.
// Nothing is cleared while a window or a command that reads or writes what is
// kept is open, but for what can be made again at any time; and a command that
// starts meanwhile waits. What was not removed is said, and is in its place, whole,
// or named as removed in part. Clearing a kind never allows more than before.
package data

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Places are Keel's own folders.
type Places struct {
	Config string // settings.json, keybindings.json, snippets
	Data   string // everything else
}

// Kind is one kind of what is kept.
type Kind struct {
	Name  string // as it is given to clear it
	Title string
	Lost  string // what is lost by clearing it; a sentence
	Final bool   // it cannot be had again from anywhere
	Fixed bool   // it is shown and cannot be cleared
	Live  bool   // it can be cleared while Keel is open

	config   []string // in the folder for settings
	names    []string // in the data folder
	inFolder []string // in the data of each opened folder
}

// Entry is what is there of a kind.
type Entry struct {
	Kind  Kind
	Items []Item
	Size  int64 // bytes
	Files int
}

// Item is one place of a kind.
type Item struct {
	Path   string // absolute
	Link   string // where a symbolic link leads, which was not looked into; empty for none
	Folder string // the id of the opened folder that it belongs to; empty for none
	Size   int64
	Files  int

	place string // which of the two folders
	name  string // below it, with forward slashes
}

// other is what no kind knows, so that the sizes add up to what is there.
const other = "other"

// Kinds returns what is kept, in the order of showing it.
func Kinds() []Kind {
	return []Kind{
		{
			Name: "settings", Title: "Settings, key bindings and snippets", Final: true,
			config: []string{"settings.json", "keybindings.json", "tasks.json", "snippets", ".settings.lock"},
			Lost:   "Your settings, key bindings and snippets; Keel starts with its defaults again, and commands that you trusted always ask again.",
		},
		{
			Name: "sessions", Title: "Conversations with the agent", inFolder: []string{"sessions", "commands"}, Final: true,
			Lost: "The conversations of every folder, with what you pointed at in them. Your files stay as they are.",
		},
		{
			Name: "checkpoints", Title: "Checkpoints", inFolder: []string{"checkpoints"}, Final: true,
			Lost: "Every earlier state of your folders: nothing that was changed until now can be taken back. Your files stay as they are.",
		},
		{
			Name: "trust", Title: "Trusted folders, and what is allowed in each", Final: true,
			// Not network.json: without it commands reach the network.
			names: []string{"trusted-folders.json"}, inFolder: []string{"trusted-commands.json"},
			Lost: "Which folders and commands you trusted; Keel asks again. Where you switched the network off for commands, it stays off.",
		},
		{
			Name: "extensions", Title: "Extensions", names: []string{"extensions"},
			Lost: "The installed extensions; they can be installed again.",
		},
		{
			Name: "secrets", Title: "Keys and tokens, and who is signed in", names: []string{"secrets", "accounts.json"}, Final: true,
			Lost: "Who is signed in, and the keys and tokens that lie in files. What lies in the system's keychain stays there: sign out in the window to have it removed.",
		},
		{
			Name: "audit", Title: "Audit log", names: []string{"no-folder/audit"}, inFolder: []string{"audit"}, Final: true,
			Lost: "The record of what the agent did and who allowed it.",
		},
		{
			Name: "window", Title: "Layout, recent folders, unsaved text, local history", Final: true,
			names: []string{
				"workbench", "storage", "recent.json", "windows", "import.json",
				"no-folder/storage.json", "no-folder/window.json", "workspaces/window.json",
			},
			inFolder: []string{"storage.json", "window.json"},
			Lost:     "The layout, the list of recent folders, the editor's local history, and text that you have not saved.",
		},
		{Name: "crashes", Title: "Crash reports", names: []string{"crashes"}, Live: true, Lost: "What is known about crashes of Keel."},
		{Name: "caches", Title: "Caches", names: []string{"gallery-cache"}, Live: true, Lost: "Nothing: it is fetched again when it is needed."},
		{
			Name: "updates", Title: "Downloaded updates", names: []string{"updates"},
			Lost: "A downloaded update; it can be downloaded again. One that lies unpacked next to Keel's own folder stays there, unused, until the next one takes its place.",
		},
		{Name: "logs", Title: "Logs", names: []string{"logs"}, Lost: "What Keel wrote down about its own work."},
		{Name: other, Title: "Everything else", Fixed: true, Lost: "It cannot be cleared by itself."},
	}
}

// Named returns the kind of a name that can be cleared.
func Named(name string) (Kind, bool) {
	kinds := Kinds()
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == name && !k.Fixed })
	if i < 0 {
		return Kind{}, false
	}
	return kinds[i], true
}

// List measures every kind.
func List(ctx context.Context, places Places) ([]Entry, error) {
	kinds := Kinds()
	entries := make([]Entry, len(kinds))
	index := map[string]int{}
	for i, kind := range kinds {
		entries[i] = Entry{Kind: kind, Items: []Item{}}
		index[kind.Name] = i
	}
	items, err := find(places)
	if err != nil {
		return nil, err
	}
	for _, f := range items {
		if f.item.Size, f.item.Files, err = measure(ctx, f.item.place, f.item.name); err != nil {
			return nil, err
		}
		entry := &entries[index[f.kind]]
		entry.Items = append(entry.Items, f.item)
		entry.Size += f.item.Size
		entry.Files += f.item.Files
	}
	return entries, nil
}

type found struct {
	kind string
	item Item
}

// search collects what find finds.
type search struct {
	places Places
	all    []found
}

// find names everything below the two folders once, with the kind it is of.
func find(places Places) ([]found, error) {
	s := &search{places: places}
	together := sameFolder(places.Config, places.Data) // on macOS, and where the XDG folders are one
	if !together {
		names, err := children(places.Config, ".")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if !sameFolder(filepath.Join(places.Config, name), places.Data) {
				s.add(settingsOr(name, other), places.Config, name, "")
			}
		}
	}
	top, err := children(places.Data, ".")
	if err != nil {
		return nil, err
	}
	for _, name := range top {
		kind := kindOf(name, false)
		if together {
			kind = settingsOr(name, kind)
		}
		if err := s.addTop(kind, name); err != nil {
			return nil, err
		}
	}
	return s.all, nil
}

// settingsOr is the kind of a name in the folder for settings.
func settingsOr(name, otherwise string) string {
	for _, kind := range Kinds() {
		if slices.Contains(kind.config, name) {
			return kind.Name
		}
	}
	return otherwise
}

func (s *search) add(kind, place, name, folder string) {
	s.all = append(s.all, found{kind, itemAt(place, name, folder)})
}

func itemAt(place, name, folder string) Item {
	item := Item{Path: filepath.Join(place, filepath.FromSlash(name)), Folder: folder, place: place, name: name}
	if target, err := os.Readlink(item.Path); err == nil {
		item.Link = target
	}
	return item
}

// addTop adds a name of the data folder, or what is in it where its parts are of
// several kinds, or some of them stay.
func (s *search) addTop(kind, name string) error {
	switch {
	case name == useFile:
		return nil // it stays, and is empty
	case !slices.Contains([]string{"workspaces", "no-folder", "windows", "crashes"}, name) || !isFolder(s.places.Data, name):
		s.add(kind, s.places.Data, name, "")
		return nil
	}
	below, err := children(s.places.Data, name)
	if err != nil {
		return err
	}
	for _, one := range below {
		full := path.Join(name, one)
		switch {
		case full == registerFile, name == "crashes" && watches(filepath.Join(s.places.Data, name), one):
			// They are of programs that run.
		case name == "workspaces" && isFolder(s.places.Data, full):
			parts, err := children(s.places.Data, full)
			if err != nil {
				return err
			}
			for _, part := range parts {
				s.add(kindOf(part, true), s.places.Data, path.Join(full, part), one)
			}
		case name == "windows", name == "crashes":
			s.add(kind, s.places.Data, full, "")
		default:
			s.add(kindOf(full, false), s.places.Data, full, "")
		}
	}
	return nil
}

// watches tells whether a file among the crash reports is of a program that runs,
// as its lock says: one that was killed leaves what it had begun.
func watches(folder, name string) bool {
	stem, ok := strings.CutSuffix(name, ".running")
	if !ok {
		if stem, ok = strings.CutSuffix(name, ".lock"); !ok {
			return false
		}
		// The lock is there first: nobody may be kept from taking it.
		if _, err := os.Lstat(filepath.Join(folder, stem+".running")); err != nil {
			return true
		}
	}
	lock := newLock(filepath.Join(folder, stem+".lock"), 0)
	taken, err := lock.TryLock()
	if taken {
		_ = lock.Close() // it only ends the lock
	}
	return !taken && !errors.Is(err, fs.ErrNotExist)
}

func kindOf(name string, inFolder bool) string {
	for _, kind := range Kinds() {
		if !inFolder && slices.Contains(kind.names, name) || inFolder && slices.Contains(kind.inFolder, name) {
			return kind.Name
		}
	}
	return other
}

// sameFolder tells whether two paths lead to one folder.
func sameFolder(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && first.IsDir() && os.SameFile(first, second)
}

// isFolder tells whether a name is a folder, and not a link to one.
func isFolder(place, name string) bool {
	info, err := os.Lstat(filepath.Join(place, filepath.FromSlash(name)))
	return err == nil && info.IsDir()
}

// children lists a folder; one that is not there, or is a link, has none.
func children(place, name string) ([]string, error) {
	root, err := os.OpenRoot(place)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("opening %q: %w", place, err)
	}
	defer root.Close()
	if info, err := root.Lstat(name); err != nil || !info.IsDir() {
		return nil, nil
	}
	listed, err := fs.ReadDir(root.FS(), name)
	if err != nil {
		return nil, fmt.Errorf("listing %q: %w", filepath.Join(place, name), err)
	}
	names := make([]string, len(listed))
	for i, one := range listed {
		names[i] = one.Name()
	}
	slices.SortFunc(names, cmp.Compare)
	return names, nil
}

// measure adds up the bytes below a name. What goes away meanwhile does not count.
func measure(ctx context.Context, place, name string) (size int64, files int, err error) {
	root, err := os.OpenRoot(place)
	if err != nil {
		return 0, 0, fmt.Errorf("opening %q: %w", place, err)
	}
	defer root.Close()
	if info, err := root.Lstat(name); err == nil && !info.IsDir() {
		return info.Size(), 1, nil // walking would follow a link
	}
	err = fs.WalkDir(root.FS(), name, func(_ string, entry fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil && !entry.IsDir() {
			if info, err := entry.Info(); err == nil {
				size += info.Size()
				files++
			}
		}
		return nil
	})
	return size, files, err
}
