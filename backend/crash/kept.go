package crash

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/atomicfile"
)

const (
	maxReports = 10
	reportFile = ".txt"
)

// ErrNone is returned for a report that is not there.
var ErrNone = errors.New("there is no such report")

// Kept is a report that lies in the folder.
type Kept struct {
	Name string
	At   time.Time // of the fault
	Page bool      // it is about the page, or what draws it; else about the program
}

// List returns the reports, the newest first.
func (r *Reports) List() ([]Kept, error) {
	names, err := r.names(reportFile)
	if err != nil {
		return nil, err
	}
	kept := []Kept{}
	for _, name := range slices.Backward(names) {
		if _, err := r.path(name); err != nil {
			continue // not a name that a report has
		}
		first, _, _ := strings.Cut(name, "-")
		at, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			continue // as that one
		}
		kept = append(kept, Kept{Name: name, At: time.UnixMilli(at), Page: strings.Contains(name, ofPage)})
	}
	return kept, nil
}

// names lists files of a kind, the oldest first: they begin with their time.
func (r *Reports) names(suffix string) ([]string, error) {
	entries, err := os.ReadDir(r.o.Folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing the reports: %w", err)
	}
	var names []string
	for _, entry := range entries {
		if entry.Type().IsRegular() && strings.HasSuffix(entry.Name(), suffix) {
			names = append(names, entry.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// thin keeps the newest reports only.
func (r *Reports) thin() error {
	names, err := r.names(reportFile)
	if err != nil {
		return err
	}
	for _, name := range names[:max(0, len(names)-maxReports)] {
		err = errors.Join(err, remove(filepath.Join(r.o.Folder, name))) // another window may be faster
	}
	return err
}

// path is where a report lies; the name comes from the page.
func (r *Reports) path(name string) (string, error) {
	if !regexp.MustCompile(`^[0-9]+-[a-z0-9-]+\.txt$`).MatchString(name) {
		return "", fmt.Errorf("report %q: %w", name, ErrNone)
	}
	return filepath.Join(r.o.Folder, name), nil
}

// Read returns a report. It was made at the start, before all secrets were known:
// those that are by now go from it for good.
func (r *Reports) Read(name string) (string, error) {
	path, err := r.path(name)
	if err != nil {
		return "", err
	}
	kept, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("report %q: %w", name, ErrNone)
	}
	if err != nil {
		return "", fmt.Errorf("reading report %q: %w", name, err)
	}
	text := r.o.Redactor.Text(string(kept))
	if text != string(kept) {
		if err := atomicfile.Write(path, []byte(text), 0o600); err != nil {
			return "", fmt.Errorf("taking secrets out of report %q: %w", name, err)
		}
	}
	return text, nil
}

// Delete removes a report; one that is gone is fine.
func (r *Reports) Delete(name string) error {
	path, err := r.path(name)
	if err != nil {
		return err
	}
	if err := remove(path); err != nil {
		return fmt.Errorf("deleting report %q: %w", name, err)
	}
	return nil
}
