package audit

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Options are what a [Log] can do without.
type Options struct {
	Redact       func(string) string // takes secrets out of text; leaves it as it is
	Now          func() time.Time    // time.Now
	Log          *slog.Logger        // nothing
	SegmentBytes int64               // size from which a new segment is begun; 8 MiB
	Segments     int                 // that are kept; 8
	LockLimit    time.Duration       // how long an entry waits for another process; 2 s
}

func (o Options) withDefaults() Options {
	if o.Redact == nil {
		o.Redact = func(text string) string { return text }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.SegmentBytes == 0 {
		o.SegmentBytes = 8 << 20
	}
	if o.Segments == 0 {
		o.Segments = 8
	}
	if o.LockLimit == 0 {
		o.LockLimit = 2 * time.Second
	}
	return o
}

// errTaken is returned while another process writes.
var errTaken = errors.New("another process writes the audit log")

// Log is an open audit log. It is safe for concurrent use.
type Log struct {
	dir  string
	o    Options
	lock *os.File

	mu   sync.Mutex // guards what follows
	file *os.File   // the last segment; nil until the first entry
	size int64      // of file, when seq was its last number
	seq  int64      // the last number given

	reading sync.Mutex // guards index
	index   index
}

// Open opens the log in dir, which is made where it is missing.
func Open(dir string, o Options) (*Log, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of the audit log: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the audit log: %w", err)
	}
	return &Log{dir: dir, o: o.withDefaults(), lock: lock}, nil
}

// Dir is where the log lies.
func (l *Log) Dir() string { return l.dir }

// Close closes the log.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.lock.Close()
	if l.file != nil {
		err = errors.Join(err, l.file.Close())
		l.file = nil
	}
	if err != nil {
		return fmt.Errorf("closing the audit log: %w", err)
	}
	return nil
}

// Append writes an entry and returns its number. The entry is in the file when it
// returns without an error; after an error it is not. Seq is given, and At where it
// is 0.
func (l *Log) Append(ctx context.Context, entry Entry) (int64, error) {
	l.clean(&entry)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.enter(ctx); err != nil {
		return 0, fmt.Errorf("writing the audit log: %w", err)
	}
	seq, err := l.append(entry)
	if err := errors.Join(err, unlock(l.lock)); err != nil {
		return 0, fmt.Errorf("writing the audit log: %w", err)
	}
	return seq, nil
}

// enter waits until no other process writes.
func (l *Log) enter(ctx context.Context) error {
	err := tryLock(l.lock)
	if !errors.Is(err, errTaken) {
		return err
	}
	limit, cancel := context.WithTimeout(ctx, l.o.LockLimit)
	defer cancel()
	tick := time.NewTicker(500 * time.Microsecond)
	defer tick.Stop()
	for errors.Is(err, errTaken) {
		select {
		case <-tick.C:
			err = tryLock(l.lock)
		case <-limit.Done():
			return cmp.Or(ctx.Err(), err)
		}
	}
	return err
}

// append writes a line; l.mu and the lock are held.
func (l *Log) append(entry Entry) (int64, error) {
	if err := l.current(); err != nil {
		return 0, err
	}
	if l.file == nil || l.size >= l.o.SegmentBytes {
		if err := l.next(); err != nil {
			return 0, err
		}
	}
	entry.Seq = l.seq + 1
	if entry.At == 0 {
		entry.At = l.o.Now().UnixMilli()
	}
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(entry); err != nil {
		return 0, err
	}
	n, err := l.file.Write(line.Bytes())
	if err != nil {
		// Nobody has been told of the part that is there.
		if n > 0 {
			err = errors.Join(err, l.file.Truncate(l.size))
		}
		l.forget()
		return 0, err
	}
	l.size += int64(n)
	l.seq = entry.Seq
	return entry.Seq, nil
}

// current makes sure that file is the last segment and seq its last number.
func (l *Log) current() error {
	if l.file != nil {
		open, err := l.file.Stat()
		if err != nil {
			return err
		}
		named, err := os.Stat(l.file.Name())
		if err == nil && os.SameFile(open, named) && named.Size() == l.size {
			return nil
		}
		l.forget()
	}
	segments, err := list(l.dir)
	if err != nil || len(segments) == 0 {
		return err
	}
	last := segments[len(segments)-1]
	file, err := os.OpenFile(filepath.Join(l.dir, last.name), os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	seq, size, whole, err := lastNumber(file)
	if err == nil && !whole {
		// The rest of a line that was cut stays, as a damaged one.
		_, err = file.Write([]byte("\n"))
		size++
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	l.file, l.size, l.seq = file, size, max(seq, last.first-1)
	return nil
}

// forget closes the segment, so that the next entry looks at it anew.
func (l *Log) forget() {
	if err := l.file.Close(); err != nil {
		l.o.Log.Warn("closing a segment of the audit log", "error", err)
	}
	l.file = nil
}

// next begins a new segment and deletes those that are too many.
func (l *Log) next() error {
	name := segmentName(l.seq + 1)
	file, err := os.OpenFile(filepath.Join(l.dir, name), os.O_CREATE|os.O_EXCL|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if l.file != nil {
		l.forget()
	}
	l.file, l.size = file, 0
	segments, err := list(l.dir)
	if err != nil {
		return err
	}
	for _, old := range segments[:max(0, len(segments)-l.o.Segments)] {
		if err := os.Remove(filepath.Join(l.dir, old.name)); err != nil {
			l.o.Log.Warn("deleting an old segment of the audit log", "error", err)
		}
	}
	return nil
}

// segment is a file of the log.
type segment struct {
	name  string
	first int64 // the number of its first entry
}

const segmentEnd = ".jsonl"

func segmentName(first int64) string { return fmt.Sprintf("%012d%s", first, segmentEnd) }

// list returns the segments in dir, the oldest first.
func list(dir string) ([]segment, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var segments []segment
	for _, entry := range entries {
		digits, ok := strings.CutSuffix(entry.Name(), segmentEnd)
		first, err := strconv.ParseInt(digits, 10, 64)
		if ok && err == nil {
			segments = append(segments, segment{entry.Name(), first})
		}
	}
	slices.SortFunc(segments, func(a, b segment) int { return int(a.first - b.first) })
	return segments, nil
}

// lastNumber returns the number of the last entry that can be read, or 0, how long
// the file is, and whether it ends with a whole line.
func lastNumber(file *os.File) (seq, size int64, whole bool, err error) {
	info, err := file.Stat()
	if err != nil {
		return 0, 0, false, err
	}
	size = info.Size()
	for window := int64(64 << 10); ; window *= 8 {
		from := max(0, size-window)
		tail := make([]byte, size-from)
		if _, err := file.ReadAt(tail, from); err != nil {
			return 0, 0, false, err
		}
		whole = len(tail) == 0 || tail[len(tail)-1] == '\n'
		lines := bytes.Split(tail, []byte("\n"))
		if from > 0 {
			lines = lines[1:]
		}
		for _, line := range slices.Backward(lines) {
			var entry Entry
			if json.Unmarshal(line, &entry) == nil && entry.Seq > 0 {
				return entry.Seq, size, whole, nil
			}
		}
		if from == 0 {
			return 0, size, whole, nil
		}
	}
}

// Limits of an entry's fields.
const (
	textMost  = 32 << 10 // bytes
	shortMost = 4 << 10
	pathsMost = 200
)

// clean takes secrets out of an entry and makes it no longer than a line may be.
func (l *Log) clean(entry *Entry) {
	for _, long := range []*string{&entry.Command, &entry.Original} {
		*long = cut(l.o.Redact(*long), textMost)
	}
	for _, short := range []*string{&entry.Title, &entry.Reason, &entry.Feedback, &entry.Pattern, &entry.Folder, &entry.Tool} {
		*short = cut(l.o.Redact(*short), shortMost)
	}
	paths := entry.Paths
	if more := len(paths) - pathsMost; more > 0 {
		paths = append(slices.Clone(paths[:pathsMost]), fmt.Sprintf("… and %d more", more))
	}
	entry.Paths = nil
	for _, path := range paths {
		entry.Paths = append(entry.Paths, cut(l.o.Redact(path), shortMost))
	}
}

// cut shortens text to at most most bytes and says by how much.
func cut(text string, most int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= most {
		return text
	}
	end := most
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return fmt.Sprintf("%s… (%d more bytes)", text[:end], len(text)-end)
}
