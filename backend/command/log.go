package command

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// logFile is a command's whole raw output on the disk, up to a limit. Once a
// write was refused nothing more is written.
type logFile struct {
	file       *os.File
	path       string
	left       int64
	written    int64
	incomplete bool
}

// openLog creates the log of one command and makes room for it. A folder of
// "" keeps no log.
func openLog(folder, id string, limit int64, kept int) (*logFile, error) {
	if folder == "" {
		return &logFile{}, nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("making log folder: %w", err)
	}
	pruneLogs(folder, kept-1)
	path := filepath.Join(folder, id+".log")
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("creating command log: %w", err)
	}
	return &logFile{file: file, path: path, left: limit}, nil
}

func (l *logFile) write(data []byte) {
	if l.file == nil || l.incomplete {
		return
	}
	if int64(len(data)) > l.left {
		data, l.incomplete = data[:l.left], true
	}
	n, err := l.file.Write(data)
	if err != nil {
		l.incomplete = true // a full disk: the command goes on without
	}
	l.written += int64(n)
	l.left -= int64(len(data))
}

func (l *logFile) close() {
	if l.file == nil {
		return
	}
	if err := l.file.Close(); err != nil {
		l.incomplete = true
	}
}

// pruneLogs removes the oldest logs so that at most keep stay. Its errors do
// not matter: the next command tries again.
func pruneLogs(folder string, keep int) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	type aged struct {
		name string
		at   int64
	}
	var logs []aged
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() || !strings.HasSuffix(entry.Name(), ".log") {
			continue
		}
		logs = append(logs, aged{entry.Name(), info.ModTime().UnixNano()})
	}
	slices.SortFunc(logs, func(a, b aged) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.name, b.name))
	})
	for len(logs) > max(keep, 0) {
		_ = os.Remove(filepath.Join(folder, logs[0].name))
		logs = logs[1:]
	}
}

// discard removes the log of a command that did not start.
func (l *logFile) discard() {
	l.close()
	if l.file != nil {
		_ = os.Remove(l.path)
	}
}
