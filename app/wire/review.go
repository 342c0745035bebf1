package wire

import "github.com/keel-ide/keel/backend/session"

// ReviewStatus is where a change stands.
type ReviewStatus string

const (
	ReviewPending  ReviewStatus = "pending"  // nothing was decided yet
	ReviewAccepted ReviewStatus = "accepted" // it is kept
	ReviewRejected ReviewStatus = "rejected" // it was taken back
	// ReviewStale is a change that is no longer there as it was made: the same lines
	// were changed again, or the file is gone. It cannot be rejected by itself.
	ReviewStale ReviewStatus = "stale"
	// ReviewMixed is a file or a set whose changes stand in different places.
	ReviewMixed ReviewStatus = "mixed"
)

// ChangeSet is what one turn has changed, with what was decided about it.
type ChangeSet struct {
	TurnID   string              `json:"turnId"`
	Title    string              `json:"title"` // the first line of the prompt
	At       int64               `json:"at"`    // Unix milliseconds, of the turn's end; 0 while it runs
	Before   string              `json:"before"`
	After    string              `json:"after"` // empty while the turn runs
	Reverted string              `json:"reverted"`
	Status   ReviewStatus        `json:"status"`
	Files    []ReviewFile        `json:"files"`
	Left     []session.LeftAlone `json:"left"` // what a revert could not take back, to be decided on
	Added    int                 `json:"added"`
	Removed  int                 `json:"removed"`
	Pending  int                 `json:"pending"` // files that still have something to be decided
}

// ReviewFile is one file of a change set.
type ReviewFile struct {
	session.FileChange
	Status ReviewStatus `json:"status"`
	// Agent is set for what the session's agent did: only that is to be reviewed.
	Agent   bool  `json:"agent"`
	Hunks   int   `json:"hunks"` // 1 where the file is all or nothing
	Pending int   `json:"pending"`
	OldSize int64 `json:"oldSize"` // bytes; 0 when it was not there
	NewSize int64 `json:"newSize"`
}

// ReviewState is the change sets of a session, the newest last.
type ReviewState struct {
	SessionID string      `json:"sessionId"`
	Sets      []ChangeSet `json:"sets"`
	Files     int         `json:"files"` // different paths with something pending
	Added     int         `json:"added"` // lines, of what is pending
	Removed   int         `json:"removed"`
	Undo      string      `json:"undo"` // the title of what Undo would take back; empty when there is nothing
	Redo      string      `json:"redo"`
}

// FileReviewRequest asks for one file. Unsaved is the text that an editor holds
// of it, if it holds any.
type FileReviewRequest struct {
	SessionID string        `json:"sessionId"`
	Path      string        `json:"path"`
	Unsaved   []UnsavedText `json:"unsaved"`
}

// FileReview is what the agent changed in one file, where it stands now. Hunks
// of all turns are in the order of their lines.
type FileReview struct {
	Path  string       `json:"path"`
	Hunks []ReviewHunk `json:"hunks"`
	// Whole are changes that are all or nothing, of binary, new, deleted, renamed
	// and very large files among them.
	Whole []ReviewWhole `json:"whole"`
}

// ReviewHunk is lines that the agent changed. Start and Lines are where they
// stand in the file now: 1-based; without lines, Start is the line before, 0 at
// the top. For a stale one they say where it was made.
type ReviewHunk struct {
	TurnID string       `json:"turnId"`
	ID     string       `json:"id"`
	Status ReviewStatus `json:"status"`
	Start  int          `json:"start"`
	Lines  int          `json:"lines"`
	Old    string       `json:"old"` // the lines that stood there, as UTF-8; of many, the first
	// OldStart and NewStart are where it was in the turn's two states.
	OldStart int    `json:"oldStart"`
	OldLines int    `json:"oldLines"`
	NewStart int    `json:"newStart"`
	NewLines int    `json:"newLines"`
	Why      string `json:"why"` // a sentence, where it is stale
}

// ReviewWhole is a change of a file that is all or nothing.
type ReviewWhole struct {
	TurnID string       `json:"turnId"`
	Status ReviewStatus `json:"status"`
	What   string       `json:"what"` // a sentence: what was changed
	Why    string       `json:"why"`  // a sentence, where it is stale
}

// ReviewDecision decides about changes: of a session, of one of its turns, of a
// file, or of hunks of a file. What is left empty means all.
type ReviewDecision struct {
	SessionID string           `json:"sessionId"`
	TurnID    string           `json:"turnId"`
	Path      string           `json:"path"`
	Hunks     []string         `json:"hunks"`    // with TurnID and Path
	Decision  session.Decision `json:"decision"` // accepted, rejected; empty to take an acceptance back
	Unsaved   []UnsavedText    `json:"unsaved"`  // as in RestoreRequest
}

// ReviewResult is what a decision has done. Undone by Review.Undo.
type ReviewResult struct {
	Accepted int           `json:"accepted"` // hunks, or whole files
	Rejected int           `json:"rejected"`
	Title    string        `json:"title"` // of the act: "Took back 2 changes in calc.go"
	Files    RestoreResult `json:"files"`
	// Texts, of Undo, is what editors held, unsaved, when what is undone was done:
	// they are to hold it again.
	Texts []UnsavedText `json:"texts,omitempty"`
}

// ReviewSide is which content a conflict is decided for.
type ReviewSide string

const (
	ReviewMine       ReviewSide = "mine"       // what is there now stays
	ReviewCheckpoint ReviewSide = "checkpoint" // what was there before the turn comes back
)

// ReviewResolution decides what becomes of a path that a revert has left alone.
type ReviewResolution struct {
	SessionID string        `json:"sessionId"`
	TurnID    string        `json:"turnId"`
	Path      string        `json:"path"`
	Side      ReviewSide    `json:"side"`
	Unsaved   []UnsavedText `json:"unsaved"`
}

// ProposalDecision decides about hunks of a change that waits for an approval.
// When none is left undecided, the question is answered by that. The whole
// content of both sides comes from GET /keel/proposal/APPROVAL?session=S&side=before
// or after; PUT to the latter with hash=H replaces the proposal by the user's own
// text.
type ProposalDecision struct {
	SessionID  string           `json:"sessionId"`
	ApprovalID string           `json:"approvalId"`
	Hash       string           `json:"hash"` // of what was shown
	Hunks      []string         `json:"hunks"`
	Decision   session.Decision `json:"decision"` // empty takes one back
	Reason     string           `json:"reason"`   // of a rejection, for the model
}
