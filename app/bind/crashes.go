package bind

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/crash"
)

// Crashes are the reports about faults of Keel. They lie on this machine; nothing
// here sends one anywhere.
type Crashes struct {
	seam    *Seam
	reports *crash.Reports
	folder  string
}

// NewCrashes binds the reports of a folder.
func NewCrashes(seam *Seam, reports *crash.Reports, folder string) *Crashes {
	return &Crashes{seam, reports, folder}
}

// List returns the reports that are kept, the newest first.
func (b *Crashes) List() ([]wire.CrashEntry, error) {
	return call(b.seam, "Crashes.List", func(context.Context) ([]wire.CrashEntry, error) {
		kept, err := b.reports.List()
		entries := make([]wire.CrashEntry, len(kept))
		for i, report := range kept {
			entries[i] = wire.CrashEntry{Name: report.Name, Kind: wire.CrashProgram, At: report.At.UnixMilli()}
			if report.Page {
				entries[i].Kind = wire.CrashPage
			}
		}
		return entries, err
	})
}

// Read returns a report.
func (b *Crashes) Read(name string) (wire.CrashReport, error) {
	return call(b.seam, "Crashes.Read", func(context.Context) (wire.CrashReport, error) {
		text, err := b.reports.Read(name)
		if errors.Is(err, crash.ErrNone) {
			return wire.CrashReport{}, &wire.Error{Code: wire.CodeNotFound, Message: "This report is no longer there.", Hint: "It was deleted. Nothing else is lost."}
		}
		return wire.CrashReport{Name: name, Text: text, Path: filepath.Join(b.folder, name)}, err
	})
}

// Delete removes a report.
func (b *Crashes) Delete(name string) error {
	_, err := call(b.seam, "Crashes.Delete", func(context.Context) (struct{}, error) {
		return struct{}{}, b.reports.Delete(name)
	})
	return err
}

// Page keeps a report of a fault that the page could not go on from.
func (b *Crashes) Page(message string) error {
	_, err := call(b.seam, "Crashes.Page", func(context.Context) (struct{}, error) {
		_, err := b.reports.Page("The page could not go on:\n" + message)
		return struct{}{}, err
	})
	return err
}
