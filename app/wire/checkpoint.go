package wire

import "github.com/keel-ide/keel/backend/diff"

// Checkpoint is a state of the workspace that can be restored.
type Checkpoint struct {
	ID        string   `json:"id"`
	CreatedAt int64    `json:"createdAt"`
	Reason    string   `json:"reason"`
	Label     string   `json:"label"`
	Name      string   `json:"name"` // that a person gave it since; what a person made has its name as Label
	SessionID string   `json:"sessionId"`
	TurnID    string   `json:"turnId"`
	Complete  bool     `json:"complete"`
	Files     int      `json:"files"`
	Changed   int      `json:"changed"`
	Pinned    bool     `json:"pinned"`   // never cleaned up
	Problems  []string `json:"problems"` // paths it does not cover, with the reason
}

// PathChange is one path that differs between two states.
type PathChange struct {
	Path string    `json:"path"`
	Kind diff.Kind `json:"kind"`
	From string    `json:"from"`
	File bool      `json:"file"` // what stands there, or did, is files only: both sides can be read
}

// RestoreRequest asks to bring files back.
type RestoreRequest struct {
	SessionID    string        `json:"sessionId"`    // but for scope checkpoint
	TurnID       string        `json:"turnId"`       // with scopes turn and point
	CheckpointID string        `json:"checkpointId"` // with scope checkpoint
	Scope        RestoreScope  `json:"scope"`
	Paths        []string      `json:"paths"`   // with scopes turn and checkpoint: only these; empty for all
	Merge        bool          `json:"merge"`   // with scopes turn and session: also what Plan lists under merge
	Unsaved      []UnsavedText `json:"unsaved"` // counts as what stands at its paths, and is kept
	What         RestoreWhat   `json:"what"`    // with scope point; empty for the files
}

// RestoreWhat is what goes back to a point.
type RestoreWhat string

const (
	RestoreFiles        RestoreWhat = "files"
	RestoreConversation RestoreWhat = "conversation"
	RestoreBoth         RestoreWhat = "both"
)

// UnsavedText is what an editor holds and has not saved.
type UnsavedText struct {
	Path    string `json:"path"`
	Content string `json:"content"` // base64 of the bytes that saving would write
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
	// RestoreCheckpoint puts the workspace back to any checkpoint.
	RestoreCheckpoint RestoreScope = "checkpoint"
)

// RestorePlan is what a restore would do.
type RestorePlan struct {
	Write     []string   `json:"write"`
	Delete    []string   `json:"delete"`
	Merge     []string   `json:"merge"` // changed since; taken back only when asked for
	Conflicts []Conflict `json:"conflicts"`
	Unknown   []string   `json:"unknown"`  // not covered: left alone
	Unsaved   []string   `json:"unsaved"`  // an editor holds unsaved text for them
	Large     bool       `json:"large"`    // worth asking twice
	Turns     int        `json:"turns"`    // with scope point: that the conversation would lose
	Commands  []string   `json:"commands"` // with scope point: that run in the background, and would be stopped with the turns
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
	Merged    int        `json:"merged"` // of the written
	Conflicts []Conflict `json:"conflicts"`
	Unknown   []string   `json:"unknown"`
	Unsaved   []string   `json:"unsaved"` // what an editor should now read again from the disk
	Undo      string     `json:"undo"`
	// Prompt is what was asked at the point that the conversation went back to; the
	// turns that it lost are kept in the session Copy.
	Prompt string `json:"prompt"`
	Copy   string `json:"copy"`
	Note   string `json:"note"` // what became of the conversation, in sentences; empty where it was not about it
}

// LastRestore is the restore that was done last.
type LastRestore struct {
	SessionID string `json:"sessionId"` // empty when no turn was reverted by it
	Undo      string `json:"undo"`
}
