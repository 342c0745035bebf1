package agent

import "github.com/keel-ide/keel/backend/session"

// keepPending bounds how much output waits for the next event; what is beyond
// it could not be kept by the item anyway.
const keepPending = 2 * session.MaxOutput

// pending is a run of changes made as short as it can be: pieces of one text
// become one piece, and what is replaced is left out.
type pending struct{ entries []entry }

// entry is a change; a piece of text is in text instead of change.Append.
type entry struct {
	change  session.Change
	text    []byte
	dropped int64 // bytes of output that came before text and are gone
}

func (p *pending) add(change session.Change) {
	switch change.Kind {
	case session.ChangeText, session.ChangeOutput, session.ChangeArgs:
		p.extend(change)
	case session.ChangeSession:
		same := func(c session.Change) bool { return c.Kind == session.ChangeSession }
		p.replace(p.withKept(change, same), same)
	case session.ChangeTurn:
		same := func(c session.Change) bool { return c.Kind == session.ChangeTurn && c.Turn.ID == change.Turn.ID }
		p.replace(p.withOnce(change, same), same)
	case session.ChangeItem:
		p.dropPieces(change.Item.ID)
		p.replace(change, func(c session.Change) bool {
			return c.Kind == session.ChangeItem && c.Item.ID == change.Item.ID
		})
	case session.ChangeRemoved:
		p.dropPieces(change.ItemID)
		p.drop(func(c session.Change) bool { return c.Kind == session.ChangeItem && c.Item.ID == change.ItemID })
		p.entries = append(p.entries, entry{change: change})
	case session.ChangeRewound:
		p.entries = append(p.entries, entry{change: change})
	}
}

func (p *pending) extend(change session.Change) {
	for i := len(p.entries) - 1; i >= 0; i-- {
		if e := &p.entries[i]; e.change.Kind == change.Kind && e.change.ItemID == change.ItemID {
			e.text = append(e.text, change.Append...)
			if change.Kind == session.ChangeOutput && len(e.text) > keepPending {
				cut := session.TailStart(string(e.text), session.MaxOutput)
				e.dropped += int64(cut)
				e.text = append(e.text[:0], e.text[cut:]...)
			}
			return
		}
	}
	piece := entry{change: change, text: []byte(change.Append)}
	piece.change.Append = ""
	p.entries = append(p.entries, piece)
}

// replace puts change where an older one of the same thing stands, or last.
func (p *pending) replace(change session.Change, same func(session.Change) bool) {
	for i := range p.entries {
		if same(p.entries[i].change) {
			p.entries[i] = entry{change: change}
			return
		}
	}
	p.entries = append(p.entries, entry{change: change})
}

// withOnce gives a change of a turn what the one that it replaces has and is not
// repeated: images and references.
func (p *pending) withOnce(change session.Change, same func(session.Change) bool) session.Change {
	for _, e := range p.entries {
		if !same(e.change) {
			continue
		}
		turn := *change.Turn
		if turn.Images == nil {
			turn.Images = e.change.Turn.Images
		}
		if turn.References == nil {
			turn.References = e.change.Turn.References
		}
		change.Turn = &turn
	}
	return change
}

// withKept gives a change of the session what the one that it replaces has and is
// not repeated: acts, and what queued messages hold.
func (p *pending) withKept(change session.Change, same func(session.Change) bool) session.Change {
	for _, e := range p.entries {
		if !same(e.change) {
			continue
		}
		header := *change.Session
		if header.Acts == nil {
			header.Acts = e.change.Session.Acts
		}
		header.Queue = session.Requeued(header.Queue, e.change.Session.Queue)
		change.Session = &header
	}
	return change
}

func (p *pending) dropPieces(itemID string) {
	p.drop(func(c session.Change) bool {
		return c.ItemID == itemID && c.Kind != session.ChangeRemoved
	})
}

func (p *pending) drop(gone func(session.Change) bool) {
	kept := p.entries[:0]
	for _, e := range p.entries {
		if !gone(e.change) {
			kept = append(kept, e)
		}
	}
	p.entries = kept
}

func (p *pending) empty() bool { return len(p.entries) == 0 }

// take returns the changes and forgets them. Output that is too much for a
// piece becomes its whole item, from state, which must hold it already.
func (p *pending) take(state *session.Session) []session.Change {
	changes := make([]session.Change, 0, len(p.entries))
	for _, e := range p.entries {
		change := e.change
		if e.text != nil {
			change.Append = string(e.text)
		}
		if e.dropped > 0 || (change.Kind == session.ChangeOutput && len(change.Append) > session.MaxOutput) {
			item := state.Item(change.TurnID, change.ItemID)
			if item == nil {
				continue
			}
			whole := item.Clone()
			change = session.Change{Kind: session.ChangeItem, TurnID: change.TurnID, Item: &whole}
		}
		changes = append(changes, change)
	}
	p.entries = nil
	return changes
}

// apply takes the changes into state and forgets them.
func (p *pending) apply(state *session.Session) {
	for _, e := range p.entries {
		change := e.change
		if e.text != nil {
			change.Append = string(e.text)
		}
		if e.dropped > 0 {
			if item := state.Item(change.TurnID, change.ItemID); item != nil && item.Tool != nil {
				item.Tool.OutputAt += int64(len(item.Tool.Output)) + e.dropped
				item.Tool.Output = ""
			}
		}
		session.Apply(state, change)
	}
	p.entries = nil
}
