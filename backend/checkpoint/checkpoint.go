// Package checkpoint saves and restores the files of a workspace.
//
// A checkpoint names a tree of folders, each kept under the hash of what it
// holds, down to contents that are kept once. Saving looks only at what may
// have changed and rereads a file only when its stat changed, or is too recent
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
// the next operation that writes. A checkpoint whose id was returned survives
// the loss of power. All this also holds for [Store.Patch], which gives single
// files a content that no checkpoint has.
//
// What is stored is checked against its hash whenever it is read; a damaged
// content is an error and never restored. Cleaning up never takes a pinned
// checkpoint, and never runs inside a checkpoint or a restore.
//
// # What is captured
//
// Everything below the workspace: files with all twelve mode bits, symbolic
// links, folders, whether git would track them or not. Unknown by policy are
// .git, folders on another device, Keel's own data, and bulk: a folder that
// ignore rules exclude and that is called node_modules, target or .venv, holds
// a CACHEDIR.TAG, more than 2,000 files or more than 100 MiB. Other ignored
// files are captured up to 1 MiB each and 64 MiB together. What was captured
// once stays captured, but for folders that go by their name or tag. Unknown
// for cause, and therefore listed as problems, are files above the size cap,
// sockets and the like, and what could not be read. Only the .gitignore files
// of the workspace count as ignore rules; they are matched as git does, without
// regard to core.ignoreCase. What is unknown has a fingerprint, so that a later
// checkpoint shows when it seems to have changed.
//
// The rules are part of a checkpoint: what it covers does not change when they
// do. A restore, or an undo, to a state that had other rules goes by both: first
// it also captures what those rules covered, or will cover once they are back,
// and only the rules of now leave out; then it brings all of it back at once.
// What the state itself does not cover is left alone.
//
// Owners, access lists, extended attributes, times and the ties between hard
// links are not kept. A store into a memory-mapped page is noticed only once the
// system has written it back or the mapping has ended.
//
// # How it is kept
//
// A store is a folder of its own, readable by its owner only: contents and
// folders in append-only segments (package pack), what relates them in an SQLite
// database (package meta), what was read last in a stat cache that may be lost.
// Contents are made durable first, then the database row that refers to them.
// What a checkpoint is about is also written into the segments, so that [Rescue]
// finds most of them again when the database is lost. Large files are kept in
// pieces, cut where their content says so.
//
// On a disk that is full to the last byte a store can be opened and read, and
// its history deleted; what needs room is [ErrFull], and has changed nothing.
//
// A watcher tells which folders to look at, once [Store.Warm] has run and where
// the file system is a local one. It is a hint: a cookie shows that it has told
// everything so far, folders that hold files with other names are looked at in
// any case, and now and then every folder is read all the same. If that finds
// anything that the watcher had not told, it is switched off, and a [Notice] says
// so.
//
// Files that a restore displaced are kept for [Options.Grace], as a program may
// still have them open; what it wrote by then is kept with the checkpoint before
// the restore. Where workspace and store are on different devices, files are
// staged in the workspace under a temporary name, and go at once. Names of this
// very form, ".keel-", at least 26 characters out of A-Z and 2-7, ".tmp", are not
// captured: while they are new, silently, as they are about to go; those older
// than an hour, which a killed process left, are listed as not covered.
//
// # Systems
//
// All of this is so on Linux. On macOS there is no watcher, and the scanner is
// the portable one: as right, but slower. On Windows there are, besides, no
// numbers and no change times of files, so that a file whose size and time were
// both put back is taken as unchanged; no exchange of two names at once, so that
// for a moment while a file is replaced there is none at its path, and a crash
// in this moment is made good by the next start; and of the mode bits only
// read-only. Both are compiled and vetted, but have not been run.
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

	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
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
	ErrDamaged         = pack.ErrDamaged
	ErrClosed          = errors.New("the checkpoint store is closed")
	ErrNewer           = errors.New("the checkpoints were written by a newer version of Keel")
	ErrReadOnly        = errors.New("the checkpoint store cannot be written to")
	ErrFull            = errors.New("there is no space left on the disk with the checkpoints")
	ErrReplaced        = errors.New("the record of the checkpoints was replaced meanwhile: open the folder again")
	ErrYielded         = errors.New("the clean-up gave way to other work")
	ErrNoRecord        = errors.New("the record of the checkpoints is lost or damaged")
	ErrNotRescued      = errors.New("the checkpoints cannot be found again")
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
	Name       string `json:"name,omitempty"` // that a person has given it since
	CreatedAt  int64  `json:"createdAt"`      // Unix milliseconds
	DurationMs int64  `json:"durationMs"`

	// Complete is false when a path that should be covered is not; Problems
	// then says which, sorted.
	Complete bool      `json:"complete"`
	Problems []Problem `json:"problems,omitempty"`
	Files    int       `json:"files"`   // files and links captured
	Changed  int       `json:"changed"` // what differs from Parent, as Diff lists it; all for the first

	Pinned bool   `json:"pinned,omitempty"` // never cleaned up
	Policy string `json:"policy"`           // hash of the rules that decided what is covered
	Head   string `json:"head,omitempty"`   // git's commit then, for information only
	Branch string `json:"branch,omitempty"` // and its branch
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
	// Label is for people: what is kept of it is one line of at most 200
	// characters.
	Label string

	// Targets are the only paths that what follows is about. While the first
	// reading of a large workspace still runs, they are captured at once and the
	// rest follows; nil means everything.
	Targets []string

	aim *aim // of the restore that it is taken before; else nil
}

// Unsaved is the text that an editor holds and has not saved.
type Unsaved struct {
	Path    string
	Content []byte
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

	// Unsaved counts as what stands at its paths now. It is kept with the
	// checkpoint before the restore; see [Store.Unsaved].
	Unsaved []Unsaved `json:"-"`
	// Merge, with Agent, also takes the changes out of files that were changed
	// again since in other places, leaving those newer changes.
	Merge bool `json:"merge,omitempty"`
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
	Merge     []string   `json:"merge"` // changed since, and can be merged: done only where asked for
	Conflicts []Conflict `json:"conflicts"`
	Unknown   []string   `json:"unknown"` // not covered: left alone
	Unsaved   []string   `json:"unsaved"` // of the written and deleted: an editor holds unsaved text
	Large     bool       `json:"large"`   // more than 500 files, or than a fifth of all: worth asking twice
}

// Result is what a restore did, counted as [Plan] lists it. Undo is the id of
// the checkpoint taken before, for [Store.Undo]. No slice is nil.
type Result struct {
	Written   int        `json:"written"`
	Deleted   int        `json:"deleted"`
	Merged    int        `json:"merged"` // of the written
	Conflicts []Conflict `json:"conflicts"`
	Unknown   []string   `json:"unknown"`
	Unsaved   []string   `json:"unsaved"` // what an editor should now read again from the disk
	Undo      string     `json:"undo"`
}
