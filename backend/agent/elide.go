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

// elision is what to leave out, by the id of its turn.
type elision struct {
	steps      map[string]int  // the results of the steps up to a number, and what prompts among them point at
	references map[string]bool // what the turn's own prompt points at
}

func (e elision) empty() bool { return len(e.steps)+len(e.references) == 0 }

// elision leaves out the results of all turns but the last one, and those of
// its steps up to one; so what prompts point at. What the session's first request
// points at is left out only with first.
func (t *turn) elision(upTo int, first bool) (e elision, tokens int64) {
	e = elision{map[string]int{}, map[string]bool{}}
	t.read(func(s session.Session) {
		from, _ := lastSummary(s)
		for i, turn := range s.Turns[from:] {
			last, own := lastStep(turn), turn.ID == t.head.ID
			if own {
				last = min(last, upTo)
			}
			if saved := elidedTokens(turn, last); saved > 0 {
				e.steps[turn.ID] = last
				tokens += saved
			}
			if own || turn.ReferencesElided || from+i == 0 && !first {
				continue
			}
			if saved := savedReferences(turn.References); saved > 0 {
				e.references[turn.ID] = true
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
		if !said(&item) || item.Step <= turn.Elided || item.Step > upTo {
			continue
		}
		if item.Tool != nil && elidable(item.Tool.Result) {
			tokens += tokensOf(item.Tool.Result) - tokensOf(textElided)
		}
		tokens += savedReferences(item.References)
	}
	return tokens
}

// elide notes in the turns what is left out, so that it stays so.
func (t *turn) elide(e elision) {
	apply := func(turn *session.Turn) bool {
		upTo, steps := e.steps[turn.ID]
		if steps {
			turn.Elided = upTo
		}
		turn.ReferencesElided = turn.ReferencesElided || e.references[turn.ID]
		return steps || e.references[turn.ID]
	}
	t.live.mark(func(turn *session.Turn) bool { return turn.ID != t.head.ID && apply(turn) })
	if _, ok := e.steps[t.head.ID]; ok || e.references[t.head.ID] {
		t.change(func(head *session.Turn) { apply(head) })
	}
}

// elideOwn leaves out what the turn's own prompt points at, and reports whether
// that was worth it.
func (t *turn) elideOwn(r room) bool {
	saved := int64(0)
	t.read(func(s session.Session) {
		if turn := s.Turn(t.head.ID); !turn.ReferencesElided {
			saved = savedReferences(turn.References)
		}
	})
	if saved <= 0 {
		return false
	}
	t.elide(elision{references: map[string]bool{t.head.ID: true}})
	t.notice(noticeOwnElided(r.limit))
	return true
}

// alone reports whether the turn's prompt with what it points at is too much by
// itself.
func (t *turn) alone(r room) bool {
	guess := overheadTokens(r.request)
	t.read(func(s session.Session) { guess += openingTokens(*s.Turn(t.head.ID)) })
	return r.tokens*guess/max(1, requestTokens(r.request))*100 >= r.target()*fullPercent
}

// openingTokens estimates a turn's prompt.
func openingTokens(turn session.Turn) int64 {
	return tokensOf(turn.Prompt) + saidTokens(turn.Images, turn.References, turn.ReferencesElided, turn.ImagesRefused)
}

func noticeOwnElided(limit int64) string {
	why := "is too much for what the model takes"
	if limit > 0 {
		why = fmt.Sprintf("is too much for the model's context of %d tokens", limit)
	}
	return "What your message points at " + why + ". The model reads the names of it, and looks for itself where it can. Point at less to have it read at once."
}

func noticeElided(tokens, limit int64, references bool) string {
	also := ""
	if references {
		also = " It no longer reads what earlier messages point at either, but knows what that was."
	}
	return fmt.Sprintf("The model's context was %s full. It no longer reads the long results of older tool calls, and runs a call again where it needs one.%s Nothing was removed from this session.",
		share(tokens, limit), also)
}

// share is a part of a whole in words.
func share(tokens, limit int64) string {
	if limit <= 0 {
		return "too"
	}
	return fmt.Sprintf("%d %%", tokens*100/limit)
}
