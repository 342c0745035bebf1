package folder

import (
	"slices"

	"github.com/keel-ide/keel/app/wire"
)

// circumstances are what can be seen of how a person works with the agent.
type circumstances struct {
	workspace, home string
	passing         []string // credentials that commands get
	static          bool     // AWS keys that do not expire lie in a file
	repositories    []repository
	trusted         bool // the folder
}

// practices is advice, and whether it holds here as far as can be seen.
func practices(c circumstances) []wire.AccessPractice {
	secret := slices.ContainsFunc(c.repositories, func(r repository) bool {
		return slices.ContainsFunc(r.remotes, func(remote remote) bool { return remote.secret })
	})
	return []wire.AccessPractice{
		{
			Title: "Open one project at a time",
			Text:  "Whatever lies in the opened folder is the agent's to read and change. Open the project itself rather than the folder that holds all of them.",
			Done:  c.home != "" && !below(c.home, c.workspace) && !holdsSeveral(c),
		},
		{
			Title: "Keep credentials out of the environment",
			Text:  "Commands get only the variables of a short list. Let a token through only while a task needs it.",
			Done:  len(c.passing) == 0,
		},
		{
			Title: "Use AWS credentials that are narrow and expire",
			Text:  "Sign in with IAM Identity Center or a role that may do only what the project needs. Keys in ~/.aws/credentials work for whoever reads them, until you delete them.",
			Done:  !c.static,
		},
		{
			Title: "Keep tokens out of the addresses of remotes",
			Text:  "A token in a remote's address lies in .git/config, where every program can read it. Use SSH or git's credential store.",
			Done:  !secret,
		},
		{
			Title: "Trust only folders that you have looked at",
			Text:  "A repository of somebody else can hold instructions to the agent and programs that start by themselves. Read it first; until you trust the folder nothing in it runs or is obeyed.",
			Done:  c.trusted,
		},
	}
}

// holdsSeveral tells whether the folder is none of its own repositories but
// holds more than one.
func holdsSeveral(c circumstances) bool {
	inside := 0
	for _, r := range c.repositories {
		switch {
		case r.path == c.workspace:
			return false
		case below(r.path, c.workspace):
			inside++
		}
	}
	return inside > 1
}
