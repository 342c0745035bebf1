package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/review"
	"github.com/keel-ide/keel/backend/session"
	"pgregory.net/rapid"
)

// proposing is tools with one call, that proposes to write bytes to a file in
// memory.
type proposing struct {
	mu    sync.Mutex
	file  []byte
	first []byte // what the next call proposes
	told  []bool // of every write, whether the model knows the file
}

func (f *proposing) Specs() []provider.ToolSpec { return []provider.ToolSpec{{Name: "propose"}} }

func (f *proposing) Shown(context.Context, View, string, string) {}

func (f *proposing) Prepare(context.Context, View, string, json.RawMessage) (Prepared, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return proposedWrite{f, bytes.Clone(f.file), f.first, true}, nil
}

type proposedWrite struct {
	tools         *proposing
	before, after []byte
	told          bool
}

func (p proposedWrite) Plan() Plan {
	difference := p.Compare(p.before, p.after)
	return Plan{
		Kind: session.KindEdit, Title: "Edit a", Paths: []string{"a"}, Mutates: true, Diff: &difference,
		Hash: fmt.Sprintf("%q to %q", p.before, p.after),
	}
}

func (p proposedWrite) Run(context.Context, Host) Result {
	p.tools.mu.Lock()
	defer p.tools.mu.Unlock()
	if !bytes.Equal(p.tools.file, p.before) {
		return Result{Changed: true, IsError: true}
	}
	p.tools.file, p.tools.told = p.after, append(p.tools.told, p.told)
	return Result{Text: "Wrote a."}
}

func (p proposedWrite) Proposal() (Proposal, bool) { return Proposal{"a", p.before, p.after}, true }

func (p proposedWrite) Compare(before, after []byte) diff.File {
	return diff.Compute("a", before, after)
}

func (p proposedWrite) Revise(_ context.Context, r Revision) (Proposer, error) {
	if bytes.ContainsRune(r.After, 0) {
		return nil, errors.New("no text")
	}
	return proposedWrite{p.tools, p.before, r.After, r.Told}, nil
}

func (p proposedWrite) Rebase(context.Context) (Proposer, error) {
	p.tools.mu.Lock()
	defer p.tools.mu.Unlock()
	if bytes.Equal(p.tools.file, p.before) {
		return p, nil
	}
	merged, clean := diff.Merge(p.before, p.tools.file, p.after)
	if !clean {
		return nil, errors.New("it does not fit")
	}
	return proposedWrite{p.tools, bytes.Clone(p.tools.file), merged, false}, nil
}

// proposes starts a turn that asks about one change.
func proposes(t *testing.T, before, after string) (*bench, *proposing, string) {
	t.Helper()
	b := newBench(t, setup{mode: session.Supervised}, calls("propose", `{}`), says("ok"))
	tools := &proposing{file: []byte(before), first: []byte(after)}
	b.o.Tools = tools
	return b, tools, b.send("go")
}

func (b *bench) decide(asked session.Approval, decision session.Decision, ids ...string) error {
	return b.DecideProposal(b.t.Context(), Decision{
		SessionID: b.id, ApprovalID: asked.ID, Hash: asked.Hash, Hunks: ids, Decision: decision,
	})
}

// TestDecisionsInAnyOrder holds that what is written is what was kept, whatever
// the order of the decisions, and however they were given.
func TestDecisionsInAnyOrder(t *testing.T) {
	lines := rapid.SliceOfN(rapid.SampledFrom([]string{"a\n", "b\n", "c\n", "\n", "d\r\n", "\xe9\n"}), 0, 12)
	rapid.Check(t, func(r *rapid.T) {
		before, after := strings.Join(lines.Draw(r, "before"), ""), strings.Join(lines.Draw(r, "after"), "")
		b, tools, id := proposes(t, before, after)
		asked := b.question()
		hunks, _ := review.Hunks([]byte(before), []byte(after))
		order := make([]int, len(hunks))
		for i := range order {
			order[i] = i
		}
		accepted := map[string]bool{}
		for _, i := range rapid.Permutation(order).Draw(r, "order") {
			decision := session.Rejected
			if accepted[hunks[i].ID] = rapid.Bool().Draw(r, "accepted"); accepted[hunks[i].ID] {
				decision = session.Accepted
			}
			if err := b.decide(asked, decision, hunks[i].ID); err != nil {
				r.Fatal(err)
			}
		}
		if len(hunks) == 0 {
			b.answer(true, "")
		}
		want, err := review.Keep([]byte(before), []byte(after), func(id string) bool { return accepted[id] })
		if err != nil {
			want = []byte(after)
		}
		b.ended(id)
		if !bytes.Equal(tools.file, want) {
			r.Fatalf("wrote %q, want %q", tools.file, want)
		}
		if err := b.Close(t.Context()); err != nil {
			r.Fatal(err)
		}
	})
}

const (
	three   = "1\nx\n2\nx\n3\nx\n4\n"
	threeBy = "1\ny\n2\ny\n3\ny\n4\n"
)

// TestOneOfManyAnswers has several windows answer at once.
func TestOneOfManyAnswers(t *testing.T) {
	b, tools, id := proposes(t, three, threeBy)
	asked := b.question()
	ids := []string{asked.Hunks[0].ID, asked.Hunks[1].ID, asked.Hunks[2].ID}
	var wait sync.WaitGroup
	results := make([]error, 30)
	for i := range results {
		wait.Go(func() {
			switch i % 3 {
			case 0:
				results[i] = b.decide(asked, session.Accepted, ids...)
			case 1:
				results[i] = b.decide(asked, session.Rejected, ids...)
			default:
				results[i] = b.Answer(t.Context(), Answer{SessionID: b.id, ApprovalID: asked.ID, Hash: asked.Hash, Approved: i%2 == 0})
			}
		})
	}
	wait.Wait()
	turn := b.ended(id)
	won := 0
	for _, err := range results {
		if err == nil {
			won++
		} else if !errors.Is(err, approval.ErrGone) {
			t.Errorf("one that was too late got %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d answers were taken, want 1", won)
	}
	tool := turn.Items[0].Tool
	if wrote := string(tools.file) == threeBy; wrote != (tool.Approval.Answer == "approved") {
		t.Errorf("the answer is %q, and the file %q", tool.Approval.Answer, tools.file)
	}
	for _, hunk := range tool.Approval.Hunks {
		if (hunk.Decision == session.Accepted) != (tool.Approval.Answer == "approved") {
			t.Errorf("answer %q, hunk %+v", tool.Approval.Answer, hunk)
		}
	}
}

// TestWhatCannotBeDecided leaves the question as it was.
func TestWhatCannotBeDecided(t *testing.T) {
	b, tools, id := proposes(t, three, threeBy)
	asked := b.question()
	first := asked.Hunks[0].ID
	edit := func(hash, text string) error {
		_, err := b.EditProposal(t.Context(), b.id, asked.ID, hash, []byte(text))
		return err
	}
	stale := asked
	stale.Hash = "older"
	elsewhere := asked
	elsewhere.ID = "no such question"
	for name, test := range map[string]struct{ got, want error }{
		"older hash":        {b.decide(stale, session.Accepted, first), approval.ErrChanged},
		"no question":       {b.decide(elsewhere, session.Accepted, first), approval.ErrGone},
		"no hunks":          {b.decide(asked, session.Accepted), ErrAnswer},
		"one is not there":  {b.decide(asked, session.Accepted, first, "?"), ErrAnswer},
		"no decision":       {b.decide(asked, "maybe", first), ErrAnswer},
		"edit, older hash":  {edit("older", "mine"), approval.ErrChanged},
		"edit to no text":   {edit(asked.Hash, "a\x00"), ErrNotText},
		"edit, too large":   {edit(asked.Hash, strings.Repeat("x", LargestProposal+1)), ErrTooLarge},
		"answer, older one": {b.Answer(t.Context(), Answer{SessionID: b.id, ApprovalID: asked.ID, Hash: "older", Approved: true}), approval.ErrChanged},
	} {
		if !errors.Is(test.got, test.want) {
			t.Errorf("%s: %v, want %v", name, test.got, test.want)
		}
	}
	if d := cmp.Diff(asked, b.question()); d != "" {
		t.Errorf("the question changed (-before +after):\n%s", d)
	}
	b.answer(true, "")
	b.ended(id)
	if string(tools.file) != threeBy {
		t.Errorf("wrote %q", tools.file)
	}
	if _, _, err := b.ReadProposal(b.id, asked.ID); !errors.Is(err, approval.ErrGone) {
		t.Errorf("reading what was answered: %v", err)
	}
}

// TestEditedProposal changes the hash, and with it what may be answered.
func TestEditedProposal(t *testing.T) {
	b, tools, id := proposes(t, three, threeBy)
	asked := b.question()
	if err := b.decide(asked, session.Rejected, asked.Hunks[0].ID); err != nil {
		t.Fatal(err)
	}
	const mine = "1\nx\n2\nz\n3\nx\n4\n"
	hash, err := b.EditProposal(t.Context(), b.id, asked.ID, asked.Hash, []byte(mine))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Answer(t.Context(), Answer{SessionID: b.id, ApprovalID: asked.ID, Hash: asked.Hash, Approved: true}); !errors.Is(err, approval.ErrChanged) {
		t.Errorf("an answer to what was shown before: %v", err)
	}
	shown := b.question()
	if shown.Hash != hash || !shown.Edited || len(shown.Hunks) != 1 || shown.Hunks[0].Decision != session.Undecided {
		t.Errorf("shown is %+v, want hash %q", shown, hash)
	}
	proposal, read, err := b.ReadProposal(b.id, asked.ID)
	if err != nil || read != hash {
		t.Errorf("read hash %q, %v; want %q", read, err, hash)
	}
	if d := cmp.Diff(Proposal{"a", []byte(three), []byte(mine)}, proposal); d != "" {
		t.Errorf("read (-want +got):\n%s", d)
	}
	// The model's own text again is no change of it.
	if hash, err = b.EditProposal(t.Context(), b.id, asked.ID, hash, []byte(threeBy)); err != nil {
		t.Fatal(err)
	}
	if again := b.question(); again.Edited || again.Hash != hash || len(again.Hunks) != 3 {
		t.Errorf("edited back: %+v", again)
	}
	b.answer(true, "")
	turn := b.ended(id)
	if string(tools.file) != threeBy || turn.Items[0].Tool.Result != "Wrote a." {
		t.Errorf("wrote %q, and said %q", tools.file, turn.Items[0].Tool.Result)
	}
}

// TestEverythingAtOnce has windows edit, decide and answer while the file changes:
// what is written is what was shown with the hash that was answered.
func TestEverythingAtOnce(t *testing.T) {
	b, tools, id := proposes(t, three+"tail\n", threeBy+"tail\n")
	asked := b.question()
	var wait sync.WaitGroup
	for i := range 4 {
		wait.Go(func() {
			for n := range 20 {
				proposal, hash, err := b.ReadProposal(b.id, asked.ID)
				if err != nil {
					t.Errorf("reading: %v", err)
					return
				}
				switch i {
				case 0:
					_, err = b.EditProposal(t.Context(), b.id, asked.ID, hash, fmt.Appendf(nil, "user %d\n%s", n, proposal.After))
				case 1:
					err = b.DecideProposal(t.Context(), Decision{
						SessionID: b.id, ApprovalID: asked.ID, Hash: hash, Hunks: []string{asked.Hunks[0].ID}, Decision: session.Undecided,
					})
				case 2:
					tools.mu.Lock()
					tools.file = fmt.Appendf(tools.file[:len(tools.file):len(tools.file)], "more %d\n", n)
					tools.mu.Unlock()
					b.NoteFilesChanged()
				default:
					b.NoteUserChange("a")
				}
				if err != nil && !errors.Is(err, approval.ErrChanged) && !errors.Is(err, ErrAnswer) {
					t.Errorf("%d: %v", i, err)
				}
			}
		})
	}
	wait.Wait()
	for {
		shown, hash, err := b.ReadProposal(b.id, asked.ID)
		if err != nil {
			t.Fatal(err)
		}
		err = b.Answer(t.Context(), Answer{SessionID: b.id, ApprovalID: asked.ID, Hash: hash, Approved: true})
		if errors.Is(err, approval.ErrChanged) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		b.ended(id)
		if d := cmp.Diff(string(shown.After), string(tools.file)); d != "" {
			t.Errorf("file (-shown +got):\n%s", d)
		}
		return
	}
}

// TestTooMuchToTell makes the model read the file again.
func TestTooMuchToTell(t *testing.T) {
	long := strings.Repeat("a long line of what the user has written themselves\n", 2000)
	b, tools, id := proposes(t, three, threeBy)
	asked := b.question()
	if _, err := b.EditProposal(t.Context(), b.id, asked.ID, asked.Hash, []byte(long)); err != nil {
		t.Fatal(err)
	}
	b.answer(true, "")
	result := b.ended(id).Items[0].Tool.Result
	if len(result) > 2*toldMost || !strings.Contains(result, "read the file again") {
		t.Errorf("told %d bytes: %.300s", len(result), result)
	}
	if d := cmp.Diff([]bool{false}, tools.told); d != "" {
		t.Errorf("what the model knows (-want +got):\n%s", d)
	}
}

// proposingDisk is a disk with the call that proposes.
type proposingDisk struct {
	*disk
	proposing *proposing
}

func (d proposingDisk) Prepare(ctx context.Context, view View, name string, raw json.RawMessage) (Prepared, error) {
	if name == "propose" {
		return d.proposing.Prepare(ctx, view, name, raw)
	}
	return d.disk.Prepare(ctx, view, name, raw)
}

// TestSubAgentsProposal is decided about as the conversation's own.
func TestSubAgentsProposal(t *testing.T) {
	b := newBench(t, setup{mode: session.Supervised}, calls("sub_agent", `{"content":"look and write","write":true}`), says("ok"))
	tools := &proposing{file: []byte(three), first: []byte(threeBy)}
	b.o.Tools = proposingDisk{b.disk, tools}
	b.model.scripts = map[string][]scriptedReply{"look and write": {calls("propose", `{}`), says("Written.")}}
	id := b.send("go")
	asked := b.question()
	if !strings.HasPrefix(asked.Reason, "Asked by the sub agent") || len(asked.Hunks) != 3 {
		t.Errorf("asked %+v", asked)
	}
	for i, decision := range []session.Decision{session.Rejected, session.Accepted, session.Rejected} {
		if err := b.decide(asked, decision, asked.Hunks[i].ID); err != nil {
			t.Fatal(err)
		}
	}
	b.ended(id)
	if got, want := string(tools.file), "1\nx\n2\ny\n3\nx\n4\n"; got != want {
		t.Errorf("wrote %q, want %q", got, want)
	}
}

// TestCarriedDecisions keeps what was decided about the same lines, and nothing
// where it cannot be told which they are.
func TestCarriedDecisions(t *testing.T) {
	tests := []struct {
		name, before, after, now, then string
		want                           []session.Decision
	}{
		{"moved down", "1\nx\n2\nz\n3\n", "1\ny\n2\nw\n3\n", "0\n1\nx\n2\nz\n3\n", "0\n1\ny\n2\nw\n3\n", []session.Decision{session.Rejected, session.Undecided}},
		{"as many of the same", "1\nx\n2\nx\n3\n", "1\ny\n2\ny\n3\n", "0\n1\nx\n2\nx\n3\n", "0\n1\ny\n2\ny\n3\n", []session.Decision{session.Rejected, session.Undecided}},
		{"one of the same is gone", "1\nx\n2\nx\n3\n", "1\ny\n2\ny\n3\n", "1\ny\n2\nx\n3\n", "1\ny\n2\ny\n3\n", []session.Decision{session.Undecided}},
		{"UTF-16", utf16("1\nx\n2\n"), utf16("1\ny\n2\n"), utf16("0\n1\nx\n2\n"), utf16("0\n1\ny\n2\n"), []session.Decision{session.Rejected}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			was := Proposal{"a", []byte(test.before), []byte(test.after)}
			now := Proposal{"a", []byte(test.now), []byte(test.then)}
			old := hunksOf(was)
			if len(old) == 0 {
				t.Fatal("no hunks")
			}
			old[0].Decision = session.Rejected
			var got []session.Decision
			for _, hunk := range carried(hunksOf(now), now, old, was) {
				got = append(got, hunk.Decision)
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("decisions (-want +got):\n%s", d)
			}
		})
	}
}

// utf16 writes ASCII text as UTF-16 LE.
func utf16(text string) string {
	var b strings.Builder
	b.WriteString("\xff\xfe")
	for _, c := range []byte(text) {
		b.Write([]byte{c, 0})
	}
	return b.String()
}
