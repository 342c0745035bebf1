package wire

import "github.com/keel-ide/keel/backend/diff"

// Checkpoint is a state of the workspace that can be restored.
type Checkpoint struct {
	ID        string   `json:"id"`
	CreatedAt int64    `json:"createdAt"`
	Reason    string   `json:"reason"`
	Label     string   `json:"label"`
	SessionID string   `json:"sessionId"`
	TurnID    string   `json:"turnId"`
	Complete  bool     `json:"complete"`
	Files     int      `json:"files"`
	Changed   int      `json:"changed"`
	Problems  []string `json:"problems"` // paths it does not cover, with the reason
}

// PathChange is one path that differs between two states.
type PathChange struct {
	Path string    `json:"path"`
	Kind diff.Kind `json:"kind"`
	From string    `json:"from"`
}

// RestoreRequest asks to bring files back.
type RestoreRequest struct {
	SessionID string       `json:"sessionId"`
	TurnID    string       `json:"turnId"`
	Scope     RestoreScope `json:"scope"`
	Paths     []string     `json:"paths"` // with scope turn: only these; empty for all
}

// RestoreScope is what a restore takes back.
type RestoreScope string

const (
	// RestoreTurn takes back what the agent changed in one turn.
	RestoreTurn RestoreScope = "turn"
	// RestoreSession takes back what the agent changed in the whole session.
	RestoreSession RestoreScope = "session"
	// RestorePoint puts the workspace back to where it was before the turn.
	RestorePoint RestoreScope = "point"
)

// RestorePlan is what a restore would do.
type RestorePlan struct {
	Write     []string   `json:"write"`
	Delete    []string   `json:"delete"`
	Conflicts []Conflict `json:"conflicts"`
	Unknown   []string   `json:"unknown"` // not covered: left alone
}

// Conflict is a path that a restore leaves as it is, and why.
type Conflict struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// RestoreResult is what a restore did. Undo takes it back as it is; its form is
// of no concern to the page.
type RestoreResult struct {
	Written   int        `json:"written"`
	Deleted   int        `json:"deleted"`
	Conflicts []Conflict `json:"conflicts"`
	Unknown   []string   `json:"unknown"`
	Undo      string     `json:"undo"`
}
