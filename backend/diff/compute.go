package diff

import (
	"bytes"

	"znkr.io/diff"
)

// The sizes up to which versions are compared by lines, and how much of a file
// is looked at to tell text from binary (the same 8,000 bytes as git).
const (
	MaxBytes = 4 << 20 // of either version
	MaxLines = 60_000  // of either version
	sniffed  = 8000
	context  = 3
)

// Compute compares two versions of the file at path. A nil before means that
// the file was not there ([Added]), a nil after that it is gone ([Deleted]); an
// empty file is an empty slice, not nil. Otherwise the file is [Modified], with
// no hunks when both are equal.
//
// A version with a NUL among its first 8,000 bytes makes the file Binary; one
// of more than [MaxBytes] or [MaxLines] makes it TooLarge.
func Compute(path string, before, after []byte) File {
	file := File{Path: path, Kind: kind(before, after)}
	switch {
	case IsBinary(before) || IsBinary(after):
		file.Binary = true
	case tooLarge(before) || tooLarge(after):
		file.TooLarge = true
	default:
		file.Hunks = hunks(string(before), string(after))
	}
	for _, hunk := range file.Hunks {
		for _, line := range hunk.Lines {
			switch line.Op {
			case Insert:
				file.Added++
			case Delete:
				file.Removed++
			case Equal:
			}
		}
	}
	return file
}

// IsBinary reports whether content is shown as a binary file: it has a NUL
// among its first 8,000 bytes.
func IsBinary(content []byte) bool {
	return bytes.IndexByte(content[:min(len(content), sniffed)], 0) >= 0
}

func kind(before, after []byte) Kind {
	switch {
	case before == nil && after != nil:
		return Added
	case before != nil && after == nil:
		return Deleted
	}
	return Modified
}

func tooLarge(content []byte) bool {
	return len(content) > MaxBytes || bytes.Count(content, []byte{'\n'}) >= MaxLines
}

func hunks(before, after string) []Hunk {
	found := compare(before, after, context)
	var out []Hunk
	for _, h := range found {
		hunk := Hunk{
			OldStart: start(h.LineNoX, h.EndLineNoX),
			OldLines: h.EndLineNoX - h.LineNoX,
			NewStart: start(h.LineNoY, h.EndLineNoY),
			NewLines: h.EndLineNoY - h.LineNoY,
			Lines:    make([]Line, len(h.Edits)),
		}
		for i, edit := range h.Edits {
			hunk.Lines[i] = Line{Op: op(edit.Op), Text: edit.Line}
		}
		out = append(out, hunk)
	}
	return out
}

// start turns a 0-based range into the unified format's first line.
func start(from, to int) int {
	if from == to {
		return from
	}
	return from + 1
}

func op(o diff.Op) Op {
	switch o {
	case diff.Insert:
		return Insert
	case diff.Delete:
		return Delete
	}
	return Equal
}
