package checkpoint

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
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
	i := commonPrefix(a, b)
	switch {
	case i == len(a) || i == len(b):
		return len(a) - len(b)
	case a[i] == '/':
		return -1
	case b[i] == '/':
		return 1
	}
	return cmp.Compare(a[i], b[i])
}

// commonPrefix is how many bytes two texts begin with alike.
func commonPrefix(a, b string) int {
	const stride = 64 // compared at once
	n := 0
	for n+stride <= len(a) && n+stride <= len(b) && a[n:n+stride] == b[n:n+stride] {
		n += stride
	}
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// below tells whether p is inside folder.
func below(p, folder string) bool {
	if folder == "." {
		return p != "."
	}
	return len(p) > len(folder) && p[len(folder)] == '/' && p[:len(folder)] == folder
}

// folderOf is the folder that holds a raw path; "." for the workspace.
func folderOf(p string) string {
	if i := strings.LastIndexByte(p, '/'); i >= 0 {
		return p[:i]
	}
	return "."
}

func join(folder, name string) string {
	if folder == "." {
		return name
	}
	return folder + "/" + name
}

// scope is the part of the workspace an operation is about, sorted and without
// what is below another path of it; empty is all.
type scope []string

func newScope(paths []string) (scope, error) {
	var all []string
	for _, text := range paths {
		p, err := given(text)
		if err != nil {
			return nil, err
		}
		if p == "." {
			return nil, nil
		}
		all = append(all, p)
	}
	return scopeOf(all), nil
}

// scopeOf is a scope of raw paths.
func scopeOf(paths []string) scope {
	var s scope
	for _, p := range slices.SortedFunc(slices.Values(paths), comparePaths) {
		if n := len(s); n == 0 || p != s[n-1] && !below(p, s[n-1]) {
			s = append(s, p)
		}
	}
	return s
}

func (s scope) holds(p string) bool {
	if len(s) == 0 {
		return true
	}
	i, found := slices.BinarySearchFunc(s, p, comparePaths)
	return found || i > 0 && below(p, s[i-1])
}

// meets tells whether the scope holds p or something below it.
func (s scope) meets(p string) bool {
	if s.holds(p) {
		return true
	}
	i, _ := slices.BinarySearchFunc(s, p, comparePaths)
	return i < len(s) && below(s[i], p)
}
