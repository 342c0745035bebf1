package crash

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// Page keeps a report of a fault of the page that it could not go on from, or of
// the end of what draws it, and returns its name. There are a few in one run at
// most; then it is empty.
func (r *Reports) Page(message string) (string, error) {
	r.mu.Lock()
	r.page++
	count := r.page
	r.mu.Unlock()
	if count > maxOfRun {
		return "", nil
	}
	name, err := r.write(fmt.Sprintf("%s-page-%d", r.stem(), count), r.head(), cut(message, maxPage))
	return name, errors.Join(err, r.thin())
}

func (r *Reports) write(stem, head, fault string) (string, error) {
	lines := strings.Split(fault, "\n")
	for i := range lines {
		lines[i] = cut(lines[i], maxLine)
	}
	text := head + "\nReported " + r.o.Now().UTC().Format(time.RFC3339) +
		"\n\nThis report lies on your machine and is sent nowhere by Keel.\n\n" + strings.TrimSpace(strings.Join(lines, "\n")) + "\n"
	if tail := r.tail(); tail != "" {
		text += "\nThe last lines of the log:\n" + tail + "\n"
	}
	name := stem + reportFile
	if err := os.MkdirAll(r.o.Folder, 0o700); err != nil { // it may have been cleared
		return "", fmt.Errorf("making %q: %w", r.o.Folder, err)
	}
	if err := atomicfile.Write(filepath.Join(r.o.Folder, name), []byte(r.o.Redactor.Text(text)), 0o600); err != nil {
		return "", fmt.Errorf("writing a report: %w", err)
	}
	return name, nil
}

// tail is the end of the log; a log that cannot be read is left out.
func (r *Reports) tail() string {
	file, err := os.Open(r.o.Log)
	if err != nil {
		return ""
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return ""
	}
	const most = 64 << 10
	text, err := io.ReadAll(io.NewSectionReader(file, max(0, info.Size()-most), most))
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	lines = lines[max(0, len(lines)-logLines):]
	for i := range lines {
		lines[i] = cut(lines[i], maxLine)
	}
	return strings.Join(lines, "\n")
}

// cut shortens text to a number of bytes, and says so.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// thin keeps the newest reports only.
func (r *Reports) thin() error {
	names, err := r.names(reportFile)
	if err != nil {
		return err
	}
	for _, name := range names[:max(0, len(names)-maxReports)] {
		err = errors.Join(err, os.Remove(filepath.Join(r.o.Folder, name)))
	}
	return err
}
