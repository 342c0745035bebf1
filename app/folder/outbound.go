package folder

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/outbound"
	"github.com/keel-ide/keel/backend/redact"
	"github.com/keel-ide/keel/backend/settings"
)

// NewOutbound makes what reaches other machines, by the settings as they are at
// each request.
func NewOutbound(values func() settings.Values, environ func() []string, redactor *redact.Redactor, notice func(wire.Notice)) *outbound.Transport {
	return outbound.New(outbound.Options{
		Settings: func() outbound.Settings {
			v := values()
			for i, path := range v.Certificates {
				v.Certificates[i] = inHome(path)
			}
			return outbound.Settings{Proxy: v.Proxy, NoProxy: v.NoProxy, Certificates: v.Certificates}
		},
		Environ: environ,
		Learned: redactor.Learn,
		Problem: func(p outbound.Problem) {
			notice(wire.Notice{Severity: "warning", Message: p.Message, Hint: p.Hint})
		},
	})
}

// inHome is a path with the home folder in the place of its ~.
func inHome(path string) string {
	rest, ok := strings.CutPrefix(path, "~/")
	home, err := os.UserHomeDir()
	if !ok || err != nil {
		return path
	}
	return filepath.Join(home, rest)
}

// openOutbound makes it where the program gave none along.
func (f *Folder) openOutbound() {
	f.Outbound = f.options.Outbound
	if f.Outbound == nil {
		f.Outbound = NewOutbound(f.Settings.Values, f.environ, f.options.Redactor, f.notice)
		f.onClose(f.Outbound.Close)
	}
}
