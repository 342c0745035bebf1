package crash

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/keel-ide/keel/backend/atomicfile"
)

const (
	maxLine  = 2000
	logLines = 40
	maxTail  = 64 << 10 // of the log
	maxPage  = 16 << 10 // of what the page says about a fault
	maxOfRun = 3        // reports about the page in one run
	ofPage   = "-page-" // in the names of those
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
	name, err := r.write(fmt.Sprintf("%s%s%d", r.stem(), ofPage, count), r.head(), cut(r.o.Redactor.Text(message), maxPage))
	return name, errors.Join(err, r.thin())
}

func (r *Reports) write(stem, head, fault string) (string, error) {
	text := head + "\nReported " + r.o.Now().UTC().Format(time.RFC3339) +
		"\n\nThis report lies on your machine and is sent nowhere by Keel.\n\n" + strings.Join(r.lines(fault), "\n") + "\n"
	if tail := r.tail(); tail != "" {
		text += "\nThe last lines of the log:\n" + tail + "\n"
	}
	name := stem + reportFile
	if err := r.makeFolder(); err != nil { // it may have been cleared
		return "", err
	}
	if err := atomicfile.Write(filepath.Join(r.o.Folder, name), []byte(r.o.Redactor.Text(text)), 0o600); err != nil {
		return "", fmt.Errorf("writing a report: %w", err)
	}
	return name, nil
}

// lines are those of a text, without secrets and none too long. Secrets go first:
// what is left of one that was cut is not known as one any more.
func (r *Reports) lines(text string) []string {
	lines := strings.Split(strings.TrimSpace(r.o.Redactor.Text(text)), "\n")
	for i := range lines {
		lines[i] = cut(lines[i], maxLine)
	}
	return lines
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
	text, err := io.ReadAll(io.NewSectionReader(file, max(0, info.Size()-maxTail), maxTail))
	if err != nil {
		return ""
	}
	whole := string(text)
	if info.Size() > maxTail {
		_, whole, _ = strings.Cut(whole, "\n") // the first line is the end of one
	}
	lines := r.lines(whole)
	return strings.Join(lines[max(0, len(lines)-logLines):], "\n")
}

// cut shortens text to a number of bytes, and says so. It does so between words:
// the start of one may be that of a secret which is known only later.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.TrimRightFunc(text[:strings.LastIndexFunc(text[:most], unicode.IsSpace)+1], unicode.IsSpace) + "…"
}
