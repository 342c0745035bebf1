package approval

import (
	"path"
	"slices"
	"strings"
	"unicode"
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
	if prefix, ok := starPrefix(pattern); ok {
		rest, matches := strings.CutPrefix(command, prefix)
		return matches && (rest == "" || rest[0] == ' ')
	}
	return command == pattern
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
// word with a star. Every one of them matches command.
//
// Only the full command is suggested for programs that run other programs,
// send data away or destroy it, for programs named by a path, and for commands
// with shell syntax. A command that would mean more as a pattern than as a
// command (`git add *`), or that holds invisible characters, gets none.
func Suggest(command string) []string {
	if strings.TrimSpace(command) == "" || hasStar(command) || strings.ContainsFunc(command, invisible) {
		return nil
	}
	suggestions := []string{command}
	words := strings.Fields(command)
	if strings.ContainsAny(command, shellSyntax) || !plainWord(words[0]) || launches(words) {
		return suggestions
	}
	candidates := []string{words[0] + " *"}
	if len(words) > 1 && plainWord(words[1]) {
		candidates = []string{words[0] + " " + words[1] + " *", words[0] + " *"}
	}
	for _, candidate := range candidates {
		if Match(candidate, command) {
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

// invisible reports whether a person may fail to see r in a command.
func invisible(r rune) bool {
	return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) ||
		unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r))
}

// launches reports whether the words start a program that must not be trusted
// by its name alone.
func launches(words []string) bool {
	name := strings.ToLower(path.Base(words[0]))
	name = strings.TrimSuffix(name, ".exe")
	if slices.Contains(launchers(), name) || slices.Contains(launchers(), strings.TrimRight(name, "0123456789.-")) {
		return true
	}
	// In `npm --silent exec x` the subcommand stands behind an option.
	for _, word := range words[1:] {
		if strings.HasPrefix(word, "-") {
			continue
		}
		return slices.Contains(launchingSubcommands()[name], word)
	}
	return false
}

// launchers names the programs whose arguments are programs, that reach other
// machines, or that destroy: a prefix of theirs would trust everything.
func launchers() []string {
	return []string{
		// shells and what starts them
		"sh", "bash", "dash", "zsh", "ksh", "mksh", "fish", "csh", "tcsh", "nu", "elvish", "xonsh", "busybox", "toybox",
		"cmd", "powershell", "pwsh", "wsl", "eval", "exec", "source", ".", "command", "builtin", "trap", "alias",
		// interpreters
		"python", "pythonw", "pypy", "ipython", "node", "nodejs", "deno", "bun", "ts-node", "tsx", "ruby", "irb", "perl", "php",
		"lua", "luajit", "tclsh", "wish", "osascript", "rscript", "r", "julia", "groovy", "scala", "kotlin", "java", "jshell",
		"ghci", "runghc", "runhaskell", "guile", "racket", "clojure", "clj", "elixir", "iex", "erl", "escript", "swift", "dart",
		"awk", "gawk", "mawk", "nawk", "sed", "ed", "ex", "vi", "vim", "nvim", "emacs", "emacsclient", "nano", "gdb", "lldb", "expect",
		"sqlite", "psql", "mysql", "mariadb",
		// programs that run the program they are given
		"env", "sudo", "doas", "su", "runuser", "pkexec", "xargs", "parallel", "find", "fd", "fdfind", "nohup", "nice", "ionice",
		"renice", "time", "timeout", "stdbuf", "setsid", "unshare", "nsenter", "chroot", "chrt", "taskset", "flock", "watch",
		"entr", "script", "strace", "ltrace", "valgrind", "perf", "catchsegv", "ld.so", "start-stop-daemon", "systemd-run",
		"systemctl", "service", "at", "batch", "crontab", "screen", "tmux", "dbus-run-session", "xvfb-run", "xdg-open", "open",
		"start", "launchctl", "bwrap", "firejail", "proot", "fakeroot", "direnv", "mise", "asdf", "nix", "nix-shell", "tee",
		// package runners
		"npx", "pnpx", "bunx", "uvx", "pipx", "corepack", "volta", "fnm", "nvm", "conda", "mamba", "poetry", "pipenv", "hatch",
		// containers and other machines
		"docker", "podman", "nerdctl", "buildah", "lxc", "kubectl", "helm", "vagrant", "ansible", "ansible-playbook",
		"terraform", "ssh", "sshpass", "mosh", "scp", "sftp", "rsync", "telnet", "nc", "ncat", "netcat", "socat", "curl", "wget",
		"ftp", "aws", "gcloud", "az", "gh",
		// destruction
		"rm", "rmdir", "shred", "dd", "mkfs", "fdisk", "parted", "truncate", "kill", "killall", "pkill", "shutdown", "reboot",
	}
}

// launchingSubcommands names, for programs that are otherwise fine, what makes
// them launchers.
func launchingSubcommands() map[string][]string {
	return map[string][]string{
		"npm":    {"exec", "x", "explore", "init", "create", "config", "set"},
		"pnpm":   {"exec", "dlx", "create", "init", "config"},
		"yarn":   {"exec", "dlx", "create", "node", "config"},
		"go":     {"run", "generate", "tool", "env"},
		"cargo":  {"run"},
		"uv":     {"run", "tool"},
		"dotnet": {"run", "exec", "script", "fsi"},
		"git":    {"bisect", "submodule", "rebase", "filter-branch", "config", "difftool", "mergetool"},
		"bundle": {"exec"},
		"mvn":    {"exec:java", "exec:exec"},
		"zig":    {"run"},
		"rustup": {"run"},
		"pip":    {"config"},
	}
}
