// Package editors finds the commands that other editors on this machine let run
// unasked, so that they can be taken over.
//
// # Promises
//
// Files are only read, and only those where an editor keeps the user's own
// settings; nothing of an opened folder is looked at. What means the same in Keel
// is translated; where it cannot be, or means something else, that is said.
// Nothing is trusted here: what to take over is the user's choice.
package editors

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/tailscale/hujson"
)

// Found is what the settings of one editor trust.
type Found struct {
	Editor   string // "Kiro", "VS Code", …
	File     string // absolute
	Patterns []Pattern
	Denied   []string // texts, as in keelAgent.commandDenylist
	Problem  string   // why it could not be read, a sentence; empty when it was
}

// Pattern is a rule of another editor.
type Pattern struct {
	Text     string // as Keel would write it; empty when it cannot be used
	Original string // as it stands there
	Note     string // what is different, or why it cannot be used, a sentence; empty for neither
	Usable   bool
}

// largest is how long settings may be that are read, in bytes.
const largest = 8 << 20

// editor is where an editor keeps its settings, below the system's folder for
// configuration, and how they are read.
type editor struct {
	name   string
	folder string
	read   func(settings object) (patterns []Pattern, denied []string)
}

// known are the editors that are looked for. Folders are those of the product's
// "nameLong" or "applicationName" in its product.json.
func known() []editor {
	return []editor{
		{"Kiro", "Kiro", kiro},
		{"VS Code", "Code", code},
		{"VS Code Insiders", "Code - Insiders", code},
		{"VSCodium", "VSCodium", code},
	}
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

// Find reads what the editors trust whose settings lie below folder. An editor
// without settings, or without such a rule in them, is left out.
func Find(ctx context.Context, folder string) ([]Found, error) {
	all := []Found{}
	for _, each := range known() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		found := Found{Editor: each.name, File: filepath.Join(folder, each.folder, "User", "settings.json")}
		settings, err := read(found.File)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			found.Problem = fmt.Sprintf("It could not be read: %v.", err)
		default:
			found.Patterns, found.Denied = each.read(settings)
		}
		if found.Problem != "" || len(found.Patterns) > 0 || len(found.Denied) > 0 {
			all = append(all, found)
		}
	}
	return all, nil
}

// object is a JSON object with its members in their order.
type object struct{ members []member }

type member struct {
	name  string
	value hujson.Value
}

// get returns the value of a name; of two the last counts.
func (o object) get(name string) (hujson.Value, bool) {
	for i := len(o.members) - 1; i >= 0; i-- {
		if o.members[i].name == name {
			return o.members[i].value, true
		}
	}
	return hujson.Value{}, false
}

func newObject(value hujson.Value) object {
	var o object
	parsed, ok := value.Value.(*hujson.Object)
	if !ok {
		return o
	}
	for _, each := range parsed.Members {
		if name, ok := text(each.Name); ok {
			o.members = append(o.members, member{name, each.Value})
		}
	}
	return o
}

// text returns a string.
func text(value hujson.Value) (string, bool) {
	literal, ok := value.Value.(hujson.Literal)
	if !ok || literal.Kind() != '"' {
		return "", false
	}
	return literal.String(), true
}

// texts returns the strings of a list.
func texts(value hujson.Value) []string {
	array, ok := value.Value.(*hujson.Array)
	if !ok {
		return nil
	}
	var all []string
	for _, each := range array.Elements {
		if item, ok := text(each); ok && item != "" {
			all = append(all, item)
		}
	}
	return all
}

// boolean returns true, false, or that it is neither.
func boolean(value hujson.Value) (is, ok bool) {
	literal, ok := value.Value.(hujson.Literal)
	if !ok || literal.Kind() != 't' && literal.Kind() != 'f' {
		return false, false
	}
	return literal.Kind() == 't', true
}

// read reads settings, which are JSON with comments and trailing commas.
func read(path string) (object, error) {
	info, err := os.Stat(path)
	if err != nil {
		return object{}, err
	}
	if !info.Mode().IsRegular() {
		return object{}, errors.New("it is not a file")
	}
	file, err := os.Open(path)
	if err != nil {
		return object{}, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, largest+1))
	switch {
	case err != nil:
		return object{}, err
	case len(data) > largest:
		return object{}, errors.New("it is too long")
	case len(data) == 0:
		return object{}, nil
	}
	parsed, err := hujson.Parse(data)
	if err != nil {
		return object{}, fmt.Errorf("it has a mistake: %w", err)
	}
	return newObject(parsed), nil
}
