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

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/keel-ide/keel/backend/diff"
)

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

// Hunks takes a change apart, in the order of the file's lines. Between two
// hunks stands at least one line that was not changed. It is [ErrWhole] where
// that cannot be.
func Hunks(before, after []byte) ([]Hunk, error) {
	c, err := compare(before, after)
	if err != nil {
		return nil, err
	}
	return c.hunks, nil
}

// Keep returns what a file is with only the hunks kept for which keep is true. It
// is [ErrWhole] where there are no hunks.
func Keep(before, after []byte, keep func(id string) bool) ([]byte, error) {
	c, err := compare(before, after)
	if err != nil {
		return nil, err
	}
	kept := make([]bool, len(c.spans))
	for i, hunk := range c.hunks {
		kept[i] = keep(hunk.ID)
	}
	chosen, _ := c.choose(kept)
	return chosen.bytes(), nil
}

// change is two versions and what differs between them: spans, one for each of
// hunks.
type change struct {
	before, after text
	spans         []diff.Span
	hunks         []Hunk
}

func compare(before, after []byte) (change, error) {
	c := change{before: newText(before), after: newText(after)}
	if !c.before.comparable(c.after) {
		return change{}, ErrWhole
	}
	c.spans = c.before.differences(c.after)
	c.hunks = make([]Hunk, len(c.spans))
	for i, s := range c.spans {
		c.hunks[i] = Hunk{
			OldStart: start(s.OldFrom, s.OldTo), OldLines: s.OldTo - s.OldFrom,
			NewStart: start(s.NewFrom, s.NewTo), NewLines: s.NewTo - s.NewFrom,
		}
		c.hunks[i].ID = id(c.hunks[i], c.before.lines[s.OldFrom:s.OldTo], c.after.lines[s.NewFrom:s.NewTo])
	}
	return c, nil
}

// id names a hunk. Its place makes it unique in its change: no two hunks begin
// at the same lines.
func id(h Hunk, old, now []string) string {
	sum := sha256.New()
	for _, side := range [][]string{old, now} {
		fmt.Fprintf(sum, "%d\n", len(side))
		for _, line := range side {
			_, _ = io.WriteString(sum, line) // a hash never fails
		}
		fmt.Fprint(sum, "\x00")
	}
	return fmt.Sprintf("%d.%d.%s", h.OldStart, h.NewStart, hex.EncodeToString(sum.Sum(nil)[:8]))
}

// start turns a range that counts from 0 into a hunk's start.
func start(from, to int) int {
	if from == to {
		return from
	}
	return from + 1
}

// choose makes the text that has the new lines of the hunks that are kept and
// the old ones of the others, and tells where in it each hunk is.
func (c change) choose(kept []bool) (chosen text, at []lineRange) {
	chosen.encoding = c.before.encoding
	at = make([]lineRange, len(c.spans))
	next := 0
	for i, s := range c.spans {
		chosen = chosen.with(c.before, next, s.OldFrom)
		from := len(chosen.lines)
		if kept[i] {
			chosen = chosen.with(c.after, s.NewFrom, s.NewTo)
		} else {
			chosen = chosen.with(c.before, s.OldFrom, s.OldTo)
		}
		at[i] = lineRange{from, len(chosen.lines)}
		next = s.OldTo
	}
	return chosen.with(c.before, next, len(c.before.lines)), at
}
