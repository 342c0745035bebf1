package folder

import (
	"strings"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/sandbox"
	"github.com/keel-ide/keel/backend/settings"
)

// accessFiles says which files the agent reads and changes, with its own tools
// and by commands.
func (f *Folder) accessFiles() wire.AccessSection {
	values := f.Settings.Values()
	mode := wire.AccessChange{Kind: changeSetting, Target: settings.KeyMode}
	writing := wire.AccessItem{Name: "Changing files in this folder", Detail: "In Autopilot without asking; each turn can be undone.", Level: wire.AccessOpen, Change: mode}
	if values.Mode == "supervised" {
		writing.Detail, writing.Level = "In Supervised mode each change is shown first.", wire.AccessAsks
	}
	own := wire.AccessItem{Name: "Keel's settings and data", Detail: f.options.Paths.Config + ", " + f.options.Paths.Data, Level: wire.AccessNone}
	if program := f.programFolders(); len(program) > 0 {
		own.Name, own.Detail = "Keel's settings, data and program", own.Detail+", "+strings.Join(program, ", ")
	}
	return wire.AccessSection{
		ID: "files", Title: "Files",
		Summary: "The agent's own tools stay in this folder. Commands can do more, and ask first unless you have trusted them.",
		Items: []wire.AccessItem{
			{Name: "Reading files in this folder", Detail: f.Workspace.Path(), Level: wire.AccessOpen},
			writing,
			{Name: "Files with secrets", Detail: "Such as .env and keys, and whatever a .keelignore file names: reading them asks first.", Level: wire.AccessAsks},
			{Name: "Files that other programs run by themselves", Detail: "Such as .git, .vscode, .envrc and .husky: changing them asks in both modes. The sandbox cannot keep commands from them.", Level: wire.AccessAsks},
			own,
			{Name: "Files outside this folder", Detail: "The agent's own tools cannot reach them.", Level: wire.AccessNone},
			f.commandWriting(),
		},
	}
}

// commandWriting is where a command can write.
func (f *Folder) commandWriting() wire.AccessItem {
	item := wire.AccessItem{Name: "What commands can write", Level: wire.AccessAsks, Change: wire.AccessChange{Kind: changeSetting, Target: settings.KeySandbox}}
	if !f.confinement.state.Available || f.confinement.off() || f.confinement.helper == "" {
		item.Detail = "Everything that you can write."
		return item
	}
	item.Detail = strings.Join(sandbox.Places(f.Workspace.Path(), f.CommandEnvironment(), f.confinement.own()), ", ")
	return item
}

// CommandEnvironment is the environment that commands get.
func (f *Folder) CommandEnvironment() []string {
	return command.Environment(f.environ(), f.Settings.Values().Environment, f.Workspace.Path())
}
