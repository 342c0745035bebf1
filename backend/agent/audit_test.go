package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/audit"
	"github.com/keel-ide/keel/backend/session"
)

// auditFake keeps entries in memory, or fails.
type auditFake struct {
	mu      sync.Mutex
	entries []audit.Entry
	fails   func(audit.Entry) error
}

func (f *auditFake) Record(_ context.Context, entry audit.Entry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fails != nil {
		if err := f.fails(entry); err != nil {
			return err
		}
	}
	f.entries = append(f.entries, entry)
	return nil
}

// of returns the entries about a turn, without what differs from run to run.
func (f *auditFake) of(t *testing.T, b *bench, turn session.Turn) []audit.Entry {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	entries := slices.Clone(f.entries)
	for i := range entries {
		e := &entries[i]
		if e.At == 0 || e.SessionID != b.id || e.TurnID != turn.ID || e.CallID == "" {
			t.Errorf("entry without its place: %+v", *e)
		}
		for n, item := range turn.Items {
			if item.ID == e.CallID {
				e.CallID = fmt.Sprint("call ", n)
			}
		}
		e.At, e.SessionID, e.TurnID, e.DurationMs = 0, "", "", 0
	}
	return entries
}

func TestEveryCallIsInTheAuditLog(t *testing.T) {
	log := &auditFake{}
	b := newBench(t, setup{policy: policy{asks: []string{"run"}, denies: []string{"delete"}}, mode: session.Autopilot, audit: log, files: map[string]string{"a": "one"}},
		calls("read", `{"path":"a"}`, "run", `{"command":"good"}`, "run", `{"command":"bad"}`, "delete", `{"path":"a"}`, "write", `{"path":"b","content":"x"}`, "nothing", `{}`), says("Done."))
	b.disk.commands["good"] = func(context.Context, func([]byte)) Result {
		// Decision and answer are there before the act.
		log.mu.Lock()
		defer log.mu.Unlock()
		if last := log.entries[len(log.entries)-1]; last.Event != audit.EventAnswer || last.Answer != "approved" {
			t.Errorf("before the command ran the last entry was %+v", last)
		}
		return Result{Text: "It failed.", IsError: true, ExitCode: 2, HasExit: true}
	}
	id := b.send("go")
	asked := b.answer(true, "")
	b.answered(asked.ID)
	b.answer(false, "not that one")
	turn := b.ended(id)

	decision := func(n int, tool, kind, argument, effect, reason string) audit.Entry {
		e := audit.Entry{Event: audit.EventDecision, CallID: fmt.Sprint("call ", n), Tool: tool, Kind: kind, Title: tool + " " + argument, Mode: "autopilot", Rule: "test", Effect: effect, Reason: reason}
		if kind == "execute" {
			e.Command, e.Folder = argument, "."
		} else {
			e.Paths = []string{argument}
		}
		return e
	}
	outcome := func(n int, status string) audit.Entry {
		return audit.Entry{Event: audit.EventOutcome, CallID: fmt.Sprint("call ", n), Status: status}
	}
	failed := outcome(1, "failed")
	failed.ExitCode, failed.HasExit = 2, true
	refused := outcome(5, "failed")
	refused.Tool, refused.Kind, refused.Title, refused.Reason = "nothing", "other", "nothing", `there is no tool "nothing"`
	want := []audit.Entry{
		decision(0, "read", "read", "a", "allow", ""), outcome(0, "completed"),
		decision(1, "run", "execute", "good", "ask", "It is asked about."),
		{Event: audit.EventAnswer, CallID: "call 1", Answer: "approved"}, failed,
		decision(2, "run", "execute", "bad", "ask", "It is asked about."),
		{Event: audit.EventAnswer, CallID: "call 2", Answer: "rejected", Feedback: "not that one"}, outcome(2, "rejected"),
		decision(3, "delete", "delete", "a", "deny", "It is forbidden."), outcome(3, "rejected"),
		decision(4, "write", "edit", "b", "allow", ""), outcome(4, "completed"),
		refused,
	}
	got := log.of(t, b, turn)
	for i := range got {
		if e := &got[i]; e.Event != audit.EventOutcome {
			if e.Hash == "" {
				t.Errorf("without a hash: %+v", *e)
			}
			e.Hash = ""
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestSubAgentsAreInTheAuditLog(t *testing.T) {
	log := &auditFake{}
	b := newBench(t, setup{files: map[string]string{"a": "one"}, audit: log}, calls("sub_agent", `{"content":"look at a"}`), says("Done."))
	b.model.scripts = map[string][]scriptedReply{"look at a": {calls("read", `{"path":"a"}`, "write", `{"path":"b","content":"x"}`), says("one")}}
	b.turn("go")
	var got []string
	for _, e := range log.entries {
		got = append(got, strings.TrimSpace(fmt.Sprint(e.Event, " ", e.Tool, " ", e.Effect, e.Status)))
	}
	// Calls that are refused before a decision end at once; reads run at the end.
	want := []string{"decision sub_agent allow", "decision read allow", "outcome  completed", "outcome write failed", "outcome  completed"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestNothingActsUnaudited: what changes something or leaves the machine waits for
// its entry; looking does not.
func TestNothingActsUnaudited(t *testing.T) {
	full := errors.New("no space left on device")
	for _, event := range []audit.Event{audit.EventDecision, audit.EventAnswer} {
		log := &auditFake{fails: func(e audit.Entry) error {
			if e.Event == event {
				return full
			}
			return nil
		}}
		b := newBench(t, setup{files: map[string]string{"a": "one"}, policy: policy{asks: []string{"run", "read", "host"}}, mode: session.Autopilot, audit: log},
			calls("read", `{"path":"a"}`, "run", `{"command":"x"}`, "host", `{"command":"h"}`), says("Done."))
		ran := false
		b.disk.commands["x"] = func(context.Context, func([]byte)) Result { ran = true; return Result{} }
		b.disk.hosted["h"] = func(context.Context, Host) Result { ran = true; return Result{} }
		id := b.send("go")
		asked := b.answer(true, "")
		b.answered(asked.ID)
		if event == audit.EventAnswer {
			for range 2 {
				asked := b.answer(true, "")
				b.answered(asked.ID)
			}
		}
		const refused = "failed: Nothing was done: what was decided about it could not be kept first (no space left on device). Tell the user to make room on the disk."
		if d := cmp.Diff([]string{"read completed: one", "run " + refused, "host " + refused}, callsOf(b.ended(id))); d != "" {
			t.Errorf("%s (-want +got):\n%s", event, d)
		}
		if ran {
			t.Errorf("%s: it ran unaudited", event)
		}
	}
}

func TestAnAuditLogThatRecoversLetsTheNextCallRun(t *testing.T) {
	n := 0
	log := &auditFake{fails: func(audit.Entry) error {
		if n++; n == 1 {
			return errors.New("full")
		}
		return nil
	}}
	b := newBench(t, setup{mode: session.Autopilot, audit: log}, calls("write", `{"path":"b","content":"x"}`, "write", `{"path":"c","content":"y"}`), says("Done."))
	b.turn("go")
	if d := cmp.Diff(map[string]string{"c": "y"}, b.disk.now()); d != "" {
		t.Error(d)
	}
}
