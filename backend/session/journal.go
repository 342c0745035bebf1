package session

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// journalVersion is in every header line; a higher one is not read.
const journalVersion = 1

// record is one line of a journal: a change, as it is sent to the page.
type record struct {
	Change
	Version int `json:"v,omitempty"`
}

// headerPrefix starts the lines that hold a session's header.
var headerPrefix = []byte(`{"kind":"session"`)

// Journal is a session's file, open for writing by this process alone.
type Journal struct {
	mu   sync.Mutex // guards file's end
	file *os.File
	size int64 // of the whole lines; what is beyond is the rest of a failed write
	torn bool
}

func createJournal(path string) (*Journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lock(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &Journal{file: file}, nil
}

func openJournal(path string) (*Journal, []byte, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	if err := lock(file); err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	data, err := io.ReadAll(file)
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return &Journal{file: file, size: int64(len(data))}, data, nil
}

// Append writes changes as lines. They are in the file when it returns, but
// not yet safe from a power cut. After an error none of them is.
func (j *Journal) Append(changes ...Change) error {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	encoder.SetEscapeHTML(false)
	for _, change := range changes {
		r := record{Change: change}
		if change.Kind == ChangeSession {
			r.Version = journalVersion
		}
		if err := encoder.Encode(r); err != nil {
			return fmt.Errorf("encoding session change %q: %w", change.Kind, err)
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.torn {
		if err := j.file.Truncate(j.size); err != nil {
			return fmt.Errorf("writing session journal: %w", err)
		}
		j.torn = false
	}
	n, err := j.file.WriteAt(lines.Bytes(), j.size)
	if err != nil {
		j.torn = n > 0
		return fmt.Errorf("writing session journal: %w", err)
	}
	j.size += int64(n)
	return nil
}

// Sync returns when all that was appended is on the disk.
func (j *Journal) Sync() error {
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("syncing session journal: %w", err)
	}
	return nil
}

// Close lets others write the session.
func (j *Journal) Close() error {
	if err := j.file.Close(); err != nil {
		return fmt.Errorf("closing session journal: %w", err)
	}
	return nil
}

func (j *Journal) cut(size int64) error {
	if size == j.size {
		return nil
	}
	if err := j.file.Truncate(size); err != nil {
		return fmt.Errorf("cutting session journal: %w", err)
	}
	j.size = size
	return nil
}

// eachLine decodes data's whole lines for visit and returns their length.
func eachLine(data []byte, visit func(r record, valid bool) error) (int64, error) {
	whole := 0
	for {
		end := bytes.IndexByte(data[whole:], '\n')
		if end < 0 {
			return int64(whole), nil
		}
		var r record
		valid := json.Unmarshal(data[whole:whole+end], &r) == nil
		if err := visit(r, valid); err != nil {
			return 0, err
		}
		whole += end + 1
	}
}

// readHeader returns the last header in the journal at path, skipping over
// everything else.
func readHeader(path string) (Session, error) {
	file, err := os.Open(path)
	if err != nil {
		return Session{}, err
	}
	defer file.Close()
	var last Session
	reader := bufio.NewReaderSize(file, 64<<10)
	for {
		line, err := reader.ReadSlice('\n')
		if bytes.HasPrefix(line, headerPrefix) {
			whole := bytes.Clone(line)
			if errors.Is(err, bufio.ErrBufferFull) {
				var rest []byte
				rest, err = reader.ReadBytes('\n')
				whole = append(whole, rest...)
			}
			var r record
			if json.Unmarshal(whole, &r) == nil && r.Session != nil {
				last = *r.Session
			}
		} else {
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = reader.ReadSlice('\n')
			}
		}
		if errors.Is(err, io.EOF) {
			return last, nil
		}
		if err != nil {
			return Session{}, err
		}
	}
}
