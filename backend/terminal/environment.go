package terminal

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// ownVariables belong to Keel and its window, and ownPrefixes begin the names
// of more: programs in the terminal, Keel itself among them, must not inherit
// them.
var (
	ownVariables = []string{"assetdir", "devserver", "frontenddevserverurl", "loglevel"}
	ownPrefixes  = []string{"KEEL_", "WEBKIT_", "WAILS_"}
)

// outerVariables describe the terminal from which Keel was started.
var outerVariables = []string{
	"COLUMNS", "LINES", "TERMCAP", "TERM_SESSION_ID", "TERM_PROGRAM", "TERM_PROGRAM_VERSION",
	"VTE_VERSION", "WINDOWID", "TMUX", "TMUX_PANE", "STY", "WT_SESSION", "KITTY_WINDOW_ID",
	"KITTY_PID", "ITERM_SESSION_ID", "ITERM_PROFILE", "KONSOLE_VERSION", "GNOME_TERMINAL_SCREEN",
	"GNOME_TERMINAL_SERVICE", "ALACRITTY_WINDOW_ID", "WEZTERM_PANE", "OLDPWD", "_",
}

// environment is the user's own, less what is Keel's, plus what a terminal
// says about itself, plus what the caller asks for.
func environment(environ []string, spec Spec, version string) ([]string, error) {
	kept := map[string]string{}
	for _, entry := range environ {
		name, value, ok := strings.Cut(entry, "=")
		if ok && name != "" && !foreign(name) {
			kept[name] = value
		}
	}
	kept["TERM"] = "xterm-256color"
	kept["COLORTERM"] = "truecolor"
	kept["TERM_PROGRAM"] = "keel"
	if version != "" {
		kept["TERM_PROGRAM_VERSION"] = version
	}
	kept["PWD"] = spec.Folder
	if kept["LANG"] == "" && kept["LC_ALL"] == "" && kept["LC_CTYPE"] == "" {
		kept["LANG"] = utf8Locale()
	}
	for name, value := range spec.Env {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.ContainsRune(value, 0) {
			return nil, fmt.Errorf("setting variable %q: not a name and a value", name)
		}
		kept[name] = value
	}
	result := make([]string, 0, len(kept))
	for name, value := range kept {
		result = append(result, name+"="+value)
	}
	slices.Sort(result)
	return result, nil
}

func foreign(name string) bool {
	return slices.Contains(ownVariables, name) || slices.Contains(outerVariables, name) ||
		slices.ContainsFunc(ownPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// utf8Locale is one that is there on every machine; without any, programs
// write question marks.
func utf8Locale() string {
	if runtime.GOOS == "darwin" {
		return "en_US.UTF-8"
	}
	return "C.UTF-8"
}
