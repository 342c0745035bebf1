package agent

import (
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// conversation is a session as messages. What it has taken in stays, so that a
// turn of a thousand steps does not make all of them anew for each request. The
// zero value has taken in nothing.
type conversation struct {
	normal          normaliser
	provider, model string
	turn            string // the last one
	steps, items    int    // of it
}

// messages returns all of s, normalised. Of a turn that goes on only the steps
// since the last time are looked at: those before them have come to their end.
func (c *conversation) messages(s session.Session, m model) []provider.Message {
	last := s.Turns[len(s.Turns)-1]
	if c.provider == m.info.ID && c.model == m.id && c.turn == last.ID && c.items == countItems(last, c.steps) {
		tail := last
		tail.Items = nil
		for i := range last.Items {
			if last.Items[i].Step > c.steps {
				tail.Items = append(tail.Items, last.Items[i])
			}
		}
		s.Turns = []session.Turn{tail}
		c.normal.add(history(s, m.info.ID, m.id)[1:]) // without the prompt
	} else {
		*c = conversation{normal: newNormaliser(), provider: m.info.ID, model: m.id, turn: last.ID}
		c.normal.add(history(s, m.info.ID, m.id))
	}
	c.steps = lastStep(last)
	c.items = countItems(last, c.steps)
	return c.normal.whole()
}

// countItems counts what was said in a turn's steps up to one.
func countItems(turn session.Turn, upTo int) int {
	count := 0
	for i := range turn.Items {
		if item := &turn.Items[i]; item.Step <= upTo && said(item) {
			count++
		}
	}
	return count
}
