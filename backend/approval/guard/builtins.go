package guard

import (
	"fmt"
	"strings"
)

// judgeBuiltin returns why a built-in command of bash asks.
//
// Source of all of it: bash(1), "SHELL BUILTIN COMMANDS". That `test -v`,
// `printf -v` and `wait -p` run what stands in an index, as in
// `test -v 'a[$(id)]'`, follows from "Arrays" there: an index is a calculation,
// and a calculation expands substitutions.
func judgeBuiltin(c call, followed bool) string {
	name := c.words[0].text
	if !shellBuiltin(name) {
		return ""
	}
	if reason := c.fileNames(name, len(c.words)); reason != "" && name != "echo" && name != "kill" {
		return reason
	}
	switch name {
	case "cd":
		if followed {
			return `"cd" changes the folder in which the next commands run; give the folder together with the command instead.`
		}
		return ""
	case "test", "[":
		if used := c.uses("-v", "-R"); used != "" {
			return fmt.Sprintf("%s of %s can run a command that stands in the index of a variable.", quote(used), quote(name))
		}
		return ""
	case "printf":
		if len(c.words) > 1 && strings.HasPrefix(c.words[1].text, "-v") {
			return `"printf -v" sets a variable.`
		}
		format := 1
		if len(c.words) > 1 && c.words[1].text == "--" {
			format = 2
		}
		if len(c.words) > format && countsIntoVariable(c.words[format].text) {
			return `"%n" in the format of "printf" sets a variable.`
		}
		return ""
	case "wait":
		if len(c.words) > 1 && strings.HasPrefix(c.words[1].text, "-") {
			return `"wait" with an option can set a variable.`
		}
		return ""
	case "command":
		if len(c.words) > 1 && (c.words[1].text == "-v" || c.words[1].text == "-V") {
			return ""
		}
	}
	if harmless(name) {
		return ""
	}
	return fmt.Sprintf("%s is a part of the shell that can change what later commands mean or run other commands; it is only trusted word for word.", quote(name))
}

// countsIntoVariable reports whether a format of printf holds %n, with whatever
// flags and widths between.
func countsIntoVariable(format string) bool {
	for {
		_, rest, found := strings.Cut(format, "%")
		if !found {
			return false
		}
		if strings.HasPrefix(strings.TrimLeft(rest, "-+ #0123456789.*'hlLjzt"), "n") {
			return true
		}
		format = strings.TrimPrefix(rest, "%")
	}
}

// uses returns the first word that is one of options.
func (c call) uses(options ...string) string {
	for _, w := range c.words[1:] {
		for _, option := range options {
			if w.text == option {
				return option
			}
		}
	}
	return ""
}

// shellBuiltin lists what `compgen -b` prints, and names that other shells know.
func shellBuiltin(name string) bool {
	switch name {
	case ".", ":", "[", "alias", "bg", "bind", "break", "builtin", "caller", "cd", "command", "compgen", "complete", "compopt",
		"continue", "declare", "dirs", "disown", "echo", "enable", "eval", "exec", "exit", "export", "false", "fc", "fg", "getopts",
		"hash", "help", "history", "jobs", "kill", "let", "local", "logout", "mapfile", "popd", "printf", "pushd", "pwd", "read",
		"readarray", "readonly", "return", "set", "shift", "shopt", "source", "suspend", "test", "times", "trap", "true", "type",
		"typeset", "ulimit", "umask", "unalias", "unset", "wait", "time", "coproc", "function":
		return true
	}
	return false
}

// harmless lists the built-ins that only look, print, signal or wait.
func harmless(name string) bool {
	switch name {
	case ":", "[", "echo", "exit", "false", "help", "kill", "printf", "pwd", "test", "times", "true", "type", "wait", "cd":
		return true
	}
	return false
}
