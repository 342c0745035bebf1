package cli

import (
	"testing"

	"github.com/keel-ide/keel/backend/checkpoint"
)

func TestLastAfter(t *testing.T) {
	turn := func(id string, reason checkpoint.Reason) checkpoint.Checkpoint {
		return checkpoint.Checkpoint{ID: id, Reason: reason, SessionID: "s", TurnID: "t"}
	}
	other := checkpoint.Checkpoint{ID: "other", Reason: checkpoint.TurnEnd, SessionID: "s", TurnID: "next"}
	elsewhere := checkpoint.Checkpoint{ID: "elsewhere", Reason: checkpoint.TurnEnd, SessionID: "another", TurnID: "t"}
	start, pre := turn("start", checkpoint.TurnStart), turn("pre", checkpoint.PreTool)
	post, later, end := turn("post", checkpoint.PostTool), turn("later", checkpoint.PostTool), turn("end", checkpoint.TurnEnd)
	list := func(all ...checkpoint.Checkpoint) []checkpoint.Checkpoint { return all }
	tests := []struct {
		name string
		all  []checkpoint.Checkpoint
		from checkpoint.Checkpoint
		want string
	}{
		{"the turn's end", list(other, end, later, post, pre, start), start, "end"},
		{"although something came after it", list(later, end, post, start), start, "end"},
		{"the last tool", list(other, elsewhere, later, post, pre, start), start, "later"},
		{"from the middle", list(end, later, post, pre, start), post, "end"},
		{"nothing after", list(other, end, later, start), end, ""},
		{"only before", list(start, end, later), start, ""},
		{"no tool", list(pre, start), start, ""},
		{"gone meanwhile", list(end), start, ""},
	}
	for _, test := range tests {
		if got := lastAfter(test.all, test.from); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestShare(t *testing.T) {
	plan := checkpoint.Plan{Write: []string{"a", "b"}, Delete: []string{"c"}}
	for files, want := range map[int]string{
		12: "This is a large restore: 3 paths of 13, 23 % of the workspace.",
		0:  "This is a large restore: 3 paths of 3, 100 % of the workspace.",
	} {
		if got := share(plan, files); got != want {
			t.Errorf("of %d: %q, want %q", files, got, want)
		}
	}
	if got := share(checkpoint.Plan{}, 0); got != "This is a large restore: 0 paths of 0, 0 % of the workspace." {
		t.Errorf("of nothing: %q", got)
	}
}
