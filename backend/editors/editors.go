// Package editors reads what other editors on this machine keep for their user:
// settings, key bindings, snippets, and which extensions they have.
//
// # Promises
//
// Files are only read, and only those where an editor keeps the user's own; nothing
// of an opened folder is looked at. Everything is bounded in size and number, and what
// is no ordinary file is not opened for reading. What an editor's files say is a
// proposal: nothing here changes anything.
//
// Another program, or its agent, may have written these files. So what would decide
// what runs on this machine, whom it trusts or what it reaches, and what looks like a
// secret, never becomes a part of [Contents] but as a name in [Contents.LeftOut], with
// the reason.
package editors

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Editor is a program of the family of VS Code.
type Editor struct {
	ID   string
	Name string
	// folder is where it keeps its configuration, below [Places.Config]: the product's
	// "nameLong" or "applicationName" in its product.json.
	folder string
	// extensions is where it keeps those, below [Places.Home].
	extensions string
}

// Known are the editors that are looked for, in the order of showing them.
func Known() []Editor {
	return []Editor{
		{"kiro", "Kiro", "Kiro", ".kiro"},
		{"code", "VS Code", "Code", ".vscode"},
		{"code-insiders", "VS Code Insiders", "Code - Insiders", ".vscode-insiders"},
		{"codium", "VSCodium", "VSCodium", ".vscode-oss"},
		{"cursor", "Cursor", "Cursor", ".cursor"},
		{"windsurf", "Windsurf", "Windsurf", ".windsurf"},
	}
}

// Places are absolute paths.
type Places struct {
	Config string // the system's folder for configuration, see [Folder]
	Home   string
}

// UserPlaces are those of the user that runs the program.
func UserPlaces() (Places, error) {
	config, err := Folder()
	if err != nil {
		return Places{}, err
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return Places{}, fmt.Errorf("finding the home folder: %w", err)
	}
	return Places{Config: config, Home: home}, nil
}

// Folder is the system's folder for the configuration of such editors: ~/.config
// on Linux, ~/Library/Application Support on macOS, %APPDATA% on Windows.
func Folder() (string, error) {
	if runtime.GOOS == "windows" {
		if data := os.Getenv("APPDATA"); filepath.IsAbs(data) {
			return data, nil
		}
	}
	folder, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("finding the settings of other editors: %w", err)
	}
	return folder, nil
}

// User is the folder with an editor's settings.json, keybindings.json and snippets,
// those of its default profile.
func (p Places) User(e Editor) string { return filepath.Join(p.Config, e.folder, "User") }

// Extensions is the folder with an editor's extensions.
func (p Places) Extensions(e Editor) string { return filepath.Join(p.Home, e.extensions, "extensions") }

// ErrUnknown is returned for an editor that is not one of [Known].
var ErrUnknown = errors.New("not a known editor")

// Contents is what an editor has that could be taken over.
type Contents struct {
	Editor     Editor
	Folder     string // absolute: where its settings are
	Settings   []Setting
	Bindings   []Binding
	Snippets   []Snippet
	Extensions []Extension
	LeftOut    []LeftOut
	Problems   []string // sentences: what could not be read
}

// Empty tells whether the editor has nothing, not even something broken.
func (c Contents) Empty() bool {
	return len(c.Settings)+len(c.Bindings)+len(c.Snippets)+len(c.Extensions)+len(c.LeftOut)+len(c.Problems) == 0
}

// LeftOut is something that is not taken over.
type LeftOut struct {
	Name   string // of the setting, the key binding or the file
	Reason string // a sentence
}

// Secrets tells whether a text holds what must not be copied.
type Secrets func(text string) bool

// Find reads all editors of this machine that have anything.
func Find(ctx context.Context, places Places, secrets Secrets) ([]Contents, error) {
	found := []Contents{}
	for _, each := range Known() {
		contents, err := Read(ctx, places, each.ID, secrets)
		if err != nil {
			return nil, err
		}
		if !contents.Empty() {
			found = append(found, contents)
		}
	}
	return found, nil
}

// Read reads one editor. One that is not installed is empty.
func Read(ctx context.Context, places Places, id string, secrets Secrets) (Contents, error) {
	for _, each := range Known() {
		if each.ID != id {
			continue
		}
		contents := Contents{Editor: each, Folder: places.User(each)}
		for _, part := range []func(){
			func() { contents.readSettings(secrets) },
			func() { contents.readBindings(secrets) },
			func() { contents.readSnippets() },
			func() { contents.readExtensions(places.Extensions(each)) },
		} {
			if err := ctx.Err(); err != nil {
				return Contents{}, fmt.Errorf("reading what %s has: %w", each.Name, err)
			}
			part()
		}
		return contents, nil
	}
	return Contents{}, fmt.Errorf("reading the editor %q: %w", id, ErrUnknown)
}

func (c *Contents) leaveOut(name, reason string) {
	c.LeftOut = append(c.LeftOut, LeftOut{name, reason})
}

// problem notes what could not be read; what is not there is no problem.
func (c *Contents) problem(path string, err error) {
	if !errors.Is(err, fs.ErrNotExist) {
		c.Problems = append(c.Problems, fmt.Sprintf("%s could not be read: %v.", path, err))
	}
}
