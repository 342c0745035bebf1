package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/backend/redact"
)

// maxLog is how large the log grows before it is set aside, once.
const maxLog = 4 << 20

// openLog returns a logger that writes to keel.log in the data folder, without
// secrets, and what closes it. Windows share the log: each writes a line at a time,
// at the end.
func openLog(paths folder.Paths, redactor *redact.Redactor) (*slog.Logger, func() error, error) {
	folder := filepath.Join(paths.Data, "logs")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, nil, fmt.Errorf("making %q: %w", folder, err)
	}
	name := filepath.Join(folder, "keel.log")
	if info, err := os.Stat(name); err == nil && info.Size() > maxLog {
		// Another window may have it open, which keeps it in its place on some systems:
		// then it grows on, and is set aside at a later start.
		_ = os.Rename(name, name+".1")
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("opening the log: %w", err)
	}
	return slog.New(redactor.Handler(slog.NewTextHandler(file, nil))), file.Close, nil
}

// wailsLog hands what Wails logs to our log. Wails logs a failed call with all
// its arguments, which can hold a person's text, or a key: they are left out,
// and of anything else only the start is kept.
type wailsLog struct{ log *slog.Logger }

const maxWailsLine = 160

func (l wailsLog) write(level slog.Level, message string) {
	if call, _, ok := strings.Cut(message, `"args"`); ok {
		message = call + "…"
	}
	if len(message) > maxWailsLine {
		message = message[:maxWailsLine] + "…"
	}
	l.log.Log(context.Background(), level, message, "by", "wails")
}

func (l wailsLog) Print(message string)   { l.write(slog.LevelInfo, message) }
func (l wailsLog) Trace(string)           {}
func (l wailsLog) Debug(string)           {}
func (l wailsLog) Info(message string)    { l.write(slog.LevelInfo, message) }
func (l wailsLog) Warning(message string) { l.write(slog.LevelWarn, message) }
func (l wailsLog) Error(message string)   { l.write(slog.LevelError, message) }
func (l wailsLog) Fatal(message string)   { l.write(slog.LevelError, message); os.Exit(1) }
