package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"syscall"
)

// sizeLimit is the size of a settings file beyond which it is not read.
const sizeLimit = 1 << 20

var errNotRegular = errors.New("not a regular file")

// file is one settings file as it was last read. A file is never changed in
// place: load gives a new one.
type file struct {
	name, path string
	loaded     bool
	text       []byte
	failure    string // why it could not be read
	layer      layer  // what it last said when it was whole
	problems   []Problem
}

// load reads the file again; changed is false when it is as it was.
func (f *file) load() (next *file, changed bool) {
	var text []byte
	var err error
	if f.path != "" {
		text, err = readFile(f.path)
	}
	failure := ""
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		failure, text = err.Error(), f.text
	}
	if f.loaded && failure == f.failure && bytes.Equal(text, f.text) {
		return f, false
	}
	next = &file{name: f.name, path: f.path, loaded: true, text: text, failure: failure, layer: f.layer}
	if failure != "" {
		next.problems = []Problem{{File: f.path, Message: fmt.Sprintf("The file cannot be read (%s). %s", failure, next.unread())}}
		return next, true
	}
	next.interpret()
	return next, true
}

// unread goes on with what the file last said, and says what that means. A
// user's file that was never whole may have asked for caution: then everything
// is asked about until it can be read.
func (f *file) unread() string {
	if f.name == UserName && f.layer == nil {
		f.layer = layer{KeyMode: {unread: true}, KeyCommandDenylist: {unread: true}}
	}
	if !f.layer[KeyMode].unread || !f.layer[KeyCommandDenylist].unread {
		return "What the file last said when it was whole stays in force."
	}
	return "Until that is put right, file changes and commands are asked about, whatever it says."
}

func (f *file) interpret() {
	document, broken := parse(f.text)
	if broken != nil {
		f.problems = []Problem{document.problem(f.path, broken.offset, SeverityError, "",
			broken.message+". "+f.unread())}
		return
	}
	if f.name == KeybindingsName {
		if document.exists && document.array() == nil {
			f.problems = []Problem{document.problem(f.path, document.root.StartOffset, SeverityError, "",
				"Key bindings have to be a list: [ … ].")}
		}
		return
	}
	if document.exists && document.object() == nil {
		f.problems = []Problem{document.problem(f.path, document.root.StartOffset, SeverityError, "",
			"Settings have to be an object: { … }. "+f.unread())}
		return
	}
	f.layer, f.problems = readLayer(document, f.path, f.layer, f.name == WorkspaceName)
	slices.SortStableFunc(f.problems, func(a, b Problem) int { return a.Line - b.Line })
}

// readFile reads a regular file of bearable size. It does not wait on what is
// none, such as a pipe that a folder passes off as its settings.
func readFile(path string) ([]byte, error) {
	opened, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, unwrapPath(err)
	}
	defer func() { _ = opened.Close() }()
	info, err := opened.Stat()
	switch {
	case err != nil:
		return nil, unwrapPath(err)
	case !info.Mode().IsRegular():
		return nil, errNotRegular
	}
	data, err := io.ReadAll(io.LimitReader(opened, sizeLimit+1))
	switch {
	case err != nil:
		return nil, unwrapPath(err)
	case len(data) > sizeLimit:
		return nil, fmt.Errorf("larger than %d bytes", sizeLimit)
	}
	return data, nil
}

// unwrapPath drops the path, which the caller names.
func unwrapPath(err error) error {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		return inner.Err
	}
	return err
}
