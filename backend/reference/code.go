package reference

import (
	"context"
	"fmt"
	"strings"

	"github.com/keel-ide/keel/backend/session"
)

// code is some lines of a file, with their numbers. What the page has given is
// either these lines alone, or all of the file.
func (r *Reader) code(ctx context.Context, ref session.Reference) (found, error) {
	name, err := place(ref)
	if err != nil {
		return found{}, err
	}
	if err := r.allowed(ctx, ref, name); err != nil {
		return found{}, err
	}
	from, to := max(ref.From, 1), ref.To
	var text string
	if ref.Given != nil {
		text = given(ref)
		if ref.From > 1 && to >= from && countLines(text) <= to-from+1 {
			return numbered(text, from), nil
		}
	} else {
		raw, _, err := r.o.Workspace.ReadFile(ctx, name, mostFile)
		if err != nil {
			return found{}, err
		}
		var ok bool
		if text, ok = decode(raw); !ok {
			return found{}, binaryFile(name, raw, int64(len(raw)))
		}
	}
	if lines := countLines(text); from > lines && lines > 0 || from > 1 && lines == 0 {
		return found{}, refuse(fmt.Sprintf("%s has %s by now; there is no line %s.", name, counted(lines, "line", "lines"), number(from)), "Point at the lines again.")
	}
	if to < from {
		to = len(text) // all of it has no more lines
	}
	return numbered(linesOf(text, from, to), from), nil
}

// linesOf returns some lines of a text, counting from 1.
func linesOf(text string, from, to int) string {
	start, line, end := 0, 1, len(text)
	for i := 0; i < len(text); i++ {
		if text[i] != '\n' {
			continue
		}
		line++
		if line == from {
			start = i + 1
		}
		if line == to+1 {
			end = i + 1
			break
		}
	}
	return text[start:end]
}

// numbered shows lines the way `cat -n` does: the number, a tab, the line.
func numbered(text string, from int) found {
	var b strings.Builder
	for line := range strings.Lines(text) {
		fmt.Fprintf(&b, "%6d\t%s", from, line)
		from++
	}
	return found{session.Content{Size: int64(len(text))}, headOf(b.String(), "")}
}
