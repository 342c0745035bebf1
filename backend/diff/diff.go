// Package diff compares two versions of a text by lines, and merges the changes
// of two.
//
// # Promises
//
// Applying the hunks of a [File] to the old bytes gives the new bytes, exactly:
// line endings, a missing final newline and invalid UTF-8 are part of the lines
// and survive. What is too large or is not text is said to be so, never
// approximated. A merge is clean or there is none. The same versions always differ
// in the same places, which need not be the fewest.
//
// The lines are found by znkr.io/diff: Myers' algorithm with linear space and
// heuristics for large inputs.
package diff

// Kind is what happened to a path.
type Kind string

const (
	Added    Kind = "added"
	Modified Kind = "modified"
	Deleted  Kind = "deleted"
	Renamed  Kind = "renamed"
)

// File is the comparison of two versions of one path. Hunks is empty and the
// counts are 0 when Binary or TooLarge; else Added and Removed count lines.
type File struct {
	Path     string `json:"path"`
	From     string `json:"from,omitempty"` // the old path of a renamed file
	Kind     Kind   `json:"kind"`
	Added    int    `json:"added"`
	Removed  int    `json:"removed"`
	Binary   bool   `json:"binary,omitempty"`
	TooLarge bool   `json:"tooLarge,omitempty"`
	Hunks    []Hunk `json:"hunks,omitempty"`
}

// Hunk is a run of changed lines with up to three lines around it. Starts are
// 1-based line numbers; as in the unified format, a side without lines starts
// at the line it stands behind (0 at the top).
type Hunk struct {
	OldStart int    `json:"oldStart"`
	OldLines int    `json:"oldLines"`
	NewStart int    `json:"newStart"`
	NewLines int    `json:"newLines"`
	Lines    []Line `json:"lines"`
}

// Op says on which side a line stands.
type Op string

const (
	Equal  Op = "equal"
	Insert Op = "insert"
	Delete Op = "delete"
)

// Line is one line of a hunk, with its own line ending where it has one. Text
// holds the file's bytes; encoding it as JSON loses those that are not UTF-8,
// which is enough to show it but not to apply it.
type Line struct {
	Op   Op     `json:"op"`
	Text string `json:"text"`
}
