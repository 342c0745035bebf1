package checkpoint

import "fmt"

// PathError says why a path cannot be had as it was. It wraps [ErrNotInCheckpoint]
// or [ErrNotCovered].
type PathError struct {
	Path       string // encoded
	Checkpoint string // its id; empty for the disk as it is now
	Reason     string // why it is not covered, in words; may be empty
	Err        error
}

func (e *PathError) Error() string {
	if e.Reason != "" {
		return fmt.Sprintf("reading %q: %v (%s)", e.Path, e.Err, e.Reason)
	}
	return fmt.Sprintf("reading %q: %v", e.Path, e.Err)
}

func (e *PathError) Unwrap() error { return e.Err }

// whyUnknown says in words why a path is not captured: for its own sake, or for
// that of a folder above it, which is then named. It may be empty.
func (t *tree) whyUnknown(raw string) string {
	for at := raw; at != "."; at = folderOf(at) {
		e := t.entry(at)
		switch {
		case e == nil || e.known() || e.reason == "":
			continue
		case at == raw:
			return e.reason
		}
		return EncodePath(at) + ": " + e.reason
	}
	if n := t.node(t.root); n != nil && n.Partial {
		return reasonPending
	}
	return ""
}
