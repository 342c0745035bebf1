package agent_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/provider/replay"
	"github.com/keel-ide/keel/backend/session"
)

// encodings write a text, in which é is the only letter beyond ASCII.
func encodings() map[string]func(string) []byte {
	units := func(order binary.AppendByteOrder) func(string) []byte {
		return func(text string) []byte {
			var out []byte
			for _, unit := range utf16.Encode([]rune("\uFEFF" + text)) {
				out = order.AppendUint16(out, unit)
			}
			return out
		}
	}
	return map[string]func(string) []byte{
		"UTF-8":            func(text string) []byte { return []byte(text) },
		"with a mark":      func(text string) []byte { return []byte("\uFEFF" + text) },
		"latin-1":          func(text string) []byte { return []byte(strings.ReplaceAll(text, "é", "\xe9")) },
		"CRLF":             func(text string) []byte { return []byte(strings.ReplaceAll(text, "\n", "\r\n")) },
		"mixed":            func(text string) []byte { return []byte(strings.Replace(text, "\n", "\r\n", 3)) },
		"no final newline": func(text string) []byte { return []byte(strings.TrimSuffix(text, "\n")) },
		"UTF-16 LE":        units(binary.LittleEndian),
		"UTF-16 BE":        units(binary.BigEndian),
	}
}

const (
	asIs     = "milk é\n1\n2\n3\nmilk 2\n4\n5\n6\nmilk 3\n"
	middle   = "milk é\n1\n2\n3\nbread 2\n4\n5\n6\nmilk 3\n"
	outer    = "bread é\n1\n2\n3\nmilk 2\n4\n5\n6\nbread 3\n"
	newer    = "milk é\n1\n2\nthree\n3\nmilk 2\n4\n5\n6\nmilk 3\n"
	newOuter = "bread é\n1\n2\nthree\n3\nmilk 2\n4\n5\n6\nbread 3\n"
)

// play runs a turn that would replace milk by bread, with what a person does about
// it, and then returns the file.
func play(t *testing.T, content []byte, person func(s *stage, asked session.Approval)) []byte {
	t.Helper()
	s := &stage{t: t, root: filepath.Join(t.TempDir(), "work"), data: t.TempDir(), turns: map[string]string{}}
	s.write("a.txt", string(content))
	arguments := func(values map[string]any) json.RawMessage {
		raw, err := json.Marshal(values)
		s.check(err)
		return raw
	}
	model := replay.New([]replay.Line{
		{ToolCalls: []replay.ToolCall{{Name: "read_file", Arguments: arguments(map[string]any{"path": "a.txt"})}}},
		{ToolCalls: []replay.ToolCall{{Name: "edit_file", Arguments: arguments(map[string]any{
			"path": "a.txt", "old_string": "milk", "new_string": "bread", "replace_all": true,
		})}}},
		{Text: "Done."},
	})
	s.agent, s.close = build(t, options{root: s.root, data: s.data, model: model, mode: session.Supervised})
	t.Cleanup(func() { s.close() })
	s.enter(1)
	s.do("prompt go")
	person(s, *s.until(func(call *session.ToolCall) bool { return call.Status == session.CallWaiting }).Approval)
	s.end()
	got, err := os.ReadFile(filepath.Join(s.root, "a.txt"))
	s.check(err)
	return got
}

func (s *stage) decide(asked session.Approval, decisions ...session.Decision) {
	s.t.Helper()
	if len(asked.Hunks) != len(decisions) {
		s.t.Fatalf("%d hunks, want %d", len(asked.Hunks), len(decisions))
	}
	for i, decision := range decisions {
		s.check(s.agent.DecideProposal(s.t.Context(), agent.Decision{
			SessionID: s.session, ApprovalID: asked.ID, Hash: asked.Hash, Hunks: []string{asked.Hunks[i].ID}, Decision: decision,
		}))
	}
}

// TestPartsKeepTheEncoding writes parts of a change in every kind of text file,
// also on top of what was saved meanwhile.
func TestPartsKeepTheEncoding(t *testing.T) {
	const yes, no = session.Accepted, session.Rejected
	for name, encode := range encodings() {
		for _, test := range []struct {
			what, saved, want string
			decisions         []session.Decision
		}{
			{"the middle", "", middle, []session.Decision{no, yes, no}},
			{"the outer two", "", outer, []session.Decision{yes, no, yes}},
			{"none", "", asIs, []session.Decision{no, no, no}},
			{"the outer two, on newer text", newer, newOuter, []session.Decision{yes, no, yes}},
		} {
			t.Run(name+", "+test.what, func(t *testing.T) {
				t.Parallel()
				got := play(t, encode(asIs), func(s *stage, asked session.Approval) {
					if test.saved != "" {
						s.write("a.txt", string(encode(test.saved)))
						s.agent.NoteUserChange("a.txt")
						asked = *s.until(func(call *session.ToolCall) bool {
							return call.Status == session.CallWaiting && call.Approval.Hash != asked.Hash
						}).Approval
					}
					s.decide(asked, test.decisions...)
				})
				if d := cmp.Diff(encode(test.want), got); d != "" {
					t.Errorf("file (-want +got):\n%s", d)
				}
			})
		}
	}
}

// TestKilledWhileAProposalWaits has Keel end without a word: what was decided is
// shown, the call is not run, and the file is as it was.
func TestKilledWhileAProposalWaits(t *testing.T) {
	play(t, []byte(asIs), func(s *stage, asked session.Approval) {
		s.decide(asked, session.Accepted, session.Rejected, session.Undecided)
		killed := &stage{t: t, root: s.root, data: t.TempDir(), session: s.session}
		s.check(os.CopyFS(filepath.Join(killed.data, "sessions"), os.DirFS(filepath.Join(s.data, "sessions"))))
		s.do("reject")
		killed.agent, killed.close = build(t, options{root: s.root, data: killed.data, model: replay.New(nil), mode: session.Supervised})
		defer killed.close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		state, err := killed.agent.Session(ctx, s.session)
		s.check(err)
		call := state.Turns[0].Items[1].Tool
		var got []string
		for _, hunk := range call.Approval.Hunks {
			got = append(got, string(hunk.Decision))
		}
		want := []string{"accepted", "rejected", ""}
		if d := cmp.Diff(want, got); d != "" || call.Status != session.CallCancelled || call.Approval.Answer != "cancelled" {
			t.Errorf("%s, answer %q, decisions (-want +got):\n%s", call.Status, call.Approval.Answer, d)
		}
		onDisk, err := os.ReadFile(filepath.Join(s.root, "a.txt"))
		if d := cmp.Diff(asIs, string(onDisk)); err != nil || d != "" {
			t.Errorf("file (-want +got, %v):\n%s", err, d)
		}
	})
}
