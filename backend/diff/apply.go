package diff

import (
	"errors"
	"fmt"
	"strings"
)

// What [Apply] can refuse.
var (
	ErrNoHunks  = errors.New("this comparison has no lines to apply")
	ErrMismatch = errors.New("the lines are not those that were compared")
)

// Apply makes the new bytes of file from the old ones. The old bytes must be
// those that were compared: a line that is not at its place is [ErrMismatch].
// A binary or too large file is [ErrNoHunks]. A deleted file gives nil.
func Apply(old []byte, file File) ([]byte, error) {
	if file.Binary || file.TooLarge {
		return nil, fmt.Errorf("applying the changes of %q: %w", file.Path, ErrNoHunks)
	}
	lines := split(string(old))
	out := make([]byte, 0, len(old))
	next := 0 // the first old line not yet taken over
	for _, hunk := range file.Hunks {
		from := hunk.OldStart - 1
		if hunk.OldLines == 0 {
			from = hunk.OldStart
		}
		if from < next || from > len(lines) {
			return nil, mismatch(file.Path, hunk.OldStart)
		}
		for ; next < from; next++ {
			out = append(out, lines[next]...)
		}
		for _, line := range hunk.Lines {
			if line.Op != Insert {
				if next >= len(lines) || lines[next] != line.Text {
					return nil, mismatch(file.Path, next+1)
				}
				next++
			}
			if line.Op != Delete {
				out = append(out, line.Text...)
			}
		}
		if next != from+hunk.OldLines {
			return nil, mismatch(file.Path, hunk.OldStart)
		}
	}
	for ; next < len(lines); next++ {
		out = append(out, lines[next]...)
	}
	if file.Kind == Deleted {
		if len(out) > 0 {
			return nil, mismatch(file.Path, 1)
		}
		return nil, nil
	}
	return out, nil
}

func mismatch(path string, line int) error {
	return fmt.Errorf("applying the changes of %q at line %d: %w", path, line, ErrMismatch)
}

// split cuts a text behind each newline; what stands behind the last is a line
// of its own.
func split(text string) []string {
	lines := strings.SplitAfter(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}
