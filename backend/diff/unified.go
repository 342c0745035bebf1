package diff

import (
	"fmt"
	"strings"
)

// Unified writes file in the unified format, as git writes it: names behind a/
// and b/, /dev/null where there is no file, and a line that says where a final
// newline is missing. What has no hunks is one sentence; a file without any
// change is "".
func Unified(file File) string {
	from, to := quote("a/"+oldPath(file)), quote("b/"+file.Path)
	var b strings.Builder
	if file.Kind == Renamed && file.From != "" {
		fmt.Fprintf(&b, "rename from %s\nrename to %s\n", quote(file.From), quote(file.Path))
	}
	switch file.Kind {
	case Added:
		from = "/dev/null"
	case Deleted:
		to = "/dev/null"
	case Modified, Renamed:
	}
	switch {
	case file.Binary:
		fmt.Fprintf(&b, "Binary files %s and %s differ\n", from, to)
	case file.TooLarge:
		fmt.Fprintf(&b, "Files %s and %s are too large to compare\n", from, to)
	case len(file.Hunks) > 0:
		fmt.Fprintf(&b, "--- %s\n+++ %s\n", from, to)
	}
	for _, hunk := range file.Hunks {
		fmt.Fprintf(&b, "@@ -%s +%s @@\n", span(hunk.OldStart, hunk.OldLines), span(hunk.NewStart, hunk.NewLines))
		for _, line := range hunk.Lines {
			b.WriteByte(sign(line.Op))
			b.WriteString(line.Text)
			if !strings.HasSuffix(line.Text, "\n") {
				b.WriteString("\n\\ No newline at end of file\n")
			}
		}
	}
	return b.String()
}

func oldPath(file File) string {
	if file.From != "" {
		return file.From
	}
	return file.Path
}

func span(start, lines int) string {
	if lines == 1 {
		return fmt.Sprint(start)
	}
	return fmt.Sprintf("%d,%d", start, lines)
}

func sign(op Op) byte {
	switch op {
	case Insert:
		return '+'
	case Delete:
		return '-'
	case Equal:
	}
	return ' '
}

// quote writes a name that would break its line in double quotes with octal
// escapes, as git does.
func quote(name string) string {
	special := func(r rune) bool { return r < 0x20 || r == 0x7f || r == '"' || r == '\\' }
	if strings.IndexFunc(name, special) < 0 {
		return name
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(name) {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case special(rune(c)):
			fmt.Fprintf(&b, "\\%03o", c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
