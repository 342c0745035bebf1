package wire

// CheckpointActivity is what the checkpoint store is at. It holds all there is,
// so that the newest by Seq is enough.
type CheckpointActivity struct {
	Seq     int64              `json:"seq"`
	Works   []CheckpointWork   `json:"works"`   // under way, the oldest first
	Notices []CheckpointNotice `json:"notices"` // not yet seen
	Listed  int64              `json:"listed"`  // grows whenever Checkpoints.List returns something else
}

// CheckpointWork is something under way: first-capture, capturing, restoring,
// tidying or verifying.
type CheckpointWork struct {
	Work  string `json:"work"`
	Done  int64  `json:"done"`  // files
	Total int64  `json:"total"` // 0 when not known
}

// CheckpointNotice is something to tell a person once.
type CheckpointNotice struct {
	ID   int64  `json:"id"`
	Kind string `json:"kind"` // watcher-off, recovered, late-change or damaged
	Text string `json:"text"` // whole sentences
}

// CheckpointUsage is what the checkpoints of the folder take.
type CheckpointUsage struct {
	Bytes       int64 `json:"bytes"`
	Cap         int64 `json:"cap"`
	Checkpoints int   `json:"checkpoints"`
	Pinned      int   `json:"pinned"`
	OldestAt    int64 `json:"oldestAt"` // 0 without any
}

// CheckpointsPruned is what a clean-up took away.
type CheckpointsPruned struct {
	Removed int   `json:"removed"` // checkpoints
	Kept    int   `json:"kept"`
	Freed   int64 `json:"freed"`
	OverCap bool  `json:"overCap"` // all that may go is gone, and it is still too much
}

// CheckpointsPurged is what was taken out of the history.
type CheckpointsPurged struct {
	Checkpoints int   `json:"checkpoints"` // that held the path
	Contents    int   `json:"contents"`
	Freed       int64 `json:"freed"`
}

// FileVersion is a file in one checkpoint in which it is not what it was in the
// one before.
type FileVersion struct {
	CheckpointID string    `json:"checkpointId"`
	CreatedAt    int64     `json:"createdAt"` // Unix milliseconds
	Reason       string    `json:"reason"`
	Label        string    `json:"label"`
	Name         string    `json:"name"` // as of a Checkpoint
	SessionID    string    `json:"sessionId"`
	TurnID       string    `json:"turnId"`
	Pinned       bool      `json:"pinned"`
	State        FileState `json:"state"`
	Size         int64     `json:"size"` // bytes, of a file
}

// FileState is what a checkpoint knows of a path.
type FileState string

const (
	FilePresent FileState = "present"
	FileAbsent  FileState = "absent"  // it was not there
	FileUnknown FileState = "unknown" // the checkpoint does not cover it: it can say nothing
	FileOther   FileState = "other"   // a folder, a link or something else stood there
)
