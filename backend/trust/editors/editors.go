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
	"io/fs"
	"path/filepath"

	"github.com/tailscale/hujson"

	known "github.com/keel-ide/keel/backend/editors"
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

// reader reads the settings of an editor.
type reader func(settings known.Object) (patterns []Pattern, denied []string)

// readers are those of the editors whose rules Keel understands, by their ids.
func readers() map[string]reader {
	return map[string]reader{"kiro": kiro, "code": code, "code-insiders": code, "codium": code}
}

// Find reads what the editors trust whose settings lie below folder. An editor
// without settings, or without such a rule in them, is left out.
func Find(ctx context.Context, folder string) ([]Found, error) {
	all := []Found{}
	places := known.Places{Config: folder}
	readers := readers()
	for _, each := range known.Known() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		read, ok := readers[each.ID]
		if !ok {
			continue
		}
		found := Found{Editor: each.Name, File: filepath.Join(places.User(each), "settings.json")}
		settings, err := known.ReadObject(found.File)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			found.Problem = fmt.Sprintf("It could not be read: %v.", err)
		default:
			found.Patterns, found.Denied = read(settings)
		}
		if found.Problem != "" || len(found.Patterns) > 0 || len(found.Denied) > 0 {
			all = append(all, found)
		}
	}
	return all, nil
}

// texts returns the strings of a list.
func texts(value hujson.Value) []string {
	array, ok := value.Value.(*hujson.Array)
	if !ok {
		return nil
	}
	var all []string
	for _, each := range array.Elements {
		if item, ok := known.Text(each); ok && item != "" {
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
