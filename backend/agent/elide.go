package agent

import (
	"fmt"

	"github.com/keel-ide/keel/backend/session"
)

// textElided stands for a result that was left out. It never changes: services
// keep what they have read of a conversation only while it stays the same.
const textElided = "[output left out to make room: read it again if needed]"

// elidable reports whether leaving a result out is worth it.
func elidable(result string) bool { return len(result) > 500 }

// said reports whether an item is part of the conversation with the model.
func said(item *session.Item) bool {
	switch item.Kind {
	case session.ItemText, session.ItemReasoning, session.ItemPrompt:
		return true
	case session.ItemTool:
		return item.Tool != nil && item.Tool.Parent == ""
	case session.ItemNotice:
		return item.Told
	case session.ItemQuestion, session.ItemSummary:
	}
	return false
}

// lastStep is the last step of a turn that is part of the conversation.
func lastStep(turn session.Turn) int {
	last := 0
	for _, item := range turn.Items {
		if said(&item) {
			last = max(last, item.Step)
		}
	}
	return last
}

// elision is which results to leave out: those of the steps up to a number, by
// the id of their turn.
type elision map[string]int

// elision leaves out the results of all turns but the last one, and those of
// its steps up to one.
func (t *turn) elision(upTo int) (e elision, tokens int64) {
	e = elision{}
	t.read(func(s session.Session) {
		from, _ := lastSummary(s)
		for _, turn := range s.Turns[from:] {
			last := lastStep(turn)
			if turn.ID == t.head.ID {
				last = min(last, upTo)
			}
			saved := elidedTokens(turn, last)
			if saved > 0 {
				e[turn.ID] = last
				tokens += saved
			}
		}
	})
	return e, tokens
}

// elidedTokens is how much leaving out a turn's results up to a step saves.
func elidedTokens(turn session.Turn, upTo int) int64 {
	var tokens int64
	for _, item := range turn.Items {
		if said(&item) && item.Tool != nil && item.Step > turn.Elided && item.Step <= upTo && elidable(item.Tool.Result) {
			tokens += tokensOf(item.Tool.Result) - tokensOf(textElided)
		}
	}
	return tokens
}

// elide notes in the turns what is left out, so that it stays so.
func (t *turn) elide(e elision) {
	t.live.mark(func(turn *session.Turn) bool {
		upTo, ok := e[turn.ID]
		if !ok || turn.ID == t.head.ID {
			return false
		}
		turn.Elided = upTo
		return true
	})
	if upTo, ok := e[t.head.ID]; ok {
		t.change(func(head *session.Turn) { head.Elided = upTo })
	}
}

func noticeElided(tokens, limit int64) string {
	return fmt.Sprintf("The model's context was %s full. It no longer reads the long results of older tool calls, and runs a call again where it needs one. Nothing was removed from this session.",
		share(tokens, limit))
}

// share is a part of a whole in words.
func share(tokens, limit int64) string {
	if limit <= 0 {
		return "too"
	}
	return fmt.Sprintf("%d %%", tokens*100/limit)
}
