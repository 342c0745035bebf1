package folder

import (
	"os"

	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/codemap"
	"github.com/keel-ide/keel/backend/codemap/outline"
	"github.com/keel-ide/keel/backend/sandbox"
)

// SymbolsProgram is the program that reads the symbols of files: the running one,
// whose grammars the small one beside it does without.
func SymbolsProgram() string {
	if own, err := os.Executable(); err == nil {
		return own
	}
	return ownImage
}

// openCodemap makes the map, which does nothing until it is asked.
func (f *Folder) openCodemap() *codemap.Map {
	m := codemap.New(codemap.Options{
		Root:   f.Workspace.Path(),
		Search: f.search,
		Parser: f.symbolsCommand,
		Kept:   f.kept,
		Log:    f.options.Log,
	})
	f.onClose(m.Close)
	return m
}

// symbolsCommand starts the parser of a folder's files. It works on text that
// anybody wrote, so it is confined like a command, and more: it writes nothing, and
// sees nothing of Keel's.
func (f *Folder) symbolsCommand() ([]string, error) {
	if f.options.Symbols == "" {
		return nil, outline.ErrUnavailable
	}
	command := []string{f.options.Symbols, outline.Argument}
	state := f.confinement.state
	if f.options.Helper == "" || !state.Available {
		return command, nil
	}
	confined, err := sandbox.Launch(f.options.Helper, sandbox.Policy{Hide: f.confinement.own(), Network: !state.Network})
	if err != nil {
		return nil, err
	}
	return append(confined, command...), nil
}

// kept says which files are not in the map: those that the agent does not read
// unasked.
func (f *Folder) kept() func(path string) bool {
	listed := approval.ReadIgnored(f.Workspace.Path())
	return func(path string) bool { return approval.Secret(path) || listed.Keeps(path) }
}
