// Package session keeps conversations with the agent.
//
// # Promises
//
// Every change is a line in the session's journal before it is shown, but for
// streamed text and output, which follow within a second (of a background
// command that says more than a mebibyte, when it ends); all of it is on the disk
// before a side effect starts ([Journal.Sync]). A journal cut at any byte opens
// again: what was under way is marked as cancelled or of unknown outcome, an open
// question as not answered, a background command as no longer running, and the
// session can go on. A session is written by one process at a time.
// Deleting a session moves it aside first; a copy is whole or is not there.
//
// What was decided about changes is kept with their turn, never whether it still
// holds: that is up to the files.
//
// What goes with a draft is a file beside the journal ([Store.SaveDraftParts]): it
// moves with its session, and one that is damaged is set aside.
//
// The package never starts a goroutine and never looks at the workspace.
package session

import (
	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/provider"
)

// Mode is when the user is asked about file changes.
type Mode string

const (
	Autopilot  Mode = "autopilot"
	Supervised Mode = "supervised"
)

// Session is one conversation in one workspace. Times are Unix milliseconds.
type Session struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	CreatedAt int64  `json:"createdAt"`
	UpdatedAt int64  `json:"updatedAt"`
	Mode      Mode   `json:"mode"`
	Provider  string `json:"provider"`
	Model     string `json:"model"`
	Draft     string `json:"draft"` // what is typed but not sent; stopping a turn puts the queue in front of it
	// Queue holds what was sent during the running turn. It goes to the model
	// with the next tool results, or as the next turn.
	Queue []Queued `json:"queue"`
	// Grants are the patterns of commands that the user trusts in this session. No
	// export has them, and deleting the session takes them back.
	Grants []string `json:"grants,omitempty"`
	// Usage and Cost are those of all turns, sub agents and summaries included.
	Usage provider.Usage `json:"usage"`
	Cost  Cost           `json:"cost"`
	// CopyOf names the session whose turns this one keeps: they were taken out of it.
	CopyOf string `json:"copyOf,omitempty"`
	// CopyUndo undoes the restore of files that was one act with taking them out;
	// of the checkpoint store, empty when the files stayed as they were.
	CopyUndo string `json:"copyUndo,omitempty"`
	// Acts are the last things done to the changes of turns, the newest last. In a
	// [Change] nil leaves them as they are; empty is none.
	Acts  []Act  `json:"acts,omitzero"`
	Turns []Turn `json:"turns"`
	Seq   int64  `json:"seq"` // the number of the last [Event] this state includes
}

// Cost is what tokens cost, as far as prices are known.
type Cost struct {
	Micros int64 `json:"micros"` // millionths of a US dollar
	// Partial is set when some of the tokens had no known price: the sum is then
	// a lower limit, and says nothing when it is 0.
	Partial bool `json:"partial"`
}

// Context is how full the model's context was at the last request.
type Context struct {
	Tokens    int64 `json:"tokens"`    // of the last request, or estimated for the next
	Limit     int64 `json:"limit"`     // of the model; 0 when not known
	Estimated bool  `json:"estimated"` // the service has not counted it yet
}

// Image is a picture in a prompt.
type Image struct {
	Name      string `json:"name"`
	MediaType string `json:"mediaType"` // image/png, image/jpeg, image/gif or image/webp
	Data      []byte `json:"data"`
}

// Todo is one step of the model's plan.
type Todo struct {
	Text   string     `json:"text"`
	Status TodoStatus `json:"status"`
}

// What a plan may hold.
const (
	MaxTodos    = 50
	MaxTodoText = 500 // characters of a step
)

// TodoStatus is where a step of the plan stands.
type TodoStatus string

const (
	TodoPending    TodoStatus = "pending"
	TodoInProgress TodoStatus = "in_progress"
	TodoDone       TodoStatus = "done"
)

// Queued is a message that waits for its place.
type Queued struct {
	ID     string  `json:"id"`
	Text   string  `json:"text"`
	Images []Image `json:"images,omitempty"`
	// References are without content until the message goes.
	References []Reference `json:"references,omitempty"`
	QueuedAt   int64       `json:"queuedAt"`
	// Held is set for one with images or references that a stop or a failure has
	// kept from going: it waits until it is sent by hand, or removed.
	Held bool `json:"held,omitempty"`
}

// Summary is a session in a list.
type Summary struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	CreatedAt int64  `json:"createdAt"`
	UpdatedAt int64  `json:"updatedAt"`
	Running   bool   `json:"running"`
	Waiting   bool   `json:"waiting"` // for an approval or an answer
	// CopyOf and CopyUndo are those of the [Session].
	CopyOf   string `json:"copyOf,omitempty"`
	CopyUndo string `json:"copyUndo,omitempty"`
	// Grants are those of the [Session].
	Grants []string `json:"grants,omitempty"`
}

// Found is a session in which a search has found its text.
type Found struct {
	Summary
	TurnID  string `json:"turnId"`  // of the newest match; empty for one in the title
	Excerpt string `json:"excerpt"` // a line around it
}

// Status is where a turn stands.
type Status string

const (
	Running Status = "running"
	Waiting Status = "waiting" // for an approval or an answer
	Done    Status = "done"
)

// Stop reasons that are the agent's own, beside those of package provider.
const (
	StopCancelled   = "cancelled"
	StopInterrupted = "interrupted" // the reply stayed cut after its retries, or Keel ended in mid-turn
	StopFailed      = "failed"
	StopDenied      = "denied" // without a window: something was not allowed
	StopStepLimit   = "step_limit"
	StopLoop        = "loop" // the same calls kept giving the same results
)

// Turn is everything from a prompt to a stop reason.
type Turn struct {
	ID         string `json:"id"`
	Prompt     string `json:"prompt"`
	Status     Status `json:"status"`
	StopReason string `json:"stopReason"` // empty while it runs
	Outcome    string `json:"outcome"`    // a sentence for every stop reason but end_turn
	Hint       string `json:"hint"`       // what to do next, where there is something
	// NoSignIn is set when the turn failed because the model service took no
	// credentials.
	NoSignIn  bool    `json:"noSignIn,omitempty"`
	StartedAt int64   `json:"startedAt"`
	EndedAt   int64   `json:"endedAt"`
	Provider  string  `json:"provider"`
	Model     string  `json:"model"`
	Practice  bool    `json:"practice"`         // answered by the practice model
	Images    []Image `json:"images,omitempty"` // in the prompt
	// References are what the prompt points at. In a [Change] nil leaves them as they are.
	References []Reference `json:"references,omitempty"`
	// Reading is set while the content of References, or of those of a prompt among
	// Items, is being read or fetched.
	Reading bool `json:"reading,omitempty"`
	// ReferencesElided is set when the model no longer reads the content of
	// References, to make room in its context.
	ReferencesElided bool   `json:"referencesElided,omitempty"`
	Rating           Rating `json:"rating,omitempty"`
	// ImagesRefused is set when the service refused a request that brought images
	// of the turn: they are not sent again.
	ImagesRefused bool           `json:"imagesRefused,omitempty"`
	Usage         provider.Usage `json:"usage"`
	Cost          Cost           `json:"cost"`
	Context       Context        `json:"context"`
	Todo          []Todo         `json:"todo,omitempty"` // the model's plan, as it is now
	// Elided is the last step whose longer tool results the model no longer reads,
	// to make room in its context; 0 when it reads all.
	Elided  int          `json:"elided,omitempty"`
	Before  string       `json:"before"` // checkpoint before the turn's first change; empty when nothing could change
	After   string       `json:"after"`  // checkpoint after its last change
	Changes []FileChange `json:"changes"`
	// Drift is what changed between the turn before and this one, where something
	// that the agent had left running still ran. It is not part of any turn.
	Drift    []FileChange `json:"drift,omitempty"`
	Reverted string       `json:"reverted"` // id with which the revert is undone; empty when not reverted
	// Reviews is what the user has decided about Changes: a path that is not listed
	// is still to be looked at.
	Reviews []Review `json:"reviews,omitempty"`
	// Left is what a revert has left as it was, until the user says what becomes of it.
	Left  []LeftAlone `json:"left,omitempty"`
	Items []Item      `json:"items"`
}

// Author is who changed a file during a turn. Tool, command and background (what
// a command left running) are the session's own agent, whose changes are taken
// back with the turn. User (by way of Keel), restore, session (another one's
// agent) and unknown (another program) are not: theirs stay unless named.
type Author string

const (
	ByTool       Author = "tool"       // a path that a call of a tool was about
	ByCommand    Author = "command"    // while a command ran
	ByBackground Author = "background" // after it, while something that it started still ran
	ByUser       Author = "user"       // in Keel's editor or explorer
	ByRestore    Author = "restore"    // a restore or a revert, or the undoing of one
	BySession    Author = "session"    // the agent of another session
	ByUnknown    Author = "unknown"    // none of these: another program, one in a terminal
)

// Agent reports whether the author is the session's own agent.
func (a Author) Agent() bool { return a == ByTool || a == ByCommand || a == ByBackground }

// FileChange is one path that differs between a turn's two checkpoints.
type FileChange struct {
	Path    string    `json:"path"`
	From    string    `json:"from"`
	Kind    diff.Kind `json:"kind"`
	By      Author    `json:"by"`
	Added   int       `json:"added"`
	Removed int       `json:"removed"`
	Binary  bool      `json:"binary"`
	// AlsoUser is set when the agent changed the path and, during the same
	// turn, something else did too: reverting the turn leaves it alone unless
	// the path is named.
	AlsoUser bool `json:"alsoUser"`
	// Also is that something else, where AlsoUser is set: of several the first of
	// user, restore, session and unknown. Turns of an earlier Keel lack it.
	Also Author `json:"also,omitempty"`
	// TooLarge is set where the lines were not compared.
	TooLarge bool `json:"tooLarge,omitempty"`
	// OldMode and NewMode are the permission bits where they differ; else both are 0.
	OldMode uint32 `json:"oldMode,omitempty"`
	NewMode uint32 `json:"newMode,omitempty"`
}

// Review is what the user has decided about one file of a turn. Accepted and
// Rejected hold the ids of hunks, see package review, or [WholeFile]. Path may be
// [AllPaths].
type Review struct {
	Path     string   `json:"path"`
	Accepted []string `json:"accepted,omitempty"`
	Rejected []string `json:"rejected,omitempty"`
}

// WholeFile stands for everything about a file, in the place of a hunk's id.
const WholeFile = "*"

// LeftAlone is a path that a revert did not touch, and why.
type LeftAlone struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// Act is something done to the changes of turns that can be taken back, and then
// done again. What it needs for that is kept with it.
type Act struct {
	ID     string `json:"id"`
	Title  string `json:"title"` // "Took back 2 changes in calc.go"
	At     int64  `json:"at"`    // Unix milliseconds
	Undo   string `json:"undo"`  // of the checkpoint store; empty where no file was touched
	Redo   string `json:"redo"`  // of the checkpoint store, once it was taken back
	Undone bool   `json:"undone"`
	// Before and After hold, by turn, Reverted and what of Reviews and Left differs
	// around it.
	Before []TurnReview `json:"before,omitempty"`
	After  []TurnReview `json:"after,omitempty"`
}

// TurnReview is what a turn holds of its review.
type TurnReview struct {
	TurnID   string      `json:"turnId"`
	Reverted string      `json:"reverted,omitempty"`
	Reviews  []Review    `json:"reviews,omitempty"`
	Left     []LeftAlone `json:"left,omitempty"`
}

// ItemKind says which field of an [Item] is set.
type ItemKind string

const (
	ItemText      ItemKind = "text"      // Text: Markdown
	ItemReasoning ItemKind = "reasoning" // Text, Signature, Redacted
	ItemTool      ItemKind = "tool"      // Tool
	ItemNotice    ItemKind = "notice"    // Text: something the user should know; Until, Told
	ItemPrompt    ItemKind = "prompt"    // Text, Images, References: what the user sent during the turn
	ItemQuestion  ItemKind = "question"  // Question
	// ItemSummary stands for the earlier turns and the steps of its own turn up to
	// its Step, which the model no longer reads: Text is what it reads instead.
	ItemSummary ItemKind = "summary"
)

// Item is one part of a turn. Items with the same Step came in one model reply.
type Item struct {
	ID         string      `json:"id"`
	Step       int         `json:"step"`
	Kind       ItemKind    `json:"kind"`
	Text       string      `json:"text"`
	Signature  string      `json:"signature,omitempty"`
	Redacted   []byte      `json:"redacted,omitempty"`
	Streaming  bool        `json:"streaming"`
	Until      int64       `json:"until,omitempty"` // when the wait that a notice tells of ends
	Told       bool        `json:"told,omitempty"`  // a notice that the model reads too, with the results of its step
	Tool       *ToolCall   `json:"tool,omitempty"`
	Images     []Image     `json:"images,omitempty"`
	References []Reference `json:"references,omitempty"` // of a prompt
	Question   *Question   `json:"question,omitempty"`
}

// QuestionKind is what a question is about.
type QuestionKind string

const (
	QuestionModel  QuestionKind = "model"   // of the model, by ask_user; an answer may be any text
	QuestionSteps  QuestionKind = "steps"   // the turn has taken many steps: go on?
	QuestionSignIn QuestionKind = "sign_in" // the service refused the credentials: try again?
)

// Question waits for a person's answer in mid-turn.
type Question struct {
	ID      string       `json:"id"`
	Kind    QuestionKind `json:"kind"`
	Text    string       `json:"text"`
	Hint    string       `json:"hint"`
	Choices []string     `json:"choices"`
	Free    bool         `json:"free"`   // any text is an answer, beside the choices
	Answer  string       `json:"answer"` // empty while it waits, or when it was cancelled
	Open    bool         `json:"open"`   // it waits
}

// ToolKind groups tools for the eye: what a call does.
type ToolKind string

const (
	KindRead    ToolKind = "read"
	KindSearch  ToolKind = "search"
	KindEdit    ToolKind = "edit"
	KindDelete  ToolKind = "delete"
	KindMove    ToolKind = "move"
	KindExecute ToolKind = "execute"
	KindFetch   ToolKind = "fetch"
	KindOther   ToolKind = "other"
)

// CallStatus is where a tool call stands.
type CallStatus string

const (
	CallPending    CallStatus = "pending" // its arguments still stream, or it waits for its place
	CallWaiting    CallStatus = "waiting" // for an approval
	CallInProgress CallStatus = "in_progress"
	CallCompleted  CallStatus = "completed"
	CallFailed     CallStatus = "failed"
	CallRejected   CallStatus = "rejected"
	CallCancelled  CallStatus = "cancelled"
	CallUnknown    CallStatus = "unknown" // Keel ended while it ran
)

// ToolCall is a model's request to use a tool and what came of it.
type ToolCall struct {
	ID         string     `json:"id"` // the model's call id
	Name       string     `json:"name"`
	Kind       ToolKind   `json:"kind"`
	Title      string     `json:"title"` // "Edit calc.go"
	Status     CallStatus `json:"status"`
	Arguments  string     `json:"arguments"` // JSON, as far as it has streamed
	Paths      []string   `json:"paths"`
	Command    string     `json:"command"` // run_command only
	Folder     string     `json:"folder"`  // where it runs, workspace-relative, "." for the top
	Diff       *diff.File `json:"diff,omitempty"`
	Output     string     `json:"output"`   // a command's output so far, at most [MaxOutput] bytes from its end
	OutputAt   int64      `json:"outputAt"` // bytes of output before Output begins
	Result     string     `json:"result"`   // what the model was told
	ExitCode   int        `json:"exitCode"` // of a finished command
	HasExit    bool       `json:"hasExit"`
	StartedAt  int64      `json:"startedAt"`
	DurationMs int64      `json:"durationMs"`
	Approval   *Approval  `json:"approval,omitempty"`
	Background bool       `json:"background,omitempty"` // it left something running
	CommandID  string     `json:"commandId,omitempty"`  // of a background command
	Running    bool       `json:"running,omitempty"`    // the background command still runs
	Address    string     `json:"address,omitempty"`    // of a fetch: the whole address
	Calls      []SubCall  `json:"calls,omitempty"`      // of a sub agent, the last ones
	// Parent is the item of the sub agent's call that this call belongs to; empty
	// for a call of the conversation itself. Of a sub agent's calls only those that
	// are asked about or may change files are items of their own.
	Parent string `json:"parent,omitempty"`
	Rule   string `json:"rule,omitempty"`   // the rule that allowed, asked about or denied the call
	Before string `json:"before,omitempty"` // checkpoint before a call that may change files
	After  string `json:"after,omitempty"`  // checkpoint after it
}

// SubCall is what a sub agent does, in a line.
type SubCall struct {
	Title  string     `json:"title"`
	Status CallStatus `json:"status"`
}

// Approval is the question before a tool call acts.
type Approval struct {
	ID       string   `json:"id"`
	Hash     string   `json:"hash"`     // of exactly what is shown; must come back with the answer
	Reason   string   `json:"reason"`   // why it is asked
	Patterns []string `json:"patterns"` // what could be trusted, narrowest first
	Answer   string   `json:"answer"`   // "", "approved", "rejected", "cancelled"
	Feedback string   `json:"feedback"` // the user's reason for a rejection
	// Steps is how the policy came to ask, for a person, in order.
	Steps []ApprovalStep `json:"steps,omitempty"`
	// Original is the command as the model wrote it, where the user changed it
	// before it ran; the call's Command is then what ran.
	Original string `json:"original,omitempty"`
	Rule     string `json:"rule,omitempty"` // the rule that asks
	// Hunks are the parts of a file's change that can be decided on by themselves;
	// none where it is all or nothing.
	Hunks []ProposedHunk `json:"hunks,omitempty"`
	// Edited is set once the user has changed the proposal itself: Diff is then
	// from the file to the user's text.
	Edited bool `json:"edited,omitempty"`
}

// Decision is what the user says to a hunk.
type Decision string

const (
	Undecided Decision = ""
	Accepted  Decision = "accepted"
	Rejected  Decision = "rejected"
)

// ProposedHunk is a part of a proposed change: lines of the file as it is that
// others are to stand for. A start is 1-based; where there are no lines, it is
// the line before, 0 at the top.
type ProposedHunk struct {
	ID       string   `json:"id"`
	OldStart int      `json:"oldStart"`
	OldLines int      `json:"oldLines"`
	NewStart int      `json:"newStart"`
	NewLines int      `json:"newLines"`
	Decision Decision `json:"decision"`
	Reason   string   `json:"reason,omitempty"` // why it was rejected, for the model
}

// ApprovalStep is one thing that the policy looked at.
type ApprovalStep struct {
	Tier string `json:"tier"` // who says so: built in, user, workspace, session, run
	Rule string `json:"rule"`
	Text string `json:"text"` // what it found, a sentence
	// Effect is what it said: allow, ask or deny; empty when it had no say.
	Effect string `json:"effect"`
}

// Event is one or more changes of a session, in order. A reader that sees a gap
// in Seq asks for the whole session again.
type Event struct {
	SessionID string   `json:"sessionId"`
	Seq       int64    `json:"seq"`
	Changes   []Change `json:"changes"`
}

// ChangeKind says which field of a [Change] is set.
type ChangeKind string

const (
	ChangeSession ChangeKind = "session"   // Session without turns; without acts it keeps those it has, and what is queued already its images and references
	ChangeTurn    ChangeKind = "turn"      // Turn without items: new, or its header changed; without images or references it keeps those it has
	ChangeItem    ChangeKind = "item"      // TurnID, Item: new, or replaced whole
	ChangeText    ChangeKind = "text"      // TurnID, ItemID, Append to the item's text
	ChangeOutput  ChangeKind = "output"    // TurnID, ItemID, Append to the tool call's output
	ChangeArgs    ChangeKind = "arguments" // TurnID, ItemID, Append to the tool call's arguments
	ChangeRemoved ChangeKind = "removed"   // TurnID, ItemID: the item is gone (a retried reply)
	ChangeRewound ChangeKind = "rewound"   // TurnID: this turn and all after it are gone; a copy is kept
)

// Change is one step from one state of a session to the next.
type Change struct {
	Kind    ChangeKind `json:"kind"`
	Session *Session   `json:"session,omitempty"`
	Turn    *Turn      `json:"turn,omitempty"`
	TurnID  string     `json:"turnId,omitempty"`
	Item    *Item      `json:"item,omitempty"`
	ItemID  string     `json:"itemId,omitempty"`
	Append  string     `json:"append,omitempty"`
}
