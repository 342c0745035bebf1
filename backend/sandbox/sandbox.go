// Package sandbox confines the commands that Keel runs, with Landlock on Linux.
//
// A command is started through a helper, a process of its own that restricts
// itself and then becomes the shell ([Run]). What it may do is one argument of
// that process, fixed before anything of the command is read.
//
// # Promises
//
// A confined command, and everything it starts, makes, writes, renames, links
// and removes files only below the folders of its [Policy]: the workspace,
// folders for temporary files, the caches of common tools, and what git keeps
// elsewhere for a workspace that is a linked worktree. Links do not
// help, as the kernel looks at what they lead to. Keel's own configuration and
// data are never among them, also where the workspace holds them: then the
// folders between cannot get new entries, and the rest can be written. The
// content of what [Policy].Hide names cannot be read.
//
// It gains no rights by starting a program that has more (setuid), cannot trace
// or read the memory of a process outside, and from Landlock's sixth version on
// cannot signal one or reach its abstract sockets. Nothing that it does widens
// what a later command may do: a folder that lies in a writable one counts for
// nothing, whatever it leads to.
//
// With the network off it can make no sockets at all, not to this machine
// either, but connected pairs for its own processes.
//
// A helper that cannot restrict itself runs nothing.
//
// # What it does not do
//
// Landlock cannot take something out of a folder that may be written. So a
// command can write .git/hooks, .git/config and every other file of the
// workspace that some program runs by itself, which Keel's own tools ask about.
// It can fill a cache with what the user's next build takes from it. Of a
// workspace inside a repository's folder the repository itself is not writable,
// so git commits nothing there.
//
// Modes, owners, times and extended attributes of files outside can be changed,
// as the user may change them. Most of what the user may read can be read, keys
// in ~/.ssh included; names of hidden files can be listed. Sockets with a name
// in the file system can be reached while the network is on: a service behind
// one (Docker's, the session bus) may do something outside for a command. A file
// made later directly in a folder that also holds something hidden cannot be
// read by a command that already runs.
//
// Other systems have no sandbox yet; [Look] says so.
package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Argument is the first argument of the helper.
const Argument = "__sandbox"

// ErrUnavailable is returned where a command that has to be confined cannot be.
var ErrUnavailable = errors.New("the sandbox is not available here")

// Policy is what a command may do. Paths are absolute; the helper follows no
// link in those that it lists itself.
type Policy struct {
	Write   []string `json:"write"`   // files and folders with everything below; those that are missing do not matter
	Keep    []string `json:"keep"`    // never written, even below Write
	Hide    []string `json:"hide"`    // neither written, nor read
	Open    bool     `json:"open"`    // all files, as without a sandbox
	Network bool     `json:"network"` // sockets can be made
}

// State is what confines commands on this machine.
type State struct {
	Available bool
	Version   int    // of Landlock; 0 where there is none
	Signals   bool   // processes outside are out of reach of signals
	Network   bool   // it can be switched off
	Detail    string // what holds, a sentence or two for a person
	Hint      string // what to do where it is not available
}

// Launch returns what goes in front of a program's arguments to confine it.
// Helper is a program that hands its arguments to [Run].
func Launch(helper string, policy Policy) ([]string, error) {
	text, err := json.Marshal(policy)
	if err != nil {
		return nil, fmt.Errorf("encoding what a command may do: %w", err)
	}
	return []string{helper, Argument, string(text), "--"}, nil
}

// Is tells whether the arguments of a program are meant for [Run].
func Is(arguments []string) bool { return len(arguments) > 0 && arguments[0] == Argument }
