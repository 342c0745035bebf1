package session

import (
	"slices"
	"unicode/utf8"
)

// MaxOutput is how many bytes of a command's output an item keeps.
const MaxOutput = 64 << 10

// Apply takes change into s. Journals, the agent and every reader of events
// use the same steps, so that all of them arrive at the same state. A change
// of a turn or an item that s does not know is left out. What s then holds
// shares no memory with change that either side may write to.
func Apply(s *Session, change Change) {
	switch change.Kind {
	case ChangeSession:
		if change.Session != nil {
			turns, acts, queue, seq := s.Turns, s.Acts, s.Queue, max(s.Seq, change.Session.Seq)
			*s = change.Session.Clone()
			s.Queue = Requeued(s.Queue, queue)
			s.Turns, s.Seq = turns, seq
			if s.Acts == nil {
				s.Acts = acts // they come only when they change
			}
		}
	case ChangeTurn:
		if change.Turn != nil {
			applyTurn(s, change.Turn)
		}
	case ChangeItem:
		if turn := s.Turn(change.TurnID); turn != nil && change.Item != nil {
			applyItem(turn, change.Item)
		}
	case ChangeRewound:
		if at := slices.IndexFunc(s.Turns, func(t Turn) bool { return t.ID == change.TurnID }); at >= 0 {
			s.Turns = slices.Delete(s.Turns, at, len(s.Turns))
		}
	case ChangeRemoved:
		if turn := s.Turn(change.TurnID); turn != nil {
			turn.Items = slices.DeleteFunc(turn.Items, func(i Item) bool { return i.ID == change.ItemID })
		}
	case ChangeText, ChangeOutput, ChangeArgs:
		if item := s.Item(change.TurnID, change.ItemID); item != nil {
			extend(item, change.Kind, change.Append)
		}
	}
}

// Requeued is a queue whose messages have again what a change does not repeat of
// those that stood in the queue before: images and references, which are many bytes
// and never change while a message waits. It writes to neither.
func Requeued(queue, before []Queued) []Queued {
	queue = list(queue)
	for i := range queue {
		if queue[i].Images != nil || queue[i].References != nil {
			continue
		}
		if at := slices.IndexFunc(before, func(q Queued) bool { return q.ID == queue[i].ID }); at >= 0 {
			queue[i].Images, queue[i].References = before[at].Images, before[at].References
		}
	}
	return queue
}

func applyTurn(s *Session, changed *Turn) {
	if turn := s.Turn(changed.ID); turn != nil {
		items, images, references := turn.Items, turn.Images, turn.References
		*turn = changed.Header()
		turn.Items = items
		if turn.Images == nil {
			turn.Images = images // they are many bytes, and never change
		}
		if turn.References == nil {
			turn.References = references // they are many bytes, and change once
		}
		return
	}
	s.Turns = append(s.Turns, changed.Header())
}

func applyItem(turn *Turn, changed *Item) {
	if item := turn.Item(changed.ID); item != nil {
		*item = changed.Clone()
		return
	}
	turn.Items = append(turn.Items, changed.Clone())
}

func extend(item *Item, kind ChangeKind, text string) {
	switch {
	case kind == ChangeText:
		item.Text += text
	case item.Tool == nil:
	case kind == ChangeArgs:
		item.Tool.Arguments += text
	case kind == ChangeOutput:
		item.Tool.Output += text
		cut := TailStart(item.Tool.Output, MaxOutput)
		item.Tool.Output = item.Tool.Output[cut:]
		item.Tool.OutputAt += int64(cut)
	}
}

// TailStart returns where the last limit bytes of text start, moved forward to
// the start of a character.
func TailStart(text string, limit int) int {
	cut := max(0, len(text)-limit)
	for cut > 0 && cut < len(text) && !utf8.RuneStart(text[cut]) {
		cut++
	}
	return cut
}

// Turn returns the turn with that id, or nil; it points into s.
func (s *Session) Turn(id string) *Turn {
	for i := len(s.Turns) - 1; i >= 0; i-- {
		if s.Turns[i].ID == id {
			return &s.Turns[i]
		}
	}
	return nil
}

// Item returns an item of a turn, or nil; it points into s.
func (s *Session) Item(turnID, itemID string) *Item {
	if turn := s.Turn(turnID); turn != nil {
		return turn.Item(itemID)
	}
	return nil
}

// Item returns the item with that id, or nil; it points into t.
func (t *Turn) Item(id string) *Item {
	for i := len(t.Items) - 1; i >= 0; i-- {
		if t.Items[i].ID == id {
			return &t.Items[i]
		}
	}
	return nil
}

// Step is the number of the turn's last reply so far, or 0.
func (t *Turn) Step() int {
	step := 0
	for _, item := range t.Items {
		step = max(step, item.Step)
	}
	return step
}
