package folder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/keel-ide/keel/app/wire"
	foreign "github.com/keel-ide/keel/backend/editors"
)

// snippetCopy is a file of snippets on its way here.
type snippetCopy struct {
	from  string // its name there
	name  string // its name here
	text  string
	state wire.ImportState
}

// snippetNames is how many names are tried.
const snippetNames = 20

// placeSnippet finds a name for a file that is not taken by another. The name of
// "go.json" says which language it is for: under another name the file itself has to.
func (f *Folder) placeSnippet(s foreign.Snippet, editor string) (snippetCopy, error) {
	folder := filepath.Join(f.options.Paths.Config, "snippets")
	state := snippetState(folder, s.Name, s.Text)
	if state != wire.ImportDiffer {
		return snippetCopy{s.Name, s.Name, s.Text, state}, nil
	}
	extension := filepath.Ext(s.Name)
	base, text := strings.TrimSuffix(s.Name, extension), s.Text
	if extension == ".json" {
		var err error
		if text, err = foreign.ForLanguage(base, s.Text); err != nil {
			return snippetCopy{}, err
		}
	}
	for i := range snippetNames {
		name := fmt.Sprintf("%s-%s.code-snippets", base, editor)
		if i > 0 {
			name = fmt.Sprintf("%s-%s-%d.code-snippets", base, editor, i+1)
		}
		switch snippetState(folder, name, text) {
		case wire.ImportNew:
			return snippetCopy{s.Name, name, text, wire.ImportDiffer}, nil
		case wire.ImportSame:
			return snippetCopy{s.Name, name, text, wire.ImportSame}, nil
		case wire.ImportDiffer:
		}
	}
	return snippetCopy{}, errors.New("every name for it is taken")
}

// snippetState compares a text with the file of a name here.
func snippetState(folder, name, text string) wire.ImportState {
	path := filepath.Join(folder, name)
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return wire.ImportNew
	}
	if here, err := foreign.ReadSnippets(path); err == nil && string(here) == text {
		return wire.ImportSame
	}
	return wire.ImportDiffer
}

// write makes the file; one that is there by now is left as it is.
func (s snippetCopy) write(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("making the folder of snippets: %w", err)
	}
	path := filepath.Join(folder, s.name)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("writing snippets %q: %w", s.name, err)
	}
	_, err = file.WriteString(s.text)
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("writing snippets %q: %w", s.name, errors.Join(err, os.Remove(path)))
	}
	return nil
}

// snippetsChanged tells the page of new or deleted files.
func (f *Folder) snippetsChanged(files []keptSnippet) {
	if len(files) == 0 || f.options.Events == nil {
		return
	}
	changes := []wire.FileChange{}
	for _, each := range files {
		changes = append(changes, wire.FileChange{Path: "snippets/" + each.Name, Kind: "changed"})
	}
	f.options.Events.Files(wire.FilesChanged{Area: wire.AreaConfig, Changes: changes})
}
