package wire

// CrashReport is what is known about a fault, without secrets.
type CrashReport struct {
	Name string `json:"name"`
	Text string `json:"text"`
	Path string `json:"path"` // absolute
}

// CrashKind says what has ended by a fault.
type CrashKind string

// The kinds of [CrashNotice].
const (
	CrashNone    CrashKind = ""        // nothing has
	CrashProgram CrashKind = "program" // the last run of Keel
	CrashPage    CrashKind = "page"    // the page, or the process that draws it, which is there again
)

// CrashEntry is a report in the list of those that are kept.
type CrashEntry struct {
	Name string    `json:"name"`
	Kind CrashKind `json:"kind"`
	At   int64     `json:"at"` // Unix milliseconds
}

// CrashNotice says that something has ended by a fault.
type CrashNotice struct {
	Kind   CrashKind `json:"kind"`
	Report string    `json:"report"` // the report's name; empty where there is none
}
