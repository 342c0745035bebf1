package wire

// UpdateKind is how far the update to a newer version has come.
type UpdateKind string

// The kinds of [UpdatesState].
const (
	UpdateIdle        UpdateKind = "" // nobody has looked yet
	UpdateChecking    UpdateKind = "checking"
	UpdateCurrent     UpdateKind = "current" // there is nothing newer
	UpdateOffered     UpdateKind = "offered"
	UpdateDownloading UpdateKind = "downloading"
	UpdateDownloaded  UpdateKind = "downloaded" // and checked
	UpdateInstalling  UpdateKind = "installing"
	UpdateReady       UpdateKind = "ready" // for the next start
)

// UpdateWay is how a newer version gets to where this program is.
type UpdateWay string

// The ways of [UpdatesState].
const (
	UpdateByKeel    UpdateWay = "keel"    // Keel replaces its folder at the next start
	UpdateByManager UpdateWay = "manager" // a package manager does, when it is told to
	UpdateByHand    UpdateWay = "hand"    // the user opens what was downloaded
	UpdateByNobody  UpdateWay = "none"    // the feed has no file for this system
)

// UpdatesState is what is known of a newer version.
type UpdatesState struct {
	Seq        int64      `json:"seq"`
	Feed       bool       `json:"feed"`    // this build has a feed to look at
	Source     string     `json:"source"`  // its address
	Running    string     `json:"running"` // this version
	Kind       UpdateKind `json:"kind"`
	Way        UpdateWay  `json:"way"`
	Daily      bool       `json:"daily"`   // nobody waits for it: found by the daily look, now or before
	Version    string     `json:"version"` // that is offered
	Notes      string     `json:"notes"`   // Markdown of a stranger
	ReleasedAt int64      `json:"releasedAt"`
	CheckedAt  int64      `json:"checkedAt"` // when the feed last gave a right answer; 0: never
	Size       int64      `json:"size"`      // bytes of the file
	Done       int64      `json:"done"`      // bytes that are here
	Path       string     `json:"path"`      // of the checked file
	Folder     string     `json:"folder"`    // of this program, where an archive was unpacked into it
	Old        string     `json:"old"`       // where this version is kept
	Manager    string     `json:"manager"`
	Command    string     `json:"command"` // that has the manager update
	Message    string     `json:"message"` // what went wrong last; empty for nothing
	Hint       string     `json:"hint"`
}
