package agent_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/provider/replay"
	"github.com/keel-ide/keel/backend/session"
)

// children is how many processes a command starts that ignore TERM.
const children = 50

// living counts the processes whose command line holds a word.
func living(t testing.TB, word string) int {
	t.Helper()
	paths, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, path := range paths {
		if line, err := os.ReadFile(path); err == nil && bytes.Contains(line, []byte(word)) {
			count++
		}
	}
	return count
}

// stopTree runs a command with a tree of processes that ignore TERM, stops the
// turn, and returns how long that took. When it returns no process is left.
func stopTree(t testing.TB, built *agent.Agent, word string) time.Duration {
	t.Helper()
	ctx := t.Context()
	created, err := built.CreateSession(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := built.Send(ctx, created.ID, agent.Prompt{Text: "run it"}); err != nil {
		t.Fatal(err)
	}
	events := built.Subscribe(ctx)
	defer events.Close()
	for living(t, word) <= children { // and the shell itself
		state, err := built.Session(ctx, created.ID)
		if err != nil || state.Turns[0].Status == session.Done {
			t.Fatalf("the command does not run: %v, %+v", err, state.Turns)
		}
		select {
		case <-ctx.Done():
			t.Fatal(ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
	began := time.Now()
	if err := built.Stop(ctx, created.ID); err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	if err := built.Wait(ctx, created.ID); err != nil {
		t.Fatal(err)
	}
	if left := living(t, word); left != 0 {
		t.Fatalf("%d processes are left", left)
	}
	return took
}

// trees returns an agent whose model asks for a tree of processes each time.
func trees(t testing.TB, turns int) (built *agent.Agent, word string) {
	t.Helper()
	word = fmt.Sprintf("7200.%d", os.Getpid())
	arguments, err := json.Marshal(map[string]string{
		"command": fmt.Sprintf(`trap "" TERM; for i in $(seq %d); do sleep %s & done; wait`, children, word),
	})
	if err != nil {
		t.Fatal(err)
	}
	line := replay.Line{ToolCalls: []replay.ToolCall{{Name: "run_command", Arguments: arguments}}}
	o := options{
		root: t.TempDir(), data: t.TempDir(), model: replay.New(slices.Repeat([]replay.Line{line}, turns)),
		mode: session.Autopilot, rules: approval.Rules{TrustedCommands: []string{"*"}},
	}
	built, done := build(t, o)
	t.Cleanup(done)
	return built, word
}

func TestStopEndsATree(t *testing.T) {
	built, word := trees(t, 1)
	if took := stopTree(t, built, word); took > 20*time.Second {
		t.Errorf("stopping took %v", took)
	}
}

// BenchmarkStop measures how long a stop takes until the session is idle.
func BenchmarkStop(b *testing.B) {
	built, word := trees(b, 10_000)
	var took []time.Duration
	for b.Loop() {
		took = append(took, stopTree(b, built, word))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-median")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "ms-p95")
}
