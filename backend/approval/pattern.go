package approval

import (
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/keel-ide/keel/backend/approval/guard"
)

// Match reports whether a trusted-command pattern matches the whole command,
// compared as one string:
//
//   - `*` matches every command;
//   - `npm *`, a star at the very end after a space, matches `npm` alone and
//     everything that starts with `npm `;
//   - every other pattern, also one with a star elsewhere, matches only the
//     command that is the same byte for byte.
//
// The empty pattern matches nothing.
func Match(pattern, command string) bool {
	if pattern == "" {
		return false
	}
	if pattern == "*" {
		return true
	}
	// Nearly every pattern begins unlike the command: that is looked at first, since
	// each of them is compared with each command of a list.
	prefix, star := strings.CutSuffix(pattern, " *")
	if !star || !strings.HasPrefix(command, prefix) || strings.TrimSpace(prefix) == "" {
		return command == pattern
	}
	rest := command[len(prefix):]
	return rest == "" || rest[0] == ' '
}

// starPrefix returns what stands before the " *" of a pattern with a star
// meaning.
func starPrefix(pattern string) (string, bool) {
	prefix, ok := strings.CutSuffix(pattern, " *")
	return prefix, ok && strings.TrimSpace(prefix) != ""
}

// hasStar reports whether pattern can match more than one command.
func hasStar(pattern string) bool {
	_, ok := starPrefix(pattern)
	return ok || pattern == "*"
}

// Suggest returns the patterns a person may trust after seeing command,
// narrowest first: the full command, its first two words with a star, its first
// word with a star. Every one of them lets command run, with the guard on too.
//
// Only the full command is suggested for programs that run other programs,
// send data away or destroy it, for programs named by a path, and for commands
// with shell syntax. A command that would mean more as a pattern than as a
// command (`git add *`), or that holds invisible characters, gets none.
func Suggest(command string) []string {
	if strings.TrimSpace(command) == "" || hasStar(command) || strings.ContainsFunc(command, guard.Invisible) {
		return nil
	}
	suggestions := []string{command}
	words := strings.Fields(command)
	g := guard.New()
	if strings.ContainsAny(command, shellSyntax) || !plainWord(words[0]) || neverByName(g, words) {
		return suggestions
	}
	candidates := []string{words[0] + " *"}
	if len(words) > 1 && plainWord(words[1]) {
		candidates = []string{words[0] + " " + words[1] + " *", words[0] + " *"}
	}
	for _, candidate := range candidates {
		if prefix, _ := starPrefix(candidate); slices.ContainsFunc(pathsIn(strings.TrimPrefix(command, prefix)), secretPath) {
			continue // which the pattern would not cover
		}
		itself := func(part string) bool { return Match(candidate, part) }
		if asks, _ := g.Check(command, candidate, itself); !asks && itself(command) {
			suggestions = append(suggestions, candidate)
		}
	}
	return suggestions
}

// shellSyntax is every character after which a command may be more than one
// program with its arguments. Quotes are left out: they only group words.
const shellSyntax = "|&;<>()$`\\*?[]{}#!\n\r"

// plainWord reports whether a word is a name and neither an option, a path nor
// an assignment.
func plainWord(word string) bool {
	if strings.HasPrefix(word, "-") {
		return false
	}
	return !strings.ContainsFunc(word, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.+:@", r)
	})
}

// neverByName reports whether a program must not be trusted by its name alone:
// what its arguments say is what it runs ([guard.Guard.Launches]), or it is one
// of [reachingOrDestroying].
func neverByName(g *guard.Guard, words []string) bool {
	name := strings.TrimSuffix(strings.ToLower(path.Base(words[0])), ".exe")
	return g.Launches(words) || slices.Contains(reachingOrDestroying(), name) ||
		slices.Contains(reachingOrDestroying(), strings.TrimRight(name, "0123456789.-"))
}

// reachingOrDestroying names programs that do what their name says, so that the
// guard lets a person's pattern for them count, but whose prefix Keel does not
// offer: they have a language of their own, reach other machines, or destroy.
func reachingOrDestroying() []string {
	return []string{
		"awk", "gawk", "mawk", "nawk", "sed", "find", "fd", "fdfind", "java", "r", "swift", "bun", "deno", "pythonw",
		"conda", "mamba", "poetry", "pipenv", "hatch",
		"docker", "podman", "nerdctl", "kubectl", "helm", "terraform", "aws", "gh", "scp", "sftp", "rsync", "curl", "wget",
		"rm", "rmdir", "shred", "dd", "mkfs", "fdisk", "parted", "truncate", "kill", "killall", "pkill", "shutdown", "reboot",
	}
}
