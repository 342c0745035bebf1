package wire

import "github.com/keel-ide/keel/backend/audit"

// AuditQuery chooses entries of the audit log, the newest first. Empty fields
// choose everything.
type AuditQuery struct {
	SessionID string `json:"sessionId"`
	Kind      string `json:"kind"`    // of tool: read, search, edit, delete, move, execute, fetch, other; or trust
	Outcome   string `json:"outcome"` // as in [audit.Record]
	Text      string `json:"text"`    // anywhere in command, paths, title or reason; upper and lower case alike
	Before    int64  `json:"before"`  // entries with a smaller number only; 0 for the newest
	Limit     int    `json:"limit"`   // 0 for 200
}

// AuditPage is a part of the audit log.
type AuditPage struct {
	Seq      int64          `json:"seq"` // of the last [AuditChanged] it holds
	Entries  []audit.Record `json:"entries"`
	More     bool           `json:"more"`     // there are older ones
	Sessions []AuditSession `json:"sessions"` // that the log knows, the last used first
	File     string         `json:"file"`     // absolute: where the log lies
	Damaged  int            `json:"damaged"`  // lines that could not be read
}

// AuditSession is a session that the audit log knows.
type AuditSession struct {
	ID    string `json:"id"`
	Title string `json:"title"` // empty when the session is gone
}

// AuditChanged says that the audit log has grown.
type AuditChanged struct {
	Seq int64 `json:"seq"`
}
