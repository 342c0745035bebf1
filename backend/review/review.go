// Package review takes a change of a file apart into hunks that can be kept or
// taken back by themselves.
//
// # Promises
//
// Everything is a function of bytes: nothing is read, written or kept. The same
// two versions give the same hunks with the same ids, on any machine and in any
// later version. Keeping all of them gives the new version byte for byte, keeping
// none the old one, and the order of decisions does not matter. What was changed
// again since is never overwritten: a hunk of which that is true is stale.
package review

import "errors"

// ErrWhole is returned for two versions that cannot be taken apart: a binary or
// very large file, or one that is not there on one side. They are all or nothing.
var ErrWhole = errors.New("this change is all or nothing")

// Hunk is lines that were changed, without any around them. A start is 1-based;
// where there are no lines, it is the line before, 0 at the top.
type Hunk struct {
	ID       string // stable: made of its place and its lines
	OldStart int
	OldLines int
	NewStart int
	NewLines int
}

// Standing is where a hunk is in a later version of the file.
type Standing struct {
	Hunk
	State State
	Start int // in the later version; as in Hunk
	Lines int
}

// State is what has become of a hunk.
type State string

const (
	There State = "there" // its new lines stand as they were made
	Gone  State = "gone"  // its old lines stand again
	Stale State = "stale" // neither: they were changed again
)

// Hunks takes a change apart. It is [ErrWhole] where that cannot be.
func Hunks(before, after []byte) ([]Hunk, error) { return nil, ErrWhole }

// Keep returns what a file is with only the hunks kept for which keep is true.
func Keep(before, after []byte, keep func(id string) bool) ([]byte, error) { return nil, ErrWhole }

// Locate tells where the hunks of a change are in a later version.
func Locate(before, after, now []byte) ([]Standing, error) { return nil, ErrWhole }

// TakeBack takes hunks out of a later version, which keeps everything else that
// was changed in it since. Of ids, stale are those that could not be taken back.
func TakeBack(before, after, now []byte, ids []string) (result []byte, stale []string, err error) {
	return nil, ids, ErrWhole
}
