// Package node is the tree of a checkpoint: folders as values that are named by
// the hash of what they hold.
//
// # Promises
//
// A folder's encoding depends on nothing but what it holds, so that equal
// folders, with all below them, have equal ids and two trees are compared in
// the time that their differences take. Names are raw bytes, sorted as such.
// Every name is present, or it is unknown and says why; a name that is not
// there is absent, except in a partial folder, which says nothing of what it
// does not list. Decoding takes nothing on trust: what is not exactly an
// encoding is an error.
package node

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
)

// ID names content, or a folder, by the SHA-256 of its bytes or its encoding.
type ID [sha256.Size]byte

func (id ID) String() string { return hex.EncodeToString(id[:]) }

// IsZero tells whether the id names nothing.
func (id ID) IsZero() bool { return id == ID{} }

// Sum is the id of some bytes.
func Sum(data []byte) ID { return sha256.Sum256(data) }

// MarshalText is for JSON.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (id *ID) UnmarshalText(text []byte) (err error) {
	*id, err = Parse(string(text))
	return err
}

// ErrNotID is the error of [Parse].
var ErrNotID = errors.New("not an id")

// Parse reads what String wrote.
func Parse(text string) (ID, error) {
	var id ID
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != len(id) {
		return id, ErrNotID
	}
	copy(id[:], raw)
	return id, nil
}

// Kind is what stands at a name. The numbers are part of the format.
type Kind uint8

const (
	File Kind = iota
	Folder
	Symlink
	Special    // a socket, pipe or device: unknown
	Uncaptured // unknown, with all that may be below it
)

// Cause is why something is unknown. The numbers are part of the format.
type Cause uint8

const (
	None Cause = iota
	// By policy.
	Git
	Bulk
	Device
	Own
	// What should have been captured.
	TooLarge
	NotFile
	Unreadable
	Unstable
	// By policy, again.
	Ignored
	Purged
	// Pending is a partial folder's excuse: the rest had not been read yet.
	Pending
)

// Problem tells whether the cause makes a checkpoint incomplete.
func (c Cause) Problem() bool {
	return c == TooLarge || c == NotFile || c == Unreadable || c == Unstable || c == Pending
}

// Entry is one name in a folder.
type Entry struct {
	Name  string
	ID    ID     // of a file's content or of a folder
	Size  int64  // in bytes; of a folder, of all files in it
	Files uint32 // of a folder: files and links in it
	Mode  uint16 // twelve permission bits; 0 for a link
	Kind  Kind
	Cause Cause
	// Below sums up what a folder holds, at any depth.
	Below Holds
	More  *More // nil for most
}

// Holds says what kinds of gaps a folder has.
type Holds uint8

const (
	HoldsUnknown Holds = 1 << iota // something not captured, other than git's own data
	HoldsProblem                   // something that should have been captured
)

// More is what only some entries have.
type More struct {
	Target string // of a link, raw
	Reason string // in words, why it is unknown
	Print  uint64 // of something unknown: differs when it seems to have changed
}

// Known tells whether the entry was captured.
func (e *Entry) Known() bool { return e.Cause == None }

// Target is a link's target.
func (e *Entry) Target() string {
	if e.More == nil {
		return ""
	}
	return e.More.Target
}

// Reason says why the entry is unknown.
func (e *Entry) Reason() string {
	if e.More == nil {
		return ""
	}
	return e.More.Reason
}

// Same tells whether two entries of one name are equal in every respect.
func (e *Entry) Same(o *Entry) bool {
	if e.ID != o.ID || e.Size != o.Size || e.Mode != o.Mode || e.Kind != o.Kind || e.Cause != o.Cause || e.Files != o.Files || e.Below != o.Below {
		return false
	}
	if e.More == nil || o.More == nil {
		return e.More == o.More
	}
	return *e.More == *o.More
}

// Node is a folder: its entries sorted by name. It is not changed once made.
type Node struct {
	Entries []Entry
	Partial bool // names that are not listed are unknown
}

// Find returns the entry of a name, or nil.
func (n *Node) Find(name string) *Entry {
	i, found := n.Index(name)
	if !found {
		return nil
	}
	return &n.Entries[i]
}

// Index is where a name is, or would be.
func (n *Node) Index(name string) (int, bool) {
	return slices.BinarySearchFunc(n.Entries, name, func(e Entry, name string) int { return strings.Compare(e.Name, name) })
}

// Sum describes the folder as its parent lists it, but for its name and mode.
func (n *Node) Sum(id ID) Entry {
	out := Entry{ID: id, Kind: Folder}
	if n.Partial {
		out.Below = HoldsUnknown | HoldsProblem
	}
	for i := range n.Entries {
		e := &n.Entries[i]
		switch {
		case !e.Known():
			if e.Cause != Git {
				out.Below |= HoldsUnknown
			}
			if e.Cause.Problem() {
				out.Below |= HoldsProblem
			}
		case e.Kind == Folder:
			out.Files += e.Files
			out.Size += e.Size
			out.Below |= e.Below
		default:
			out.Files++
			out.Size += e.Size
		}
	}
	return out
}
