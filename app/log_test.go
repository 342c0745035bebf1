package app

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

// Wails logs a failed call with its arguments; a key can be among them.
func TestArgumentsAreNotLogged(t *testing.T) {
	var out bytes.Buffer
	log := wailsLog{slog.New(slog.NewTextHandler(&out, nil))}
	log.Error(`process message error: C{"name":"bind.Providers.SetKey","args":["github-models","sk-secret"],"callbackID":"1"} -> refused`)
	if got := out.String(); strings.Contains(got, "sk-secret") || !strings.Contains(got, "Providers.SetKey") {
		t.Errorf("logged %s", got)
	}
}
