package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// line is one object of exec's JSON Lines; its field names are kept stable.
type line struct {
	Type      string             `json:"type"`
	SessionID string             `json:"sessionId,omitempty"`
	TurnID    string             `json:"turnId,omitempty"`
	Prompt    string             `json:"prompt,omitempty"`
	Provider  string             `json:"provider,omitempty"`
	Model     string             `json:"model,omitempty"`
	Practice  bool               `json:"practice,omitempty"`
	Text      string             `json:"text,omitempty"`
	ID        string             `json:"id,omitempty"`
	Name      string             `json:"name,omitempty"`
	Kind      string             `json:"kind,omitempty"` // of a tool call or a reference
	Title     string             `json:"title,omitempty"`
	Arguments string             `json:"arguments,omitempty"`
	Command   string             `json:"command,omitempty"`
	Folder    string             `json:"folder,omitempty"`
	Paths     []string           `json:"paths,omitempty"`
	Answer    string             `json:"answer,omitempty"`
	Reason    string             `json:"reason,omitempty"`
	Status    session.CallStatus `json:"status,omitempty"`
	ExitCode  *int               `json:"exitCode,omitempty"`
	Address   string             `json:"address,omitempty"` // where a page was in the end
	Size      int64              `json:"size,omitempty"`    // bytes of a reference, before anything was cut
	Tokens    int                `json:"tokens,omitempty"`  // of what the model reads of it, estimated
	Cut       string             `json:"cut,omitempty"`
	Note      string             `json:"note,omitempty"`
	Problem   string             `json:"problem,omitempty"` // why there is nothing of it
	Hint      string             `json:"hint,omitempty"`
	Moment    string             `json:"moment,omitempty"` // of a checkpoint: before or after
	Usage     *provider.Usage    `json:"usage,omitempty"`
	Cost      *session.Cost      `json:"cost,omitempty"` // where a price is known
}

// transcript tells a turn as it happens: what is new in the session's state
// since it last looked. Events only say that there is something new, so a lost
// or merged one loses nothing.
type transcript struct {
	*shared
	session, turn string
	ended         string // the stop reason, once the turn is over

	started bool
	before  bool
	pointed int // how many references of the prompt were told
	items   map[string]*told
}

// told is what was said of one item already.
type told struct {
	text, output         int
	call, asked, results bool
}

// follow tells what an event brought.
func (t *transcript) follow(ctx context.Context, f *folder.Folder, _ session.Event) error {
	state, err := f.Agent.Session(ctx, t.session)
	if err != nil {
		return err
	}
	turn := state.Turn(t.turn)
	if turn == nil {
		return nil
	}
	if !t.started {
		t.started = true
		t.items = map[string]*told{}
		if err := t.say(line{Type: "turn_start", SessionID: t.session, TurnID: turn.ID, Prompt: turn.Prompt, Provider: turn.Provider, Model: turn.Model, Practice: turn.Practice}, ""); err != nil {
			return err
		}
	}
	if err := t.references(turn); err != nil {
		return err
	}
	if turn.Before != "" && !t.before {
		t.before = true
		if err := t.say(line{Type: "checkpoint", ID: turn.Before, Moment: "before"}, ""); err != nil {
			return err
		}
	}
	for _, item := range turn.Items {
		if err := t.item(item); err != nil {
			return err
		}
	}
	if turn.Status != session.Done {
		return nil
	}
	return t.end(turn)
}

// references tells what the prompt points at, once it was read.
func (t *transcript) references(turn *session.Turn) error {
	for ; t.pointed < len(turn.References); t.pointed++ {
		r := turn.References[t.pointed]
		if r.Content == nil {
			return nil
		}
		text := fmt.Sprintf("+ %s (%d bytes)\n", oneLine(r.Name), r.Content.Size)
		if r.Content.Cut != "" {
			text += "  cut: " + plain(r.Content.Cut) + "\n"
		}
		if r.Content.Note != "" {
			text += "  note: " + plain(r.Content.Note) + "\n"
		}
		if r.Content.Problem != "" {
			text = fmt.Sprintf("+ %s\n", oneLine(r.Name))
			fmt.Fprintf(t.stderr, "keel: %s: %s %s\n", oneLine(r.Name), plain(r.Content.Problem), plain(r.Content.Hint))
		}
		if err := t.say(line{
			Type: "reference", ID: r.ID, Name: r.Name, Kind: string(r.Kind), Title: r.Content.Title, Address: r.Content.Address,
			Size: r.Content.Size, Tokens: r.Content.Tokens, Cut: r.Content.Cut, Note: r.Content.Note, Problem: r.Content.Problem, Hint: r.Content.Hint,
		}, text); err != nil {
			return err
		}
	}
	return nil
}

func (t *transcript) item(item session.Item) error {
	known, ok := t.items[item.ID]
	if !ok {
		known = &told{}
		t.items[item.ID] = known
	}
	switch item.Kind {
	case session.ItemText:
		if fresh := item.Text[min(known.text, len(item.Text)):]; fresh != "" {
			known.text = len(item.Text)
			return t.say(line{Type: "text", ID: item.ID, Text: fresh}, fresh)
		}
	case session.ItemNotice:
		if known.text == 0 && item.Text != "" {
			known.text = len(item.Text)
			fmt.Fprintf(t.stderr, "\nkeel: %s\n", plain(item.Text))
		}
	case session.ItemTool:
		if item.Tool != nil {
			return t.call(known, item.Tool)
		}
	}
	return nil
}

func (t *transcript) call(known *told, call *session.ToolCall) error {
	if call.Status == session.CallPending {
		return nil
	}
	if !known.call {
		known.call = true
		if err := t.say(line{
			Type: "tool_call", ID: call.ID, Name: call.Name, Kind: string(call.Kind), Title: call.Title,
			Arguments: call.Arguments, Command: call.Command, Folder: call.Folder, Paths: call.Paths,
		}, "\n* "+call.Title+"\n"); err != nil {
			return err
		}
	}
	if decision, ok := decided(call); ok && !known.asked {
		known.asked = true
		if err := t.say(decision, ""); err != nil {
			return err
		}
	}
	// Output is kept from its end: OutputAt bytes before it are gone.
	end := int(call.OutputAt) + len(call.Output)
	if end > known.output {
		fresh := call.Output[max(0, known.output-int(call.OutputAt)):]
		known.output = end
		if err := t.say(line{Type: "tool_output", ID: call.ID, Text: fresh}, fresh); err != nil {
			return err
		}
	}
	if known.results || call.Status == session.CallWaiting || call.Status == session.CallInProgress {
		return nil
	}
	known.results = true
	result := line{Type: "tool_result", ID: call.ID, Name: call.Name, Status: call.Status, Text: call.Result}
	if call.HasExit {
		result.ExitCode = &call.ExitCode
	}
	text := ""
	if call.Status != session.CallCompleted {
		text = "  " + string(call.Status) + ": " + strings.TrimSpace(call.Result) + "\n"
	}
	return t.say(result, text)
}

// decided tells how a call that was not simply allowed fared: without a window
// that is a denial.
func decided(call *session.ToolCall) (line, bool) {
	switch {
	case call.Approval != nil:
		return line{Type: "approval", ID: call.ID, Answer: call.Approval.Answer, Reason: call.Approval.Reason}, true
	case call.Status == session.CallRejected:
		return line{Type: "approval", ID: call.ID, Answer: "denied", Reason: call.Result}, true
	}
	return line{}, false
}

func (t *transcript) end(turn *session.Turn) error {
	if turn.After != "" {
		if err := t.say(line{Type: "checkpoint", ID: turn.After, Moment: "after"}, ""); err != nil {
			return err
		}
	}
	used := line{Type: "usage", Usage: &turn.Usage}
	if turn.Cost.Micros > 0 {
		used.Cost = &turn.Cost
	}
	if err := t.say(used, ""); err != nil {
		return err
	}
	t.ended = turn.StopReason
	if t.json {
		return t.print(endLine{
			Type: "turn_end", SessionID: t.session, TurnID: turn.ID,
			StopReason: turn.StopReason, Outcome: turn.Outcome, Hint: turn.Hint,
			Changes: append([]session.FileChange{}, turn.Changes...),
		})
	}
	fmt.Fprintln(t.stdout)
	for _, change := range turn.Changes {
		fmt.Fprintf(t.stderr, "%-8s %s (+%d -%d, by %s)\n", change.Kind, oneLine(change.Path), change.Added, change.Removed, change.By)
	}
	if turn.Outcome != "" {
		fmt.Fprintf(t.stderr, "keel: %s %s\n", plain(turn.Outcome), plain(turn.Hint))
	}
	return nil
}

// endLine is the last line of a turn; changes is always there.
type endLine struct {
	Type       string               `json:"type"`
	SessionID  string               `json:"sessionId"`
	TurnID     string               `json:"turnId"`
	StopReason string               `json:"stopReason"`
	Outcome    string               `json:"outcome,omitempty"`
	Hint       string               `json:"hint,omitempty"`
	Changes    []session.FileChange `json:"changes"`
}

// say prints a line as JSON, or the text for a person.
func (t *transcript) say(l line, text string) error {
	if t.json {
		return t.print(l)
	}
	_, err := fmt.Fprint(t.stdout, plain(text))
	return err
}
