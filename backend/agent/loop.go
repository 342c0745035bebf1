package agent

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/keel-ide/keel/backend/session"
)

// When a turn goes round in circles: the same calls, one after the other or up
// to so many in turn, with the same results.
const (
	longestCycle = 5
	toldAfter    = 3 // repetitions, after which the model is told
	stoppedAfter = 5
)

// guard notices when a turn goes round in circles.
type guard struct {
	calls [][sha256.Size]byte // of the turn, with their results, in order
	told  bool                // of the circle that it is in
}

// verdict is what a guard says after a reply's calls.
type verdict int

const (
	goesOn verdict = iota
	tellIt
	stopIt
)

// add takes in the calls of a reply with their results. Of equal ones in the
// same reply only the first counts: the model had no chance to see them.
func (g *guard) add(items []*session.Item) verdict {
	reply := len(g.calls)
	for _, item := range items {
		if made := digest(item.Tool); !slices.Contains(g.calls[reply:], made) {
			g.calls = append(g.calls, made)
		}
	}
	switch times := g.repetitions(); {
	case times >= stoppedAfter:
		return stopIt
	case times >= toldAfter && !g.told:
		g.told = true
		return tellIt
	case times < toldAfter:
		g.told = false
	}
	return goesOn
}

// reset forgets the calls: the model has been told something new.
func (g *guard) reset() { *g = guard{} }

// repetitions returns how often the last calls are the same, in cycles of any
// length.
func (g *guard) repetitions() int {
	most := 0
	for length := 1; length <= longestCycle; length++ {
		times := 1
		for end := len(g.calls); end-(times+1)*length >= 0; times++ {
			if !slices.Equal(g.calls[end-(times+1)*length:end-times*length], g.calls[end-length:]) {
				break
			}
		}
		most = max(most, times)
	}
	return most
}

// digest is a call with what came of it. A command's result names the time that
// it took, which is always another one: its output and exit code stand for it.
func digest(call *session.ToolCall) [sha256.Size]byte {
	parts := []string{call.Name, call.Arguments, string(call.Status), call.Result}
	if call.HasExit && call.Kind == session.KindExecute {
		parts = append(parts[:3], fmt.Sprint(call.ExitCode, call.OutputAt), call.Output)
	}
	hash := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(hash, "%d:%s", len(part), part)
	}
	return [sha256.Size]byte(hash.Sum(nil))
}

// loopNotice is for the model and the user.
func loopNotice() string {
	return fmt.Sprintf("The last calls were made %d times with the same results. Do something else, or say what stands in the way.", toldAfter)
}

func loopEnd() ending {
	return ending{
		session.StopLoop, fmt.Sprintf("The model made the same calls %d times with the same results, so Keel stopped it.", stoppedAfter),
		"What it did so far stays. Say what it should do differently, or choose another model.",
	}
}
