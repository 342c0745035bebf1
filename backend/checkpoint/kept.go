package checkpoint

// Usage is what the checkpoints of a workspace take.
type Usage struct {
	Bytes       int64 `json:"bytes"` // on the disk
	Cap         int64 `json:"cap"`   // from where on old checkpoints go, in bytes
	Checkpoints int   `json:"checkpoints"`
	Pinned      int   `json:"pinned"`
	OldestAt    int64 `json:"oldestAt,omitempty"` // Unix milliseconds
}

// PruneRequest says what to clean up.
type PruneRequest struct {
	// Open are the sessions of which everything is kept.
	Open   []string `json:"open,omitempty"`
	DryRun bool     `json:"dryRun,omitempty"`
	// Yield gives way to whoever wants to work on the store meanwhile: the error
	// is then [ErrYielded]. What was done until then stays done.
	Yield bool `json:"-"`
}

// Pruned is what a clean-up removed, or would. No slice is nil.
type Pruned struct {
	Removed []string `json:"removed"` // checkpoints
	Kept    int      `json:"kept"`
	Freed   int64    `json:"freed"`   // bytes given back now; what has just died waits for the next clean-up
	OverCap bool     `json:"overCap"` // all that may go is gone, and it is still too much
}

// Purged is what was taken out of the history.
type Purged struct {
	Checkpoints int   `json:"checkpoints"` // that held the path
	Contents    int   `json:"contents"`    // different ones, now gone from the disk
	Freed       int64 `json:"freed"`
}

// VerifyRequest says how thoroughly to look.
type VerifyRequest struct {
	ReadData bool `json:"readData"` // read every content back, not only the records' own checksums
}

// Report is the outcome of a check. Damages is not nil.
type Report struct {
	Checkpoints int      `json:"checkpoints"`
	Folders     int      `json:"folders"`
	Contents    int      `json:"contents"`
	Bytes       int64    `json:"bytes"`
	Damages     []Damage `json:"damages"`
}

// Damage is something that is not as it was written.
type Damage struct {
	What        string   `json:"what"`                  // a sentence without its full stop
	Path        string   `json:"path,omitempty"`        // in the workspace, where it has one
	Checkpoints []string `json:"checkpoints,omitempty"` // the ones it concerns, at most 20
}

// Rescued is what could be found again.
type Rescued struct {
	Checkpoints int    `json:"checkpoints"`
	Lost        int    `json:"lost"`            // found, but something they need is missing
	Aside       string `json:"aside,omitempty"` // where the damaged record was put
}

// Details is all that is known of one checkpoint.
type Details struct {
	Checkpoint
	ScanStartedAt int64    `json:"scanStartedAt"` // Unix milliseconds: changes in between may or may not be in it
	ScanEndedAt   int64    `json:"scanEndedAt"`
	Folders       int      `json:"folders"`
	Bytes         int64    `json:"bytes"`             // of all files
	Uncovered     []Entry  `json:"uncovered"`         // by policy or for cause
	Restore       string   `json:"restore,omitempty"` // of a checkpoint before a restore: prepared, staged, applied or done
	Late          []string `json:"late,omitempty"`    // files that a program went on writing to after the restore displaced them, as ReadFile takes them
	Unsaved       []string `json:"unsaved,omitempty"` // paths whose unsaved text is kept with it
}
