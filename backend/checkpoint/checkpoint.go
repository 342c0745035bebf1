// Package checkpoint saves and restores the files of a workspace.
//
// A checkpoint names a tree of blobs, each kept once under the hash of its
// content. Saving rereads a file only when its stat changed, or is too recent
// to tell; restoring writes only files that differ.
//
// # Promises
//
// A checkpoint is complete or says what it lacks. For every path it says one of
// three things: present, absent, or unknown; only the first two drive a
// restore. Restoring first saves what it is about to overwrite, so it can be
// undone, and overwrites only what it saved: whatever changed since is a
// conflict and stays. Paths that were not captured are neither written nor
// deleted, nothing below a .git is touched, and no symbolic link is followed. A
// restore that a crash cut off is finished or dropped by the next [Open] or
// the next operation that writes.
//
// # What is captured
//
// Everything below the workspace: files with all twelve mode bits, symbolic
// links, folders, whether git would track them or not. Unknown by policy are
// .git, folders on another device, Keel's own data, and bulk: a folder that
// ignore rules exclude and that is called node_modules, target or .venv, holds
// a CACHEDIR.TAG, more than 2,000 files or more than 100 MiB. Unknown for
// cause, and therefore listed as problems, are files above the size cap,
// sockets and the like, and what could not be read. Only the .gitignore files
// of the workspace count as ignore rules.
//
// What is covered is decided anew by each checkpoint. Where a restore or the
// user brings ignore rules into force, what they make bulk is unknown from then
// on, also to an undo, which leaves it alone and lists it.
//
// Owners, access lists, extended attributes, times and the ties between hard
// links are not kept. A store into an already dirty memory-mapped page changes
// no time stamp until it is written back, and is not noticed before. A process
// that goes on writing to a file it opened before a restore replaced it writes
// to a file that has no name any more.
//
// # Paths
//
// Paths are relative to the workspace, with forward slashes. Where a name is
// not UTF-8, each stray byte is written as a NUL and two hexadecimal digits;
// as no name holds a NUL, this loses nothing and passes through JSON. See
// [EncodePath]. Methods take both forms.
package checkpoint

import (
	"errors"

	"github.com/keel-ide/keel/backend/diff"
)

// What a caller may need to tell apart.
var (
	ErrNotFound        = errors.New("there is no such checkpoint")
	ErrNotInCheckpoint = errors.New("the path is not in the checkpoint")
	ErrNotCovered      = errors.New("the path was not captured")
	ErrNotFile         = errors.New("the path is a folder")
	ErrNothingToUndo   = errors.New("no restore has this id")
	ErrBusy            = errors.New("another process is working on this workspace's checkpoints")
	ErrDamaged         = errors.New("the stored bytes are damaged")
	ErrClosed          = errors.New("the checkpoint store is closed")
)

// Reason is what a checkpoint was made for.
type Reason string

const (
	TurnStart   Reason = "turn-start"
	TurnEnd     Reason = "turn-end"
	PreTool     Reason = "pre-tool"
	PostTool    Reason = "post-tool"
	PreRestore  Reason = "pre-restore"
	PostRestore Reason = "post-restore"
	Manual      Reason = "manual"
	Drift       Reason = "drift"
)

// Checkpoint describes one saved state.
type Checkpoint struct {
	ID         string `json:"id"`
	Parent     string `json:"parent,omitempty"` // the checkpoint before it
	Reason     Reason `json:"reason"`
	SessionID  string `json:"sessionId,omitempty"`
	TurnID     string `json:"turnId,omitempty"`
	ToolCallID string `json:"toolCallId,omitempty"`
	Label      string `json:"label,omitempty"`
	CreatedAt  int64  `json:"createdAt"` // Unix milliseconds
	DurationMs int64  `json:"durationMs"`

	// Complete is false when a path that should be covered is not; Problems
	// then says which, sorted.
	Complete bool      `json:"complete"`
	Problems []Problem `json:"problems,omitempty"`
	Files    int       `json:"files"`   // files and links captured
	Changed  int       `json:"changed"` // what differs from Parent, as Diff lists it; all for the first

	Pinned bool   `json:"pinned,omitempty"` // never cleaned up
	Policy string `json:"policy"`           // hash of the rules that decided what is covered
	Tree   string `json:"tree"`             // hash of the whole state: equal trees are equal states
}

// Problem is a path that should have been captured and was not.
type Problem struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// CreateRequest says what a checkpoint is for.
type CreateRequest struct {
	Reason                        Reason // Manual when empty
	SessionID, TurnID, ToolCallID string
	Label                         string
}

// Kind is what stands at a path.
type Kind string

const (
	KindFile       Kind = "file"
	KindFolder     Kind = "folder"
	KindSymlink    Kind = "symlink"
	KindSpecial    Kind = "special"    // socket, pipe, device: not captured
	KindUncaptured Kind = "uncaptured" // not captured, nor anything below it
)

// Entry is what a checkpoint knows of one path.
type Entry struct {
	Path   string `json:"path"`
	Kind   Kind   `json:"kind"`
	Mode   uint32 `json:"mode"` // the twelve permission bits; 0 for a link
	Size   int64  `json:"size"`
	Hash   string `json:"hash,omitempty"`   // of a file: SHA-256, hexadecimal
	Target string `json:"target,omitempty"` // of a link
	Reason string `json:"reason,omitempty"` // why it was not captured
}

// Change is one path that differs between two states. A folder is listed only
// where no file below it tells of it. A renamed file has the very same content
// in both places.
type Change struct {
	Path    string    `json:"path"`
	Kind    diff.Kind `json:"kind"`
	From    string    `json:"from,omitempty"`
	OldKind Kind      `json:"oldKind,omitempty"` // "" when added
	NewKind Kind      `json:"newKind,omitempty"` // "" when deleted
	OldMode uint32    `json:"oldMode,omitempty"`
	NewMode uint32    `json:"newMode,omitempty"`
	OldSize int64     `json:"oldSize,omitempty"`
	NewSize int64     `json:"newSize,omitempty"`
}

// Verb is how a restore treats what changed since.
type Verb string

const (
	// Exact makes everything that is covered what it was at the checkpoint.
	Exact Verb = "exact"
	// Agent takes back only what changed between ID and After; a path that was
	// changed again since then is a conflict.
	Agent Verb = "agent"
)

// RestoreRequest says what to restore. Paths, when not empty, are the files and
// folders to restore; nothing outside them is touched, but for parent folders
// that are missing.
type RestoreRequest struct {
	ID    string   `json:"id"`
	Verb  Verb     `json:"verb"`            // Exact when empty
	After string   `json:"after,omitempty"` // with Agent: the state after the changes
	Paths []string `json:"paths,omitempty"`
}

// Conflict is a path that is left as it is, and why.
type Conflict struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// Plan is what a restore would do. Folders are listed only where no file below
// them tells of them. No slice is nil.
type Plan struct {
	Write     []string   `json:"write"`
	Delete    []string   `json:"delete"`
	Conflicts []Conflict `json:"conflicts"`
	Unknown   []string   `json:"unknown"` // not covered: left alone
}

// Result is what a restore did, counted as [Plan] lists it. Undo is the id of
// the checkpoint taken before, for [Store.Undo]. No slice is nil.
type Result struct {
	Written   int        `json:"written"`
	Deleted   int        `json:"deleted"`
	Conflicts []Conflict `json:"conflicts"`
	Unknown   []string   `json:"unknown"`
	Undo      string     `json:"undo"`
}
