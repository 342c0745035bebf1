package search

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// mostFiles bounds a listing, and with it the memory it takes (about 150 bytes
// a file).
const mostFiles = 1_000_000

// listing is the paths of a folder's files, sorted, prepared for being matched.
type listing struct {
	files []file
	cut   bool // there are more than mostFiles

	once    sync.Once
	parents *listing // set by once, see folders
}

type file struct {
	path   string
	folded string // path with A-Z as a-z; the same length
	wide   string // path in small letters of any script; empty where folded is that
	mask   uint64 // which characters folded has, see maskOf
	name   int32  // where the file's own name begins
}

func (l *listing) len() int          { return len(l.files) }
func (l *listing) path(i int) string { return l.files[i].path }

// list asks ripgrep for the files of a scope that the filter does not exclude.
// Includes are for the caller.
func (e *Engine) list(ctx context.Context, where scope, f filter, ignored []string) (*listing, error) {
	arguments := append(where.arguments(), "--files", "--null")
	arguments = append(arguments, ignored...)
	arguments = append(arguments, f.excluding()...)
	arguments = append(arguments, "--", where.folder)
	var all []byte
	cut := false
	err := e.run(ctx, where.root, arguments, func(output io.Reader) error {
		var err error
		all, cut, err = readPaths(output)
		if cut {
			return errLimit
		}
		return err
	})
	if err != nil && !errors.Is(err, errLimit) {
		return nil, err
	}
	l := newListing(all)
	l.cut = cut
	return l, nil
}

// readPaths reads paths, each ended by a zero byte; what follows the last zero
// byte is dropped.
func readPaths(output io.Reader) (all []byte, cut bool, err error) {
	buffer := make([]byte, 256<<10)
	count := 0
	for {
		n, err := output.Read(buffer)
		all = append(all, buffer[:n]...)
		count += bytes.Count(buffer[:n], []byte{0})
		switch {
		case count > mostFiles:
			return all, true, nil
		case errors.Is(err, io.EOF):
			return all, false, nil
		case err != nil:
			return nil, false, fmt.Errorf("reading ripgrep's list of files: %w", err)
		}
	}
}

func newListing(all []byte) *listing {
	end := bytes.LastIndexByte(all, 0)
	if end < 0 {
		return &listing{}
	}
	paths := strings.Split(string(all[:end]), "\x00")
	for i, path := range paths {
		paths[i] = clean(path)
	}
	slices.Sort(paths)
	return prepare(paths[:min(len(paths), mostFiles)])
}

// prepare makes a listing of sorted paths. The folded copies share one string,
// so that they cost no allocation each.
func prepare(paths []string) *listing {
	size := 0
	for _, path := range paths {
		size += len(path)
	}
	var folded strings.Builder
	folded.Grow(size)
	for _, path := range paths {
		for i := range len(path) {
			folded.WriteByte(lower(path[i]))
		}
	}
	rest := folded.String()
	files := make([]file, len(paths))
	for i, path := range paths {
		one := rest[:len(path)]
		rest = rest[len(path):]
		files[i] = file{path: path, folded: one, name: int32(strings.LastIndexByte(path, '/') + 1), mask: maskOf(one)}
		if !isPlain(one) {
			files[i].wide = strings.Map(unicode.ToLower, path)
		}
	}
	return &listing{files: files}
}

// keep leaves only the files a filter includes.
func (l *listing) keep(f filter) {
	if len(f.includes) > 0 {
		l.files = slices.DeleteFunc(l.files, func(one file) bool { return !f.matches(one.path) })
	}
}
