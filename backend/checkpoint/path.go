package checkpoint

import (
	"encoding/hex"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"
)

// EncodePath writes a raw name or path as valid UTF-8: each byte that is not
// part of a character becomes a NUL and two hexadecimal digits. Names that are
// UTF-8 stay as they are.
func EncodePath(raw string) string {
	if utf8.ValidString(raw) {
		return raw
	}
	var b strings.Builder
	for len(raw) > 0 {
		r, size := utf8.DecodeRuneInString(raw)
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, "\x00%02x", raw[0])
		} else {
			b.WriteString(raw[:size])
		}
		raw = raw[size:]
	}
	return b.String()
}

// DecodePath is the inverse of [EncodePath]; a raw path stays as it is.
func DecodePath(text string) string {
	before, rest, found := strings.Cut(text, "\x00")
	if !found {
		return text
	}
	var b strings.Builder
	for found {
		b.WriteString(before)
		if len(rest) >= 2 {
			if stray, err := hex.DecodeString(rest[:2]); err == nil {
				b.Write(stray)
				rest = rest[2:]
			}
		}
		before, rest, found = strings.Cut(rest, "\x00")
	}
	b.WriteString(before)
	return b.String()
}

// given takes a path from a caller: decoded, cleaned, and refused where it
// leads out of the workspace.
func given(text string) (string, error) {
	raw := DecodePath(text)
	cleaned := path.Clean(raw)
	if raw == "" || path.IsAbs(cleaned) || cleaned == ".." || strings.HasPrefix(cleaned, "../") {
		return "", fmt.Errorf("path %q: not a path inside the workspace", text)
	}
	return cleaned, nil
}

// comparePaths orders paths so that what is below a folder follows it at once:
// a slash sorts before every other byte.
func comparePaths(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] == b[i] {
			continue
		}
		switch {
		case a[i] == '/':
			return -1
		case b[i] == '/':
			return 1
		case a[i] < b[i]:
			return -1
		}
		return 1
	}
	return len(a) - len(b)
}

// below tells whether p is inside folder.
func below(p, folder string) bool {
	if folder == "." {
		return p != "."
	}
	return len(p) > len(folder) && p[len(folder)] == '/' && p[:len(folder)] == folder
}

func join(folder, name string) string {
	if folder == "." {
		return name
	}
	return folder + "/" + name
}

// scope is the part of the workspace an operation is about; empty is all.
type scope []string

func newScope(paths []string) (scope, error) {
	var s scope
	for _, text := range paths {
		p, err := given(text)
		if err != nil {
			return nil, err
		}
		if p == "." {
			return nil, nil
		}
		s = append(s, p)
	}
	return s, nil
}

func (s scope) holds(p string) bool {
	if len(s) == 0 {
		return true
	}
	for _, one := range s {
		if p == one || below(p, one) {
			return true
		}
	}
	return false
}

// meets tells whether the scope holds p or something below it.
func (s scope) meets(p string) bool {
	if s.holds(p) {
		return true
	}
	for _, one := range s {
		if below(one, p) {
			return true
		}
	}
	return false
}
