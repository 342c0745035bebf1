package app

import (
	"os"
	"runtime"
	"strings"

	"github.com/keel-ide/keel/app/webview/gate"
	"github.com/keel-ide/keel/app/wire"
)

// About says which build this is, and what it runs on.
func (a *App) About() wire.About {
	commit, changed := a.build.Commit()
	return wire.About{
		Version: a.build.Version(), Commit: commit, Changed: changed,
		Go: runtime.Version(), Engine: gate.Engine(), System: systemName(os.ReadFile) + ", " + runtime.GOARCH,
	}
}

// systemName is the operating system as it calls itself, where it says so.
func systemName(read func(name string) ([]byte, error)) string {
	if runtime.GOOS == "linux" {
		for _, name := range []string{"/etc/os-release", "/usr/lib/os-release"} {
			text, err := read(name)
			if err != nil {
				continue
			}
			if pretty := prettyName(string(text)); pretty != "" {
				return pretty
			}
		}
	}
	return runtime.GOOS
}

// prettyName reads os-release(5).
func prettyName(text string) string {
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), "PRETTY_NAME="); ok {
			return strings.Trim(value, `"'`)
		}
	}
	return ""
}
