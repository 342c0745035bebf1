package session

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRecover(t *testing.T) {
	picture := []Image{{Name: "a", MediaType: "image/png", Data: []byte("a")}}
	state := Session{
		Draft: "typing",
		Queue: []Queued{{ID: "1", Text: "words"}, {ID: "2", Text: "see", Images: picture}},
		Turns: []Turn{
			{ID: "t1", Status: Done, StopReason: "end_turn", Items: []Item{
				{ID: "i1", Step: 1, Kind: ItemTool, Tool: &ToolCall{Status: CallCompleted, CommandID: "b1", Running: true, Background: true}},
			}},
			{ID: "t2", Status: Waiting, Items: []Item{
				{ID: "i2", Step: 1, Kind: ItemTool, Tool: &ToolCall{Status: CallInProgress}},
				{ID: "i3", Kind: ItemQuestion, Question: &Question{ID: "q", Text: "Which?", Open: true}},
				{ID: "i4", Kind: ItemQuestion, Question: &Question{ID: "r", Text: "What?", Answer: "this"}},
			}},
		},
	}.Clone()
	before := state.Clone()
	changes := Recover(&state)

	want := before.Clone()
	want.Draft, want.Queue = "words\n\ntyping", []Queued{{ID: "2", Text: "see", Images: picture, Held: true}}
	want.Turns[0].Items[0].Tool.Running = false
	last := &want.Turns[1]
	last.Status, last.StopReason, last.Outcome, last.Hint = Done, StopInterrupted, OutcomeCrashed, hintCrashed
	last.Items[0].Tool.Status, last.Items[0].Tool.Result = CallUnknown, resultUnknown
	last.Items[1].Question.Open = false
	last.Items = append(last.Items, Item{ID: "ended-i1", Step: 1, Kind: ItemNotice, Told: true, Text: OutcomeUnfollowed("b1")})
	if d := cmp.Diff(want, state); d != "" {
		t.Errorf("recovered (-want +got):\n%s", d)
	}
	for _, change := range changes {
		Apply(&before, change)
	}
	if d := cmp.Diff(state, before); d != "" {
		t.Errorf("by its changes (-want +got):\n%s", d)
	}
	if again := Recover(&state); len(again) != 0 {
		t.Errorf("recovered twice: %+v", again)
	}
}

// TestRecoverWhileReading: what was not read is said to be so, once, and what was
// read stays.
func TestRecoverWhileReading(t *testing.T) {
	read := Reference{ID: "a", Name: "a", Content: &Content{Text: "a"}}
	state := Session{
		Queue: []Queued{{ID: "q", Text: "and", References: []Reference{{ID: "c"}}}},
		Turns: []Turn{{
			ID: "t", Status: Running, Reading: true, References: []Reference{read, {ID: "b"}}, Images: []Image{{Name: "p"}},
			Items: []Item{{ID: "i", Kind: ItemPrompt, References: []Reference{{ID: "d"}}}},
		}},
	}.Clone()
	before := state.Clone()
	changes := Recover(&state)
	turn := state.Turns[0]
	if turn.Reading || turn.References[0].Content.Text != "a" || turn.References[1].Content.Problem == "" ||
		turn.Items[0].References[0].Content.Problem == "" || !state.Queue[0].Held || len(state.Queue[0].References) != 1 {
		t.Errorf("recovered %+v", state)
	}
	for _, change := range changes {
		if change.Turn != nil && change.Turn.Images != nil {
			t.Error("the images are written once more")
		}
		Apply(&before, change)
	}
	if d := cmp.Diff(state, before); d != "" {
		t.Errorf("by its changes (-want +got):\n%s", d)
	}
	if again := Recover(&state); len(again) != 0 {
		t.Errorf("recovered twice: %+v", again)
	}
}

func TestApplyKeepsReferences(t *testing.T) {
	var s Session
	for _, references := range [][]Reference{{{ID: "a"}}, nil, {{ID: "a", Content: &Content{Text: "x"}}}, nil} {
		Apply(&s, Change{Kind: ChangeTurn, Turn: &Turn{ID: "t", References: references}})
	}
	if got := s.Turns[0].References; len(got) != 1 || got[0].Content == nil {
		t.Errorf("references %+v", got)
	}
}

func TestApplyKeepsImages(t *testing.T) {
	picture := []Image{{Name: "a"}}
	var s Session
	Apply(&s, Change{Kind: ChangeTurn, Turn: &Turn{ID: "t", Images: picture}})
	Apply(&s, Change{Kind: ChangeTurn, Turn: &Turn{ID: "t", Status: Done}})
	if d := cmp.Diff(picture, s.Turns[0].Images); d != "" || s.Turns[0].Status != Done {
		t.Errorf("turn %+v: %s", s.Turns[0], d)
	}
}
