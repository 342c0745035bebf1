//go:build unix

package agent

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// droning asks for the same call over and over, and notes when it is asked.
type droning struct {
	call scriptedReply
	left int

	mu    sync.Mutex // guards asked
	asked []time.Time
}

func (d *droning) Info(context.Context) provider.Info {
	return provider.Info{ID: "fake", Name: "Fake", Ready: true}
}

func (d *droning) Models(context.Context) ([]provider.Model, error) {
	return []provider.Model{{ID: "m1"}}, nil
}

func (d *droning) Stream(ctx context.Context, _ provider.Request) (provider.Stream, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, time.Now())
	if len(d.asked) > d.left {
		return says("Done.").stream(ctx)
	}
	return d.call.stream(ctx)
}

// withModel is a bench on another model.
func withModel(b *testing.B, files map[string]string, model provider.Provider, steps int) *bench {
	stage := newBench(b, setup{files: files, maxSteps: steps})
	stage.o.Providers = []provider.Provider{model}
	return stage
}

func median(of []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(of))
	return sorted[len(sorted)/2]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// BenchmarkToolCall runs turns of 1,000 calls that take no time themselves, so
// that what is measured is all that stands around them, disk included. The
// figures are of one call and the reply that asks for it.
func BenchmarkToolCall(b *testing.B) {
	const count = 1000
	for _, test := range []struct{ name, tool, arguments string }{
		{"looks", "read", `{"path":"a"}`},
		{"changes", "write", `{"path":"a","content":"two"}`},
	} {
		b.Run(test.name, func(b *testing.B) {
			var all, first, last []time.Duration
			for b.Loop() {
				model := &droning{call: calls(test.tool, test.arguments), left: count}
				stage := withModel(b, map[string]string{"a": strings.Repeat("line\n", 200)}, model, count+1)
				if turn := stage.turn("go"); len(turn.Items) != count+1 {
					b.Fatalf("%d items, ended with %q: %s", len(turn.Items), turn.StopReason, turn.Outcome)
				}
				var steps []time.Duration
				for i := range count {
					steps = append(steps, model.asked[i+1].Sub(model.asked[i]))
				}
				all, first, last = append(all, steps...), append(first, steps[:100]...), append(last, steps[count-100:]...)
			}
			b.ReportMetric(ms(median(all)), "ms/call")
			b.ReportMetric(ms(median(first)), "ms/call-first-100")
			b.ReportMetric(ms(median(last)), "ms/call-last-100")
		})
	}
}

// BenchmarkDeltas streams replies of 10,000 pieces of text; afterwards the
// agent has nothing to do, and should do nothing.
func BenchmarkDeltas(b *testing.B) {
	const count = 10_000
	reply := says(strings.Repeat("word ", count))
	stage := newBench(b, setup{})
	for b.Loop() {
		stage.model.mu.Lock()
		stage.model.answers = []scriptedReply{reply}
		stage.model.mu.Unlock()
		stage.turn("go")
		<-stage.model.asked
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*count), "ns/delta")
	const rest = 500 * time.Millisecond
	before := cpuTime(b)
	<-time.After(rest)
	b.ReportMetric(100*float64(cpuTime(b)-before)/float64(rest), "%cpu-idle")
}

// cpuTime is how long the process has kept processors busy.
func cpuTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkResume opens sessions of 5,000 items and makes their next request.
func BenchmarkResume(b *testing.B) {
	for _, turns := range []int{100, 1} {
		b.Run(fmt.Sprintf("turns=%d", turns), func(b *testing.B) { resume(b, turns, 5000/turns) })
	}
}

func resume(b *testing.B, turns, items int) {
	stage := newBench(b, setup{})
	journal, state, err := stage.store.Create(b.Context(), session.Session{Mode: session.Autopilot, Provider: "fake", Model: "m1"})
	if err != nil {
		b.Fatal(err)
	}
	for turn := range turns {
		id := fmt.Sprint("t", turn)
		changes := []session.Change{turnChange(session.Turn{ID: id, Prompt: "do this", Status: session.Done, Provider: "fake", Model: "m1"})}
		for n := range items {
			call := session.ToolCall{
				ID: fmt.Sprint("c", n), Name: "read", Title: "Read a", Status: session.CallCompleted, Arguments: `{"path":"a"}`,
				Result: strings.Repeat("line of a file\n", 100),
			}
			changes = append(changes, itemChange(id, session.Item{ID: fmt.Sprint(id, n), Step: n + 1, Kind: session.ItemTool, Tool: &call}))
		}
		if err := journal.Append(changes...); err != nil {
			b.Fatal(err)
		}
	}
	if err := journal.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		a := New(stage.o)
		l, err := a.live(b.Context(), state.ID)
		if err != nil {
			b.Fatal(err)
		}
		t := &turn{agent: a, live: l}
		if request := t.request(model{info: provider.Info{ID: "fake"}, id: "m1"}); len(request.Messages) < 5000 {
			b.Fatal("the conversation is not whole")
		}
		if err := a.Close(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
