package terminal

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Shell is a program a terminal can start.
type Shell struct {
	Name    string
	Path    string
	Args    []string
	Default bool
}

// shellNames are the shells that are offered, in this order after the user's
// own. /etc/shells lists more, such as rbash and tmux.
var shellNames = []string{"bash", "zsh", "fish", "nu", "pwsh", "ksh", "tcsh", "sh"}

// Shells returns the shells of this machine, the user's own first.
func (s *Terminals) Shells(_ context.Context) []Shell {
	own := ""
	for _, entry := range s.options.Environ() {
		if value, ok := strings.CutPrefix(entry, "SHELL="); ok {
			own = value
		}
	}
	name := ""
	if current, err := user.Current(); err == nil {
		name = current.Username
	}
	return shells(own, name, lines("/etc/passwd"), lines("/etc/shells"))
}

// shells lists what exists: the shell the environment names, or the account's,
// or the first that is found, is the default.
func shells(own, name string, passwd, listed []string) []Shell {
	paths := []string{own, accountShell(name, passwd)}
	for _, shell := range shellNames {
		for _, path := range listed {
			if filepath.Base(path) == shell {
				paths = append(paths, path)
			}
		}
		if path, err := exec.LookPath(shell); err == nil {
			paths = append(paths, path)
		}
	}
	var found []Shell
	for _, path := range paths {
		shell, ok := shellAt(path)
		known := slices.ContainsFunc(found, func(s Shell) bool { return s.Name == shell.Name })
		if ok && !known {
			shell.Default = len(found) == 0
			found = append(found, shell)
		}
	}
	return found
}

// shellAt describes a program. On macOS terminals start login shells, as only
// those set up the path there; elsewhere interactive ones.
func shellAt(path string) (Shell, bool) {
	info, err := os.Stat(path)
	if !filepath.IsAbs(path) || err != nil || !info.Mode().IsRegular() {
		return Shell{}, false
	}
	if runtime.GOOS != "windows" && info.Mode()&0o111 == 0 {
		return Shell{}, false
	}
	shell := Shell{Name: strings.TrimSuffix(filepath.Base(path), ".exe"), Path: path}
	if shell.Name == "nologin" || shell.Name == "false" {
		return Shell{}, false
	}
	if runtime.GOOS == "darwin" && slices.Contains([]string{"bash", "zsh", "fish", "sh", "ksh"}, shell.Name) {
		shell.Args = []string{"-l"}
	}
	return shell, true
}

// accountShell is the last field of the user's line (passwd(5)).
func accountShell(name string, passwd []string) string {
	for _, line := range passwd {
		fields := strings.Split(line, ":")
		if len(fields) == 7 && fields[0] == name {
			return fields[6]
		}
	}
	return ""
}

// choose finds what the user asked for: nothing, a name, or a path.
func choose(all []Shell, wanted string) (Shell, bool) {
	for _, shell := range all {
		if wanted == "" && shell.Default || wanted == shell.Name || wanted == shell.Path {
			return shell, true
		}
	}
	if filepath.IsAbs(wanted) {
		return shellAt(wanted)
	}
	if path, err := exec.LookPath(wanted); wanted != "" && err == nil {
		return shellAt(path)
	}
	return Shell{}, false
}

// lines returns a small file's lines without comments; of a missing one, none.
func lines(path string) []string {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }()
	var all []string
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		if line := strings.TrimSpace(scanner.Text()); line != "" && line[0] != '#' {
			all = append(all, line)
		}
	}
	return all
}
