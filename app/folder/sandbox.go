package folder

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/atomicfile"
	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/sandbox"
	"github.com/keel-ide/keel/backend/update"
)

// HelperProgram is the program that confines commands: the small one beside the
// running program, else that itself.
func HelperProgram() string {
	name := "keel-helper"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	beside := filepath.Join(Near(), name)
	if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() && (info.Mode()&0o111 != 0 || runtime.GOOS == "windows") {
		return beside
	}
	if own, err := os.Executable(); err == nil {
		return own
	}
	return ownImage // never none: without a helper commands would run unconfined
}

// ownImage is the running program, whatever stands at its path now.
const ownImage = "/proc/self/exe"

// confinement is what confines the commands of one folder.
type confinement struct {
	workspace string
	paths     Paths
	program   []string // folders of a Keel that replaces itself
	helper    string
	network   string // the file that says whether the network is on
	off       func() bool
	state     sandbox.State
}

// commandOptions are what a command's process is made of in this folder.
func (f *Folder) commandOptions(data string) command.Options {
	f.confinement = &confinement{
		workspace: f.Workspace.Path(),
		paths:     f.options.Paths,
		program:   f.programFolders(),
		helper:    f.options.Helper,
		network:   filepath.Join(data, "network.json"),
		off:       func() bool { return f.Settings.Values().SandboxOff },
		state:     sandbox.Look(),
	}
	return command.Options{
		LogDir:    filepath.Join(data, "commands"),
		Workspace: f.Workspace.Path(),
		Environ:   f.environ,
		Allow:     func() []string { return f.Settings.Values().Environment },
		Complete:  f.commandEnviron,
		Redactor:  f.options.Redactor,
		Launcher:  f.confinement.launch,
	}
}

// SandboxState is what confines the commands of a folder.
type SandboxState struct {
	sandbox.State
	Off       bool // the user has switched it off
	NetworkOn bool // commands reach the network
}

// Sandbox says what confines commands in this folder.
func (f *Folder) Sandbox() SandboxState {
	return SandboxState{State: f.confinement.state, Off: f.confinement.off(), NetworkOn: f.confinement.networkOn()}
}

// environ is the user's environment.
func (f *Folder) environ() []string {
	if f.options.Shell == nil {
		return os.Environ()
	}
	return f.options.Shell.Environ()
}

// launch says how a command with this environment is started. Without a helper,
// as in tests, it is not confined.
func (c *confinement) launch(environ []string) (command.Launcher, error) {
	network := c.networkOn()
	confined := c.state.Available && !c.off()
	switch {
	case !network && (!c.state.Network || c.helper == ""):
		return command.Launcher{}, fmt.Errorf("switching the network off for %q: %w; switch it on to run commands", c.workspace, sandbox.ErrUnavailable)
	case c.helper == "", network && !confined:
		return command.Launcher{}, nil
	}
	policy := sandbox.Policy{
		Write:   sandbox.Places(c.workspace, environ, c.own()),
		Keep:    c.kept(),
		Hide:    []string{c.paths.Data},
		Open:    !confined,
		Network: network,
	}
	helper := c.helper
	if slices.ContainsFunc(policy.Write, func(folder string) bool { return below(helper, folder) }) {
		helper = ownImage // a command could have replaced the other one
	}
	arguments, err := sandbox.Launch(helper, policy)
	if err != nil {
		return command.Launcher{}, err
	}
	return command.Launcher{Arguments: arguments, Limits: limits(policy)}, nil
}

// kept is what no command writes. Of the program's folders that is what the workspace
// holds: in folders for temporary files it would keep commands from making any, and
// whatever is unpacked there is looked at again before it takes the program's place.
func (c *confinement) kept() []string {
	kept := []string{c.paths.Config}
	for _, folder := range c.program {
		if below(folder, c.workspace) || below(c.workspace, folder) {
			kept = append(kept, folder)
		}
	}
	return kept
}

// programFolders are those of this Keel, where it replaces itself: what lies there
// runs at the next start. A Keel that was built from source has none.
func (f *Folder) programFolders() []string {
	if f.options.Program != nil {
		return f.options.Program
	}
	return update.Installed(Near()).Folders()
}

func (c *confinement) own() []string { return []string{c.paths.Config, c.paths.Data} }

// limits says what a confined command cannot do.
func limits(policy sandbox.Policy) string {
	var all []string
	if !policy.Open {
		all = append(all, "can write only in the workspace, in folders for temporary files and in the caches of tools")
	}
	if !policy.Network {
		all = append(all, "cannot use the network")
	}
	return "Commands run in a sandbox: they " + strings.Join(all, ", and they ") + "."
}

// below tells whether a path is a folder or lies in it.
func below(path, folder string) bool {
	relative, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(relative)
}

// networkSwitch is the content of the file that says whether commands reach the
// network.
type networkSwitch struct {
	On bool `json:"on"`
}

// networkOn tells whether commands reach the network: they do until somebody
// switches it off. What cannot be read counts as off.
func (c *confinement) networkOn() bool {
	text, err := os.ReadFile(c.network)
	if errors.Is(err, fs.ErrNotExist) {
		return true
	}
	var kept networkSwitch
	return err == nil && json.Unmarshal(text, &kept) == nil && kept.On
}

func (c *confinement) setNetwork(on bool) error {
	text, err := json.Marshal(networkSwitch{On: on})
	if err != nil {
		return fmt.Errorf("encoding the network switch: %w", err)
	}
	if err := atomicfile.Write(c.network, text, 0o600); err != nil {
		return fmt.Errorf("keeping the network switch: %w", err)
	}
	return nil
}
