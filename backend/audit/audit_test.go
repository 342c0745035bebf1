package audit_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/keel-ide/keel/backend/audit"
)

func open(t testing.TB, dir string, o audit.Options) *audit.Log {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return time.UnixMilli(5) }
	}
	log, err := audit.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	return log
}

func add(t testing.TB, log *audit.Log, entries ...audit.Entry) {
	t.Helper()
	for _, e := range entries {
		if _, err := log.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

func ask(t testing.TB, log *audit.Log, q audit.Query) audit.Page {
	t.Helper()
	page, err := log.Query(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func decision(session, call, effect, kind, command string) audit.Entry {
	return audit.Entry{Event: audit.EventDecision, SessionID: session, TurnID: "t1", CallID: call, Tool: "tool", Kind: kind, Command: command, Effect: effect, Reason: "why " + call}
}

func answer(session, call, said, feedback string) audit.Entry {
	return audit.Entry{Event: audit.EventAnswer, SessionID: session, TurnID: "t1", CallID: call, Answer: said, Feedback: feedback}
}

func outcome(session, call, status string) audit.Entry {
	return audit.Entry{Event: audit.EventOutcome, SessionID: session, TurnID: "t1", CallID: call, Status: status, DurationMs: 7}
}

// story is one call of each outcome, and a change of trust.
func story(t testing.TB, log *audit.Log) {
	add(t, log,
		decision("s1", "c1", "allow", "read", ""), outcome("s1", "c1", "completed"),
		decision("s1", "c2", "ask", "execute", "make a"), answer("s1", "c2", "approved", ""),
		decision("s2", "c3", "ask", "execute", "make b"), // still waits
		outcome("s1", "c2", "completed"),
		decision("s1", "c4", "ask", "edit", ""), answer("s1", "c4", "rejected", "not \"so\""), outcome("s1", "c4", "rejected"),
		decision("s1", "c5", "deny", "edit", ""), outcome("s1", "c5", "rejected"),
		decision("s1", "c6", "allow", "execute", "exit 1"), outcome("s1", "c6", "failed"),
		decision("s2", "c7", "ask", "fetch", ""), answer("s2", "c7", "cancelled", ""), outcome("s2", "c7", "cancelled"),
		outcome("s2", "c8", "failed"), // refused before a decision
		audit.Entry{Event: audit.EventTrust, Title: "Trusted a command", Pattern: "npm *"},
	)
}

func TestRecordsJoinWhatBelongsToACall(t *testing.T) {
	log := open(t, t.TempDir(), audit.Options{})
	story(t, log)
	page := ask(t, log, audit.Query{})
	var got []string
	for _, r := range page.Records {
		got = append(got, fmt.Sprintf("%d %s %s %s", r.Seq, r.CallID, r.Event, r.Outcome))
	}
	want := []string{"18  trust trust", "17 c8 outcome failed", "14 c7 decision cancelled", "12 c6 decision failed", "10 c5 decision denied", "7 c4 decision rejected", "5 c3 decision waiting", "3 c2 decision approved", "1 c1 decision allowed"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	whole := audit.Record{Entry: decision("s1", "c4", "ask", "edit", ""), Outcome: "rejected"}
	whole.Seq, whole.At, whole.Answer, whole.Feedback, whole.Status, whole.DurationMs = 7, 5, "rejected", "not \"so\"", "rejected", 7
	if d := cmp.Diff(whole, page.Records[5]); d != "" {
		t.Errorf("joined record (-want +got):\n%s", d)
	}
	rest := audit.Page{Sessions: []string{"s2", "s1"}, Last: 18}
	if d := cmp.Diff(rest, page, cmpopts.IgnoreFields(audit.Page{}, "Records")); d != "" {
		t.Errorf("page (-want +got):\n%s", d)
	}
}

func TestQueriesFilterAndPage(t *testing.T) {
	log := open(t, t.TempDir(), audit.Options{SegmentBytes: 400, Segments: 100})
	story(t, log)
	for _, each := range []struct {
		query audit.Query
		want  string
		more  bool
	}{
		{audit.Query{SessionID: "s2"}, "c8 c7 c3", false},
		{audit.Query{Kind: "execute"}, "c6 c3 c2", false},
		{audit.Query{Kind: "trust"}, " ", false},
		{audit.Query{Outcome: "approved"}, "c2", false},
		{audit.Query{Outcome: "waiting"}, "c3", false},
		{audit.Query{Outcome: "waiting", Waits: func(id string) bool { return id == "s2" }}, "c3", false},
		{audit.Query{Outcome: "waiting", Waits: func(id string) bool { return id == "s1" }}, "", false}, // Keel ended meanwhile
		{audit.Query{Outcome: "cancelled", Waits: func(id string) bool { return id == "s1" }}, "c7 c3", false},
		{audit.Query{Text: "MAKE"}, "c3 c2", false},
		{audit.Query{Text: `"SO"`}, "c4", false},
		{audit.Query{Text: "completed"}, "", false}, // no field that is searched
		{audit.Query{Limit: 3}, " c8 c7", true},
		{audit.Query{Limit: 3, Before: 14}, "c6 c5 c4", true},
		{audit.Query{Before: 4}, "c2 c1", false}, // with what came of it later
		{audit.Query{Before: 1}, "", false},
		{audit.Query{Kind: "execute", Outcome: "failed", SessionID: "s1", Text: "exit"}, "c6", false},
	} {
		page := ask(t, log, each.query)
		var got []string
		for _, r := range page.Records {
			if strings.TrimSpace(r.CallID) == "" {
				got = append(got, "")
				continue
			}
			got = append(got, r.CallID)
		}
		text := strings.Join(got, " ")
		if len(got) == 1 && text == "" {
			text = " "
		}
		if text != each.want || page.More != each.more {
			t.Errorf("%+v: %q, more %v, want %q, %v", each.query, text, page.More, each.want, each.more)
		}
	}
	if r := ask(t, log, audit.Query{Before: 4}).Records[0]; r.Outcome != "approved" || r.Status != "completed" {
		t.Errorf("what came after the page's end is missing: %+v", r)
	}
	add(t, log, answer("s2", "c3", "approved", ""), outcome("s2", "c3", "completed"))
	if r := ask(t, log, audit.Query{Text: "make b"}).Records[0]; r.Outcome != "approved" || r.Seq != 5 {
		t.Errorf("the waiting call has not gone on: %+v", r)
	}
}

func TestALaterDecisionStandsForAnEarlierOne(t *testing.T) {
	log := open(t, t.TempDir(), audit.Options{})
	add(t, log,
		decision("s", "c", "ask", "edit", ""), answer("s", "c", "approved", ""),
		decision("s", "c", "ask", "edit", "again"), answer("s", "c", "rejected", ""), outcome("s", "c", "rejected"))
	page := ask(t, log, audit.Query{})
	if len(page.Records) != 1 || page.Records[0].Outcome != "rejected" || page.Records[0].Command != "again" || page.Records[0].Seq != 1 {
		t.Errorf("records: %+v", page.Records)
	}
}

func TestNumbersGoOnOverRestartsAndSegments(t *testing.T) {
	dir := t.TempDir()
	for range 10 {
		log := open(t, dir, audit.Options{SegmentBytes: 500, Segments: 3})
		for range 10 {
			add(t, log, decision("s", "c", "allow", "read", ""))
		}
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
	}
	log := open(t, dir, audit.Options{SegmentBytes: 500, Segments: 3})
	seqs := numbers(t, dir)
	if len(seqs) == 0 || len(seqs) > 20 || seqs[len(seqs)-1] != 100 {
		t.Fatalf("numbers: %v", seqs)
	}
	for i := range seqs[1:] {
		if seqs[i+1] != seqs[i]+1 {
			t.Errorf("a gap in %v", seqs)
		}
	}
	if n, _ := filepath.Glob(filepath.Join(dir, "*.jsonl")); len(n) != 3 {
		t.Errorf("segments: %v", n)
	}
	if page := ask(t, log, audit.Query{}); len(page.Records) != 1 || page.Last != 100 {
		t.Errorf("page: %+v", page)
	}
	info, err := os.Stat(filepath.Join(dir, "lock"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// numbers are those in the files, in their order.
func numbers(t *testing.T, dir string) []int64 {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	var out []int64
	for _, name := range files {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", name, info.Mode(), err)
		}
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(file); lines.Scan(); {
			var e audit.Entry
			if json.Unmarshal(lines.Bytes(), &e) == nil {
				out = append(out, e.Seq)
			}
		}
		file.Close()
	}
	return out
}

func TestATornLineHidesNoOther(t *testing.T) {
	dir := t.TempDir()
	log := open(t, dir, audit.Options{})
	add(t, log, decision("s", "c1", "allow", "read", ""), decision("s", "c2", "allow", "read", ""))
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	whole, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	first := strings.Index(string(whole), "\n") + 1
	for size := first + 1; size < len(whole); size++ {
		if err := os.WriteFile(files[0], whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		log := open(t, dir, audit.Options{})
		if page := ask(t, log, audit.Query{}); len(page.Records) != 1 {
			t.Fatalf("cut at %d: %+v", size, page)
		}
		add(t, log, decision("s", "c3", "deny", "edit", ""))
		page := ask(t, log, audit.Query{})
		// A line that lacks nothing but its end is whole again.
		damaged, last := 1, int64(2)
		if size == len(whole)-1 {
			damaged, last = 0, 3
		}
		if len(page.Records) != 3-damaged || page.Damaged != damaged || page.Records[0].CallID != "c3" || page.Last != last {
			t.Fatalf("cut at %d: %+v", size, page)
		}
		log.Close()
	}
}

func TestASegmentThatIsGoneIsMissedByNobody(t *testing.T) {
	dir := t.TempDir()
	log := open(t, dir, audit.Options{})
	add(t, log, decision("s", "c1", "allow", "read", ""))
	ask(t, log, audit.Query{})
	files, _ := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	add(t, log, decision("s", "c2", "allow", "read", ""))
	if page := ask(t, log, audit.Query{}); len(page.Records) != 1 || page.Records[0].CallID != "c2" {
		t.Errorf("page: %+v", page)
	}
}

func TestSecretsAndLengthAreTakenOutBeforeWriting(t *testing.T) {
	dir := t.TempDir()
	log := open(t, dir, audit.Options{Redact: func(text string) string { return strings.ReplaceAll(text, "hunter2", "‹gone›") }})
	e := decision("s", "c", "ask", "execute", "x hunter2 "+strings.Repeat("é", 40_000))
	e.Original, e.Reason, e.Title, e.Feedback, e.Pattern, e.Folder, e.Paths = "hunter2", "hunter2", "hunter2", "hunter2", "hunter2", "hunter2", []string{"a/hunter2"}
	for range 300 {
		e.Paths = append(e.Paths, "p")
	}
	add(t, log, e)
	files, _ := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	written, err := os.ReadFile(files[0])
	if err != nil || strings.Contains(string(written), "hunter2") || len(written) > 64<<10 {
		t.Errorf("%d bytes, %v", len(written), err)
	}
	r := ask(t, log, audit.Query{}).Records[0]
	if len(r.Paths) != 201 || r.Paths[200] != "… and 101 more" || !strings.HasSuffix(r.Command, "more bytes)") {
		t.Errorf("%d paths, %q, %q", len(r.Paths), r.Paths[200], r.Command[len(r.Command)-40:])
	}
}

func TestManyWritersShareOneLog(t *testing.T) {
	if os.Getenv("AUDIT_WRITER") != "" {
		write(t, os.Getenv("AUDIT_WRITER"), 200)
		return
	}
	dir := t.TempDir()
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() { write(t, dir, 200) })
		group.Go(func() {
			command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestManyWritersShareOneLog$")
			command.Env = append(os.Environ(), "AUDIT_WRITER="+dir)
			if out, err := command.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	group.Wait()
	seqs := numbers(t, dir)
	if len(seqs) != 800 {
		t.Errorf("%d entries, want 800", len(seqs))
	}
	for i, seq := range seqs {
		if seq != int64(i+1) {
			t.Fatalf("number %d at place %d", seq, i)
		}
	}
}

func write(t *testing.T, dir string, n int) {
	log, err := audit.Open(dir, audit.Options{SegmentBytes: 8 << 10, Segments: 1000, LockLimit: time.Minute})
	if err != nil {
		t.Error(err)
		return
	}
	defer log.Close()
	for range n {
		if _, err := log.Append(t.Context(), decision("s", "c", "allow", "read", "")); err != nil {
			t.Error(err)
			return
		}
	}
}

func fill(b *testing.B, dir string, calls int) *audit.Log {
	log := open(b, dir, audit.Options{})
	for i := range calls {
		s, c := fmt.Sprintf("session-%d", i%40), fmt.Sprintf("call-%d", i)
		e := decision(s, c, "ask", "execute", "go test ./backend/... -run "+c)
		e.Title, e.Hash, e.Paths = "Run go test", strings.Repeat("0123abcd", 8), []string{"a/b.go"}
		add(b, log, e, outcome(s, c, "completed"))
	}
	return log
}

func BenchmarkAppend(b *testing.B) {
	log := open(b, b.TempDir(), audit.Options{})
	e := decision("s", "c", "ask", "execute", "go test ./backend/...")
	for b.Loop() {
		if _, err := log.Append(b.Context(), e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkQuery100k(b *testing.B) {
	dir := b.TempDir()
	warm := fill(b, dir, 50_000)
	ask(b, warm, audit.Query{})
	for name, q := range map[string]audit.Query{"newest": {}, "session": {SessionID: "session-3"}, "text": {Text: "call-17"}, "nothing": {Text: "no such text"}, "old": {Before: 1000}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				ask(b, warm, q)
			}
		})
	}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			ask(b, open(b, dir, audit.Options{}), audit.Query{})
		}
	})
}
