package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/provider"
)

// newStore returns a store with a clock that ticks a second with each look, and
// with counted ids.
func newStore(t *testing.T) (*Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "sessions")
	now, ids := time.UnixMilli(1_000_000), 0
	store, err := OpenStore(t.Context(), dir, Options{
		Now:   func() time.Time { now = now.Add(time.Second); return now },
		NewID: func() string { ids++; return fmt.Sprintf("s%d", ids) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return store, dir
}

// recorded is a session's life: a finished turn, then one that was cut while a
// command ran, an edit waited for an answer and another message was queued.
func recorded(header Session) []Change {
	running := Turn{ID: "t1", Prompt: "do it", Status: Running, StartedAt: 5}
	done := running
	done.Status, done.StopReason, done.EndedAt, done.Before, done.After = Done, "end_turn", 9, "c1", "c2"
	done.Usage = provider.Usage{InputTokens: 3, OutputTokens: 4}
	done.Changes = []FileChange{{Path: "a", Kind: diff.Added, By: ByTool, Added: 1}}
	second := Turn{ID: "t2", Prompt: "more", Status: Waiting, StartedAt: 10}
	header.Queue = []Queued{{ID: "q1", Text: "and this", QueuedAt: 11}}
	header.Draft = "typed"
	item := func(i Item) *Item { return &i }
	return []Change{
		{Kind: ChangeTurn, Turn: &running},
		{Kind: ChangeItem, TurnID: "t1", Item: item(Item{ID: "i1", Kind: ItemText, Streaming: true})},
		{Kind: ChangeText, TurnID: "t1", ItemID: "i1", Append: "Hel"},
		{Kind: ChangeText, TurnID: "t1", ItemID: "i1", Append: "lo <b> é"},
		{Kind: ChangeItem, TurnID: "t1", Item: item(Item{ID: "i2", Kind: ItemNotice, Text: "busy"})},
		{Kind: ChangeRemoved, TurnID: "t1", ItemID: "i2"},
		{Kind: ChangeItem, TurnID: "t1", Item: item(Item{ID: "i1", Kind: ItemText, Text: "Hello <b> é"})},
		{Kind: ChangeTurn, Turn: &done},
		{Kind: ChangeTurn, Turn: &second},
		{Kind: ChangeItem, TurnID: "t2", Item: item(Item{ID: "i3", Kind: ItemTool, Tool: &ToolCall{
			ID: "x", Name: "run_command", Status: CallInProgress, Arguments: "{}", StartedAt: 12,
		}})},
		{Kind: ChangeOutput, TurnID: "t2", ItemID: "i3", Append: "line\n"},
		{Kind: ChangeItem, TurnID: "t2", Item: item(Item{ID: "i4", Kind: ItemTool, Tool: &ToolCall{
			ID: "y", Name: "edit_file", Status: CallWaiting, Approval: &Approval{ID: "p", Hash: "h"},
		}})},
		{Kind: ChangeArgs, TurnID: "t2", ItemID: "i4", Append: "{\"path\":"},
		{Kind: ChangeSession, Session: &header},
	}
}

func record1(t *testing.T, store *Store) Session {
	t.Helper()
	journal, created, err := store.Create(t.Context(), Session{Title: "First", Mode: Autopilot, Provider: "p", Model: "m"})
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range recorded(created) {
		if err := journal.Append(change); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(journal.Sync(), journal.Close()); err != nil {
		t.Fatal(err)
	}
	return created
}

func TestLoadEndsWhatWasUnderWay(t *testing.T) {
	store, _ := newStore(t)
	created := record1(t, store)
	got, err := store.Load(t.Context(), created.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := Session{
		ID: "s1", Title: "First", CreatedAt: 1_001_000, UpdatedAt: 1_001_000, Mode: Autopilot, Provider: "p", Model: "m",
		Draft: "and this\n\ntyped", Queue: []Queued{},
		Turns: []Turn{
			{
				ID: "t1", Prompt: "do it", Status: Done, StopReason: "end_turn", StartedAt: 5, EndedAt: 9,
				Before: "c1", After: "c2", Usage: provider.Usage{InputTokens: 3, OutputTokens: 4},
				Changes: []FileChange{{Path: "a", Kind: diff.Added, By: ByTool, Added: 1}},
				Items:   []Item{{ID: "i1", Kind: ItemText, Text: "Hello <b> é"}},
			},
			{
				ID: "t2", Prompt: "more", Status: Done, StopReason: StopInterrupted, StartedAt: 10, EndedAt: 1_001_000,
				Outcome: OutcomeCrashed, Hint: hintCrashed, Changes: []FileChange{},
				Items: []Item{
					{ID: "i3", Kind: ItemTool, Tool: &ToolCall{
						ID: "x", Name: "run_command", Status: CallUnknown, Arguments: "{}", StartedAt: 12,
						Output: "line\n", Result: resultUnknown, Paths: []string{},
					}},
					{ID: "i4", Kind: ItemTool, Tool: &ToolCall{
						ID: "y", Name: "edit_file", Status: CallCancelled, Arguments: "{\"path\":", Result: resultNotRun,
						Paths: []string{}, Approval: &Approval{ID: "p", Hash: "h", Answer: "cancelled", Patterns: []string{}},
					}},
				},
			},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("loaded session (-want +got):\n%s", d)
	}
}

// TestCutAtEveryByte cuts a journal where a crash could, opens it, and goes on.
func TestCutAtEveryByte(t *testing.T) {
	store, dir := newStore(t)
	created := record1(t, store)
	data, err := os.ReadFile(filepath.Join(dir, created.ID+extension))
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(data) + 1 {
		path := filepath.Join(dir, "cut"+extension)
		if err := os.WriteFile(path, data[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		loaded, err := store.Load(t.Context(), "cut")
		if err != nil {
			t.Fatalf("loading the first %d bytes: %v", n, err)
		}
		for _, turn := range loaded.Turns {
			if turn.Status != Done {
				t.Fatalf("first %d bytes: turn %s is %s", n, turn.ID, turn.Status)
			}
		}
		if n > 0 && n < len(data) && data[n-1] != '\n' && data[n] != '\n' && n%100 != 0 {
			continue // syncing takes its time: inside a line some places must do
		}
		journal, opened, err := store.Open(t.Context(), "cut")
		if err != nil {
			t.Fatalf("opening the first %d bytes: %v", n, err)
		}
		if d := cmp.Diff(loaded, opened); d != "" {
			t.Fatalf("first %d bytes: opened differs from loaded (-loaded +opened):\n%s", n, d)
		}
		next := Change{Kind: ChangeTurn, Turn: &Turn{ID: "new", Prompt: "go on", Status: Done}}
		if err := errors.Join(journal.Append(next), journal.Close()); err != nil {
			t.Fatal(err)
		}
		Apply(&opened, next)
		again, err := store.Load(t.Context(), "cut")
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(opened, again); d != "" {
			t.Fatalf("first %d bytes: after going on (-want +got):\n%s", n, d)
		}
	}
}

func TestDamagedLineIsLeftOut(t *testing.T) {
	store, dir := newStore(t)
	created := record1(t, store)
	path := filepath.Join(dir, created.ID+extension)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(data), "\n")
	lines[4] = strings.Repeat("\x00", 40) + "\n" // the second piece of text; the whole item follows
	if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := store.Load(t.Context(), created.ID)
	if err != nil {
		t.Fatal(err)
	}
	if text := got.Turns[0].Items[0].Text; len(got.Turns) != 2 || text != "Hello <b> é" {
		t.Errorf("got %d turns and text %q", len(got.Turns), text)
	}
}

func TestErrors(t *testing.T) {
	store, dir := newStore(t)
	ctx := t.Context()
	journal, created, err := store.Create(ctx, Session{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "newer.jsonl"), []byte(`{"kind":"session","session":{},"v":2}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	open := func(id string) error { _, _, err := store.Open(ctx, id); return err }
	load := func(id string) error { _, err := store.Load(ctx, id); return err }
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	for _, test := range []struct {
		name string
		got  error
		want error
	}{
		{"open while open", open(created.ID), ErrBusy},
		{"delete while open", store.Delete(ctx, created.ID), ErrBusy},
		{"load while open", load(created.ID), nil},
		{"load a missing one", load("none"), ErrNotFound},
		{"open a missing one", open("none"), ErrNotFound},
		{"load a path", load("../x"), ErrNotFound},
		{"delete a path", store.Delete(ctx, ".."), ErrNotFound},
		{"load a newer one", load("newer"), ErrNewer},
		{"open a newer one", open("newer"), ErrNewer},
		{"delete with a cancelled context", store.Delete(cancelled, created.ID), context.Canceled},
		{"close", journal.Close(), nil},
		{"open after the close", open(created.ID), nil},
	} {
		if !errors.Is(test.got, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, test.got, test.want)
		}
	}
}

func TestListDeleteRestore(t *testing.T) {
	store, _ := newStore(t)
	ctx := t.Context()
	for _, title := range []string{"one", "two", strings.Repeat("long ", 40_000)} {
		journal, created, err := store.Create(ctx, Session{Title: title})
		if err != nil {
			t.Fatal(err)
		}
		long := Item{ID: "i", Kind: ItemText, Text: strings.Repeat("x", 200_000)}
		err = journal.Append(
			Change{Kind: ChangeTurn, Turn: &Turn{ID: "t"}},
			Change{Kind: ChangeItem, TurnID: "t", Item: &long},
		)
		if created.ID == "s1" {
			created.UpdatedAt += 10_000
			created.Title = "one, renamed"
			err = errors.Join(err, journal.Append(Change{Kind: ChangeSession, Session: &created}))
		}
		if err := errors.Join(err, journal.Close()); err != nil {
			t.Fatal(err)
		}
	}
	titles := func() []string {
		t.Helper()
		summaries, err := store.List(ctx)
		if err != nil {
			t.Fatal(err)
		}
		titles := []string{}
		for _, s := range summaries {
			titles = append(titles, s.Title[:min(len(s.Title), 12)])
		}
		return titles
	}
	all := []string{"one, renamed", "long long lo", "two"}
	if d := cmp.Diff(all, titles()); d != "" {
		t.Fatal(d)
	}
	if err := store.Delete(ctx, "s3"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"one, renamed", "two"}, titles()); d != "" {
		t.Error(d)
	}
	if _, err := store.Load(ctx, "s3"); !errors.Is(err, ErrNotFound) {
		t.Errorf("loading a deleted session: %v", err)
	}
	if err := store.Restore(ctx, "s3"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(all, titles()); d != "" {
		t.Error(d)
	}
}

// TestHalfASummary: one that was being written when Keel ended stands for
// nothing, also in a turn that had ended.
func TestHalfASummary(t *testing.T) {
	for _, status := range []Status{Done, Running} {
		s := Session{Turns: []Turn{{ID: "t", Status: status, Items: []Item{
			{ID: "a", Kind: ItemSummary, Text: "whole", Step: 1},
			{ID: "b", Kind: ItemSummary, Text: "hal", Step: 2, Streaming: true},
		}}}}
		copied := s.Clone()
		for _, change := range Recover(&s) {
			Apply(&copied, change)
		}
		if d := cmp.Diff(s, copied, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: changes (-state +changed):\n%s", status, d)
		}
		want := []Item{{ID: "a", Kind: ItemSummary, Text: "whole", Step: 1}, {ID: "b", Kind: ItemNotice, Text: noticeSummary}}
		if d := cmp.Diff(want, s.Turns[0].Items); d != "" {
			t.Errorf("%s (-want +got):\n%s", status, d)
		}
		if again := Recover(&s); len(again) != 0 {
			t.Errorf("%s: recovering again: %+v", status, again)
		}
	}
}

func TestOutputKeepsItsEnd(t *testing.T) {
	s := Session{}
	Apply(&s, Change{Kind: ChangeTurn, Turn: &Turn{ID: "t"}})
	Apply(&s, Change{Kind: ChangeItem, TurnID: "t", Item: &Item{ID: "i", Tool: &ToolCall{}}})
	written := ""
	for n := range 300 {
		piece := strings.Repeat("é", n) + "\n"
		written += piece
		Apply(&s, Change{Kind: ChangeOutput, TurnID: "t", ItemID: "i", Append: piece})
		call := s.Item("t", "i").Tool
		if call.Output != written[call.OutputAt:] || len(call.Output) > MaxOutput || len(call.Output) < min(len(written), MaxOutput-3) {
			t.Fatalf("after %d bytes: %d bytes from %d", len(written), len(call.Output), call.OutputAt)
		}
	}
}

func TestApplySharesNothing(t *testing.T) {
	s := Session{}.Clone()
	Apply(&s, Change{Kind: ChangeTurn, Turn: &Turn{ID: "t"}})
	item := Item{ID: "i", Tool: &ToolCall{Paths: []string{"a"}, Approval: &Approval{Patterns: []string{"p"}}}}
	Apply(&s, Change{Kind: ChangeItem, TurnID: "t", Item: &item})
	before := s.Clone()
	item.Tool.Paths[0], item.Tool.Approval.Patterns[0], item.Tool.Status = "b", "q", CallFailed
	snapshot := s.Clone()
	snapshot.Turns[0].Items[0].Tool.Approval.Answer = "approved"
	if d := cmp.Diff(before, s); d != "" {
		t.Error(d)
	}
}
