package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/keel-ide/keel/backend/link"
)

// Start is what the arguments ask of the window.
type Start struct {
	New   bool // in a window of its own
	Reuse bool // in the window used last, whatever it shows
	Wait  bool // until what is opened has been closed
	Link  string
	Paths []Place
}

// Place is a folder or a file that is there. Path is absolute.
type Place struct {
	Path         string
	File         bool
	Line, Column int // from 1; 0 for none
}

// windowFlags adds the window's flags, for parsing and for what describes them.
func windowFlags(flags *pflag.FlagSet, start *Start) {
	flags.BoolVarP(&start.New, "new-window", "n", false, "open in a new window")
	flags.BoolVarP(&start.Reuse, "reuse-window", "r", false, "open in the window used last")
	flags.BoolVarP(&start.Wait, "wait", "w", false, "wait until the file, or the folder's window, is closed")
	flags.BoolP("goto", "g", false, "go to a line, as PATH:LINE[:COLUMN] does also without it")
}

// ParseStart reads arguments that [Is] takes for no command. Everything that they
// name is there, or the error says what is not.
func ParseStart(arguments []string) (Start, error) {
	var start Start
	flags := pflag.NewFlagSet("keel", pflag.ContinueOnError)
	flags.Usage = func() {}
	windowFlags(flags, &start)
	if err := flags.Parse(arguments); err != nil {
		return Start{}, usage{fmt.Errorf("%w; see keel --help", err)}
	}
	given := flags.Args()
	switch {
	case start.New && start.Reuse:
		return Start{}, usage{errors.New("--new-window and --reuse-window exclude one another")}
	case start.Wait && len(given) == 0:
		return Start{}, usage{errors.New("--wait needs a file or a folder to wait for")}
	}
	for _, path := range given {
		if link.Is(path) && !exists(path) {
			if len(given) > 1 || flags.NFlag() > 0 {
				return Start{}, usage{errors.New("a link is opened alone and without options")}
			}
			return Start{Link: path}, nil
		}
		place, err := locate(path)
		if err != nil {
			return Start{}, err
		}
		start.Paths = append(start.Paths, place)
	}
	return start, nil
}

// Complain says why a start cannot be, and returns the exit code.
func Complain(err error) int {
	if errors.Is(err, context.Canceled) {
		return exitCancelled // Ctrl+C needs no words
	}
	fmt.Fprintf(os.Stderr, "keel: %s\n", lines(err))
	if _, ok := errors.AsType[usage](err); ok {
		return exitUsage
	}
	return exitFailed
}

var position = regexp.MustCompile(`^(.+?):([0-9]{1,9})(?::([0-9]{1,9}))?:?$`)

// locate finds what an argument names: a path that is there comes before one with
// a line after it.
func locate(argument string) (Place, error) {
	given := argument
	if len(given) >= 5 && strings.EqualFold(given[:5], "file:") && !exists(given) {
		path, err := localFile(given)
		if err != nil {
			return Place{}, err
		}
		given = path
	}
	path, line, column := given, 0, 0
	if !exists(given) {
		if found := position.FindStringSubmatch(given); found != nil {
			path = found[1]
			line, _ = strconv.Atoi(found[2]) // nine digits fit
			column, _ = strconv.Atoi(found[3])
			if whole := found[1] + ":" + found[2]; found[3] != "" && exists(whole) {
				path, line, column = whole, column, 0
			}
		}
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return Place{}, fmt.Errorf("resolving %q: %w", path, err)
	}
	info, err := os.Stat(absolute)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Place{}, fmt.Errorf("%s does not exist. Nothing was opened: check the spelling, or make it first", absolute)
	case err != nil:
		return Place{}, fmt.Errorf("%s cannot be opened: %w", absolute, errors.Unwrap(err))
	case info.IsDir() && line > 0:
		return Place{}, fmt.Errorf("%s is a folder and has no lines. Nothing was opened", absolute)
	case !info.IsDir() && !info.Mode().IsRegular():
		return Place{}, fmt.Errorf("%s is neither a file nor a folder. Nothing was opened", absolute)
	}
	return Place{Path: absolute, File: !info.IsDir(), Line: line, Column: column}, nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// localFile is the path of a file: address, as file managers give them.
func localFile(address string) (string, error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.User != nil || parsed.Host != "" && parsed.Host != "localhost" || !strings.HasPrefix(parsed.Path, "/") || strings.ContainsRune(parsed.Path, 0) {
		return "", fmt.Errorf("%s is no file of this machine. Nothing was opened", address)
	}
	path := parsed.Path
	if len(path) > 2 && path[2] == ':' && filepath.VolumeName(path[1:]) != "" {
		path = path[1:] // a drive
	}
	return filepath.FromSlash(path), nil
}

// lines is an error for a terminal, which a text of others cannot control; where
// it has several lines they stay.
func lines(err error) string {
	var shown []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		shown = append(shown, plain(line))
	}
	return strings.Join(shown, "\n")
}
