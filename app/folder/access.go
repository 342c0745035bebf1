package folder

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/settings"
)

// What a person changes an item with.
const (
	changeSetting  = "setting"
	changeVariable = "variable"
	changeNetwork  = "network"
)

// AccessState returns what the agent can reach, as it is now. Of secrets it holds
// names, never values.
func (f *Folder) AccessState(ctx context.Context) (wire.AccessState, error) {
	environ := f.environ()
	repositories := findRepositories(f.Workspace.Path())
	aws := findAWS(environ)
	trust, err := f.TrustState(ctx)
	if err != nil {
		return wire.AccessState{}, err
	}
	return wire.AccessState{
		Sections: []wire.AccessSection{
			f.accessFiles(),
			accessRepositories(f.Workspace.Path(), repositories),
			accessEnvironment(environ, f.Settings.Values().Environment),
			accessAWS(aws, f.Settings.Values().Environment),
			f.accessAccounts(ctx),
			f.accessNetwork(),
			f.accessSandbox(),
		},
		Practices: practices(circumstances{
			workspace: f.Workspace.Path(), home: variable(environ, "HOME"),
			passing: passing(environ, f.Settings.Values().Environment),
			static:  aws.static(), repositories: repositories, trusted: trust.Folder.Trusted,
		}),
	}, nil
}

// SetVariable says whether commands get an environment variable.
func (f *Folder) SetVariable(ctx context.Context, name string, allowed bool) error {
	if fate := command.FateOf(name, []string{name}); name == "" || strings.ContainsAny(name, "=\x00") || fate == command.Never || fate == command.Replaced {
		return &wire.Error{
			Code:    wire.CodeNotAllowed,
			Message: fmt.Sprintf("Commands cannot get the variable %q; nothing was changed.", name),
			Hint:    "It would change what a command does beyond what you see when you approve it.",
		}
	}
	if allowed {
		return f.Settings.Append(ctx, settings.KeyEnvironment, name)
	}
	kept := slices.DeleteFunc(f.Settings.Values().Environment, func(other string) bool { return other == name })
	text, err := json.Marshal(append([]string{}, kept...))
	if err != nil {
		return fmt.Errorf("encoding the variables for commands: %w", err)
	}
	return f.Settings.Set(ctx, settings.KeyEnvironment, text)
}

// SetNetwork says whether commands reach the network in this folder. It counts
// from the next command on.
func (f *Folder) SetNetwork(ctx context.Context, on bool) error {
	if !on && (!f.confinement.state.Network || f.confinement.helper == "") {
		return &wire.Error{
			Code:    wire.CodeNotAllowed,
			Message: "The network cannot be switched off for commands on this system; nothing was changed.",
			Hint:    "Every command still asks first unless you have trusted it.",
		}
	}
	change := trustChange{What: "Let commands reach the network", Tier: string(approval.TierWorkspace)}
	if !on {
		change = trustChange{What: "Kept commands from the network", Tier: string(approval.TierWorkspace), Tightens: true}
	}
	return f.changed(ctx, change, func() error { return f.confinement.setNetwork(on) })
}

func (f *Folder) accessAccounts(ctx context.Context) wire.AccessSection {
	section := wire.AccessSection{
		ID: "accounts", Title: "Accounts",
		Summary: "Keys and tokens are kept where you chose, by default in the system's keychain. Keel uses them itself; the model does not get to see them, nor does a command but for git where you have switched that on.",
		Items:   []wire.AccessItem{},
	}
	for _, info := range f.Providers.Infos(ctx) {
		item := wire.AccessItem{Name: info.Name, Level: wire.AccessNone}
		switch {
		case info.HasKey:
			item.Detail = "A key is kept for it."
		case info.Ready && !info.Local && !info.Practice:
			item.Detail = "It can be used without a key that Keel keeps."
		default:
			continue
		}
		section.Items = append(section.Items, item)
	}
	section.Items = append(section.Items, f.git.access()...)
	section.Items = append(section.Items, f.accessSignedIn()...)
	return section
}

func (f *Folder) accessNetwork() wire.AccessSection {
	on := f.confinement.networkOn()
	item := wire.AccessItem{
		Name: "Commands", Level: wire.AccessAsks,
		Detail: "A command that you let run reaches the network, this machine's own services included.",
		Change: wire.AccessChange{Kind: changeNetwork, On: on},
	}
	switch {
	case !on:
		item.Level, item.Detail = wire.AccessNone, "Commands in this folder reach neither the network nor services on this machine."
	case !f.confinement.state.Network || f.confinement.helper == "":
		item.Change = wire.AccessChange{}
		item.Detail += " This system cannot prevent it."
	}
	return wire.AccessSection{
		ID: "network", Title: "Network",
		Summary: "What is sent to the model service leaves this machine; all else asks first or can be switched off.",
		Items: []wire.AccessItem{
			{Name: "Web pages", Level: wire.AccessAsks, Detail: "Each address is shown first. Addresses on this machine and in private networks are refused."},
			item,
		},
	}
}

func (f *Folder) accessSandbox() wire.AccessSection {
	c := f.confinement
	section := wire.AccessSection{ID: "sandbox", Title: "Sandbox", Summary: c.state.Detail, Items: []wire.AccessItem{}}
	if !c.state.Available {
		if c.state.Hint != "" {
			section.Items = append(section.Items, wire.AccessItem{Name: "Not available", Detail: c.state.Hint, Level: wire.AccessOpen})
		}
		return section
	}
	change := wire.AccessChange{Kind: changeSetting, Target: settings.KeySandbox, On: !c.off()}
	if c.off() {
		section.Summary = "The sandbox is switched off; commands run with all your rights."
		section.Items = append(section.Items, wire.AccessItem{Name: "Commands", Detail: "Only your approval stands between a command and your files.", Level: wire.AccessOpen, Change: change})
		return section
	}
	section.Items = append(section.Items,
		wire.AccessItem{Name: "Writing outside the workspace", Detail: "Refused by the system, but for temporary files and the caches of tools.", Level: wire.AccessNone, Change: change},
		wire.AccessItem{Name: "Reading outside the workspace", Detail: "Not restricted, but for Keel's own data.", Level: wire.AccessAsks},
	)
	if c.state.Signals {
		section.Items = append(section.Items, wire.AccessItem{Name: "Other programs", Detail: "Commands cannot end, trace or look into them.", Level: wire.AccessNone})
	}
	return section
}
