// Package audit keeps a log of what the agent asked for, what was decided and
// by whom, and what came of it.
//
// # Promises
//
// Entries are only ever appended, one line of JSON each, and never changed. An
// entry that [Log.Append] has taken is in the file, so that the end of Keel, by
// whatever cause, does not lose it; a cut of the power may lose the last ones.
// What looks like a secret is taken out before it is written. A line that cannot
// be read is counted and left out, and hides no other. Several processes may write
// one log; numbers go on over all of them and over restarts.
//
// The log is kept in segments. The newest ones stay, [Options.Segments] of
// [Options.SegmentBytes] each, and older ones are deleted whole, so that a log
// takes a known room and a query looks at a known amount.
package audit

// Event says what an entry tells.
type Event string

const (
	EventDecision Event = "decision" // the policy has decided about a call
	EventAnswer   Event = "answer"   // a person has answered its question
	EventOutcome  Event = "outcome"  // the call has ended
	EventTrust    Event = "trust"    // what is trusted has changed
)

// Entry is one line of the log. Fields that an event does not have are empty.
type Entry struct {
	Seq       int64  `json:"seq"` // from 1, without gaps; given by [Log.Append]
	At        int64  `json:"at"`  // Unix milliseconds
	Event     Event  `json:"event"`
	SessionID string `json:"sessionId,omitempty"`
	TurnID    string `json:"turnId,omitempty"`
	CallID    string `json:"callId,omitempty"` // the item's id: joins the entries of one call

	Tool    string   `json:"tool,omitempty"`
	Kind    string   `json:"kind,omitempty"` // of tool, in the session's words
	Title   string   `json:"title,omitempty"`
	Paths   []string `json:"paths,omitempty"`
	Command string   `json:"command,omitempty"`
	Folder  string   `json:"folder,omitempty"`
	Mode    string   `json:"mode,omitempty"`
	Hash    string   `json:"hash,omitempty"` // of what was decided about

	Effect  string `json:"effect,omitempty"` // allow, ask, deny
	Rule    string `json:"rule,omitempty"`
	Tier    string `json:"tier,omitempty"`
	Pattern string `json:"pattern,omitempty"`
	Reason  string `json:"reason,omitempty"`

	Answer   string `json:"answer,omitempty"`   // approved, rejected, cancelled
	Feedback string `json:"feedback,omitempty"` // why it was rejected
	Original string `json:"original,omitempty"` // the command before the person changed it

	Status     string `json:"status,omitempty"` // the call's, in the session's words
	ExitCode   int    `json:"exitCode,omitempty"`
	HasExit    bool   `json:"hasExit,omitempty"`
	DurationMs int64  `json:"durationMs,omitempty"`
}

// Record is a call as its entries tell it, or another event alone.
type Record struct {
	Entry          // of the decision; with the fields that the later entries add
	Outcome string `json:"outcome"` // allowed, approved, rejected, denied, failed, cancelled, waiting; or trust
}
