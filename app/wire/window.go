package wire

// WindowState is what the page needs to start.
type WindowState struct {
	Version   string      `json:"version"`
	Platform  string      `json:"platform"`  // linux, darwin, windows
	Workspace Workspace   `json:"workspace"` // zero when no folder is open
	Recent    []Workspace `json:"recent"`
	Trust     FolderTrust `json:"trust"`   // of the opened folder
	Message   string      `json:"message"` // why the asked-for folder is not open; empty when it is
	Hint      string      `json:"hint"`
	Crash     CrashNotice `json:"crash"`   // what has ended by a fault since the last page
	Timings   bool        `json:"timings"` // KEEL_TIMINGS is set: send Window.Timing
	StartedAt int64       `json:"startedAt"`
}

// About is which build this is, and what it runs on.
type About struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`  // whole; empty where the build does not know it
	Changed bool   `json:"changed"` // the sources were not as in that commit
	Go      string `json:"go"`
	Engine  string `json:"engine"` // what draws the window, as "WebKitGTK 2.50.1"; empty where that is not known
	System  string `json:"system"` // as "Debian GNU/Linux 12 (bookworm), amd64"
}

// Workspace names an opened folder.
type Workspace struct {
	ID   string `json:"id"`
	Path string `json:"path"` // absolute
	Name string `json:"name"`
}

// OpenFolderRequest asks for another workspace in this window.
type OpenFolderRequest struct {
	Path    string `json:"path"`    // absolute, or ~/…
	Consent bool   `json:"consent"` // the user agreed to a home folder or a drive's top
	Rescue  bool   `json:"rescue"`  // the user agreed to finding its checkpoints again, where their record is lost
	// SetAside: the user agreed to a new history, with the old one set aside, where
	// a newer version wrote it or it cannot be found again.
	SetAside bool `json:"setAside"`
}

// Timing is how long the page took, in milliseconds since its own start.
type Timing struct {
	StartedAt    int64 `json:"startedAt"` // when the page began to load
	Loaded       int64 `json:"loaded"`    // its code runs
	Answered     int64 `json:"answered"`  // Go has told what it starts from
	Initialized  int64 `json:"initialized"`
	FirstPaint   int64 `json:"firstPaint"`
	EditorUsable int64 `json:"editorUsable"`
}

// Notice is something the user should know that no one asked about.
type Notice struct {
	Severity string `json:"severity"` // info, warning, error
	Message  string `json:"message"`
	Hint     string `json:"hint"`
}

// Notification is what the system shows while the window is not in front. An
// empty one takes the last one away.
type Notification struct {
	Title string `json:"title"`
	Body  string `json:"body"`
}

// Closing asks the page whether the window may close although a turn runs; the
// page answers with Window.Quit, or not at all.
type Closing struct {
	Session string `json:"session"` // the title of the session at work
}

// OpenKind is what a request to open something is about.
type OpenKind string

// The kinds of requests.
const (
	OpenPlace   OpenKind = "place"   // show it: another start of Keel asks
	OpenLink    OpenKind = "link"    // a link from outside asks: the user is asked first
	OpenRefused OpenKind = "refused" // a link from outside that is not followed
)

// OpenRequest is what another start of Keel, or a link from outside, asks of this
// window.
type OpenRequest struct {
	ID     string   `json:"id"` // for Window.Shown and Closed; of a link for FollowLink or DropLink
	Kind   OpenKind `json:"kind"`
	Folder string   `json:"folder"` // the folder to show, absolute; of a link the one that would open
	File   string   `json:"file"`   // a file of that folder; empty for none
	Line   int      `json:"line"`   // from 1; 0 for none
	Column int      `json:"column"`
	Wait   bool     `json:"wait"`  // tell Window.Closed when the file's editor is closed
	Shown  bool     `json:"shown"` // the file was shown before the page was loaded again
	Path   string   `json:"path"`  // where the link leads, absolute, without symbolic links
	IsFile bool     `json:"isFile"`
	// Trusted: of a link, the user trusts the folder that would open.
	Trusted bool `json:"trusted"`
	// Message is why a link is not followed.
	Message string `json:"message"`
}

// OpenWaiting tells that Window.Requests has something.
type OpenWaiting struct{}
