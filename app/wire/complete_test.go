package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/session"
)

func TestCompleteLeavesNoNullList(t *testing.T) {
	value := struct {
		Sessions []session.Session
		Nested   *session.Turn
		None     *session.Turn
		Storage  map[string]string
		Bytes    []byte
	}{
		Sessions: []session.Session{{Turns: []session.Turn{{Items: []session.Item{{
			Tool: &session.ToolCall{Diff: &diff.File{Hunks: []diff.Hunk{{}}}},
		}}}}}},
		Nested: &session.Turn{},
	}
	wire.Complete(&value)
	turn := value.Sessions[0].Turns[0]
	if turn.Changes == nil || turn.Items[0].Tool.Paths == nil || turn.Items[0].Tool.Diff.Hunks[0].Lines == nil {
		t.Error("a list deep inside is still nil")
	}
	if value.Nested.Items == nil || value.Storage == nil {
		t.Error("a list behind a pointer, or a map, is still nil")
	}
	if value.None != nil || value.Bytes != nil {
		t.Error("what is absent was made up")
	}
	text, err := json.Marshal(value.Nested)
	if err != nil {
		t.Fatal(err)
	}
	var back session.Turn
	if err := json.Unmarshal(text, &back); err != nil || back.Changes == nil {
		t.Errorf("changes did not cross as an empty list: %s", text)
	}
}
