package agent

import (
	"context"
	"encoding/json"

	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// Tools is what the model may ask for.
type Tools interface {
	Specs() []provider.ToolSpec
	// Prepare finds out what a call would do, without doing any of it. An
	// error's text is for the model: it says what to do instead.
	Prepare(ctx context.Context, view View, name string, arguments json.RawMessage) (Prepared, error)
	// Shown says that the model was shown all of a file, by the SHA-256 of its bytes
	// in hexadecimal: as if a call had read it, where it still is that.
	Shown(ctx context.Context, view View, path, hash string)
}

// View says whose call it is. What was read belongs to the view: a sub agent has
// not read what the conversation has, nor the other way round. What goes on in
// the background belongs to the session.
type View struct {
	SessionID string
	SubAgent  string // the item of its call; empty for the conversation itself
}

// Prepared is a call that could run.
type Prepared interface {
	Plan() Plan
	// Run acts, unless what would happen is no longer what Plan says. It uses host
	// from any goroutine, but never after it returned.
	Run(ctx context.Context, host Host) Result
}

// Proposer is a prepared call that would write one text file. Who is asked about
// it can take it in part, or change it, before it runs.
type Proposer interface {
	Prepared
	// Proposal is what it would write; ok is false when it writes no text file.
	Proposal() (proposal Proposal, ok bool)
	// Compare compares two versions of the file for the model; nil is no file.
	Compare(before, after []byte) diff.File
	// Revise is the call with other bytes to write, onto the same version of the
	// file. An error's text is for the model.
	Revise(ctx context.Context, revision Revision) (Proposer, error)
	// Rebase is the call on top of the file as it is now: the same bytes on both
	// sides while nothing has changed. An error says, for the model, why it cannot be.
	Rebase(ctx context.Context) (Proposer, error)
}

// Proposal is one file's change in bytes. Before is nil for a file that is yet to
// be made.
type Proposal struct {
	Path          string
	Before, After []byte
}

// Revision is what is to be written instead of what a call proposed. Told is set
// when the model is told exactly how it differs from that: only then it knows the
// file afterwards, and need not read it again.
type Revision struct {
	After []byte
	Told  bool
}

// Host is what a running call can have of its turn.
type Host interface {
	// Output shows live output.
	Output(data []byte)
	// Todo shows the model's plan, whole, in place of the one before, within
	// [session.MaxTodos] and [session.MaxTodoText].
	Todo(list []session.Todo)
	// Ask puts a question to the user and waits for the answer. It is
	// [ErrNobody] where there is nobody to ask.
	Ask(ctx context.Context, question session.Question) (answer string, err error)
	// SubAgent has another conversation do a task and returns its last reply.
	SubAgent(ctx context.Context, task SubTask) (reply string, err error)
}

// SubTask is what a sub agent is to do. It has none of the conversation.
type SubTask struct {
	Prompt string
	Write  bool // it may change files and run commands, under the same rules
}

// Plan is what a call would do.
type Plan struct {
	Kind    session.ToolKind
	Title   string // "Edit calc.go"
	Paths   []string
	Command string
	Folder  string
	// Address is what would be fetched, SignedIn with whose sign-in, such as
	// "@octocat"; empty for none.
	Address, SignedIn string

	Diff *diff.File
	// Mutates says that it may change files: it gets checkpoints around it. A call
	// of sub_agent gets none, as the calls inside it do; it is then run alone.
	Mutates bool
	Hash    string // of exactly what would happen
}

// Result is what came of a call.
type Result struct {
	Text     string // for the model
	IsError  bool
	ExitCode int
	HasExit  bool
	Changed  bool // nothing was done: what would happen is no longer what was planned
	// Living tells whether what a command left running still runs; nil when it
	// left nothing. It may be called from any goroutine.
	Living func() bool
	// Background is a command that goes on; nil for any other call.
	Background Background
}

// Background is a command that goes on after its call.
type Background interface {
	ID() string
	// Follow gives output as it comes, from where that given to [Host] has ended,
	// until the command has ended, or ctx has, and then says how: with an error
	// when that is not known.
	Follow(ctx context.Context, output func([]byte)) (exitCode int, err error)
}

// Policy decides what may happen; [approval.Policy] is the real one.
type Policy interface {
	Decide(ctx context.Context, request approval.Request) approval.Decision
}

// Checkpoints saves and restores the workspace.
type Checkpoints interface {
	// Create saves the present state.
	Create(ctx context.Context, request CheckpointRequest) (Checkpoint, error)
	// Paths lists what differs between two checkpoints; of a renamed file both
	// names.
	Paths(ctx context.Context, from, to string) ([]string, error)
	// Restore brings files back.
	Restore(ctx context.Context, request RestoreRequest) (Restored, error)
	// Undo takes a restore back.
	Undo(ctx context.Context, id string) (Restored, error)
	// Changes compares two checkpoints for a person; By is left empty.
	Changes(ctx context.Context, before, after string) ([]session.FileChange, error)
}

// When a checkpoint is taken.
const (
	ReasonTurnStart = "turn-start"
	ReasonPreTool   = "pre-tool"
	ReasonPostTool  = "post-tool"
	ReasonTurnEnd   = "turn-end"
)

// CheckpointRequest says what a checkpoint is for.
type CheckpointRequest struct {
	Reason     string
	SessionID  string
	TurnID     string
	ToolCallID string
	Label      string
	// Targets are the only paths that the call it is around can change; nil for
	// any. The paths of an edit need not wait for a large workspace to be read.
	Targets []string
}

// Checkpoint is a saved state. Uncovered holds, by path, why a path that could
// not be captured was not.
type Checkpoint struct {
	ID        string
	Uncovered map[string]string
}

// RestoreRequest says what to bring back. With After, only what After changed
// since Before is taken back and what changed since is a conflict; without it
// the workspace becomes Before exactly. No Paths means all.
type RestoreRequest struct {
	Before string
	After  string
	Paths  []string
}

// Restored is what a restore did.
type Restored struct {
	Written   int        `json:"written"`
	Deleted   int        `json:"deleted"`
	Conflicts []Conflict `json:"conflicts"`
	Unknown   []string   `json:"unknown"`
	Undo      string     `json:"undo"` // takes it back
}

// Conflict is a path that was left alone.
type Conflict struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// References reads what prompts point at.
type References interface {
	// Read returns the references with their content, in their order. It never
	// fails: what cannot be had says so in its content. When ctx ends, what was not
	// read yet says that.
	Read(ctx context.Context, request ReferenceRequest) []session.Reference
}

// ReferenceRequest is the references of one message.
type ReferenceRequest struct {
	SessionID  string
	Prompt     string // what of the workspace matters is looked for by its words
	References []session.Reference
	Budget     int // tokens for all of them; 0 when it is not known
}
