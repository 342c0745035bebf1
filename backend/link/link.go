// Package link reads keel:// addresses, which any web page can hold.
//
// # Promises
//
// A link only says where to go: keel://open?folder=/path, or
// keel://open?file=/path&line=3&column=2. Whatever is not exactly of that shape
// is refused with a sentence for a person, and nothing is guessed. Parsing
// touches neither the disk nor the network; [Target.Check] only looks, and not
// at places where looking does something.
package link

import (
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Scheme begins every link.
const Scheme = "keel:"

// longest is how many bytes a link may have.
const longest = 4096

// highest is the greatest line or column.
const highest = 9_999_999

// Target is where a link leads. Path is absolute and clean.
type Target struct {
	Path         string
	File         bool // a file, else a folder
	Line, Column int  // of a file, from 1; 0 for none
}

// Error is why a link is not followed, in a sentence for a person.
type Error struct{ Message string }

func (e *Error) Error() string { return e.Message }

func refuse(format string, values ...any) error {
	return &Error{"This link was not followed: " + fmt.Sprintf(format, values...) + "."}
}

// Is tells whether an argument is meant as a link.
func Is(argument string) bool {
	return len(argument) >= len(Scheme) && strings.EqualFold(argument[:len(Scheme)], Scheme)
}

// Parse reads a link. The error is an [*Error].
func Parse(address string) (Target, error) {
	if len(address) > longest {
		return Target{}, refuse("it is longer than %d bytes", longest)
	}
	if strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return Target{}, refuse("it holds characters that an address cannot hold")
	}
	if !Is(address) {
		return Target{}, refuse("it does not begin with keel://")
	}
	rest, ok := strings.CutPrefix(address[len(Scheme):], "//")
	if !ok {
		return Target{}, refuse("it does not begin with keel://")
	}
	if strings.Contains(rest, "#") {
		return Target{}, refuse("it has a part after #, which means nothing to Keel")
	}
	host, query, _ := strings.Cut(rest, "?")
	if strings.Contains(host, "@") {
		return Target{}, refuse("it holds a user name or a password")
	}
	if host = strings.TrimSuffix(host, "/"); host != "open" {
		return Target{}, refuse("Keel knows only links that begin with keel://open")
	}
	values, err := parameters(query)
	if err != nil {
		return Target{}, err
	}
	return target(values)
}

// parameters splits a query by hand: the standard library would take the first
// of two, and a plus for a space.
func parameters(query string) (map[string]string, error) {
	values := map[string]string{}
	for pair := range strings.SplitSeq(query, "&") {
		name, escaped, ok := strings.Cut(pair, "=")
		switch name {
		case "folder", "file", "line", "column":
		default:
			return nil, refuse("it asks for something that Keel does not do")
		}
		if _, twice := values[name]; twice {
			return nil, refuse("it says %s twice", name)
		}
		value, err := url.PathUnescape(escaped)
		if err != nil || !ok || value == "" {
			return nil, refuse("its %s cannot be read", name)
		}
		values[name] = value
	}
	return values, nil
}

func target(values map[string]string) (Target, error) {
	folder, hasFolder := values["folder"]
	file, hasFile := values["file"]
	if hasFolder == hasFile {
		return Target{}, refuse("it has to name one folder or one file")
	}
	found := Target{Path: folder, File: hasFile}
	if hasFile {
		found.Path = file
	}
	if err := place(&found); err != nil {
		return Target{}, err
	}
	line, hasLine := values["line"]
	column, hasColumn := values["column"]
	if hasLine && !hasFile || hasColumn && !hasLine {
		return Target{}, refuse("a line belongs to a file, and a column to a line")
	}
	var err error
	if found.Line, err = number("line", line, hasLine); err != nil {
		return Target{}, err
	}
	if found.Column, err = number("column", column, hasColumn); err != nil {
		return Target{}, err
	}
	return found, nil
}

func number(name, text string, given bool) (int, error) {
	if !given {
		return 0, nil
	}
	value, err := strconv.Atoi(text)
	if err != nil || value < 1 || value > highest || strconv.Itoa(value) != text {
		return 0, refuse("its %s is not a number from 1 to %d", name, highest)
	}
	return value, nil
}

// place checks that a path is whole and plain, and cleans it.
func place(found *Target) error {
	name := found.Path
	if !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
		return refuse("its path holds bytes that no path has")
	}
	slashed := slashes(name)
	if strings.HasPrefix(slashed, "//") || strings.HasPrefix(name, `\\`) {
		return refuse("its path leads to another machine")
	}
	if !absolute(slashed) {
		return refuse("its path has to be a whole one, from the top")
	}
	if !found.File && len(slashed) > 1 {
		slashed = strings.TrimSuffix(slashed, "/")
	}
	if path.Clean(slashed) != slashed && !drive(slashed) {
		return refuse("its path has to be plain, without . or .. or doubled or trailing slashes")
	}
	if special(slashed) {
		return refuse("its path leads to a place of the system that is no place for files")
	}
	found.Path = native(slashed)
	return nil
}

// special tells whether a path leads to where reading alone can do something, or
// to machines that are reached by being looked at.
func special(slashed string) bool {
	for _, top := range []string{"/proc", "/dev", "/sys", "/net", "/afs"} {
		if len(slashed) >= len(top) && strings.EqualFold(slashed[:len(top)], top) && (len(slashed) == len(top) || slashed[len(top)] == '/') {
			return true
		}
	}
	return false
}
