package session

import "slices"

// Clone returns a copy that shares nothing with s that either side may write
// to. Its slices are never nil, so that they cross to the page as lists.
// Diffs are shared: they are never written to once made.
func (s Session) Clone() Session {
	s.Queue = list(s.Queue) // images are shared: they are never written to
	s.Grants = slices.Clone(s.Grants)
	s.Acts = slices.Clone(s.Acts) // what they hold is never written to
	turns := make([]Turn, len(s.Turns))
	for i, turn := range s.Turns {
		turns[i] = turn.Clone()
	}
	s.Turns = turns
	return s
}

// Header is a copy of s without its turns.
func (s Session) Header() Session {
	s.Turns = nil
	return s.Clone()
}

// Clone is [Session.Clone] for a turn.
func (t Turn) Clone() Turn {
	items := make([]Item, len(t.Items))
	for i, item := range t.Items {
		items[i] = item.Clone()
	}
	t.Items = items
	t.Changes = list(t.Changes)
	t.Drift = slices.Clone(t.Drift)
	t.Todo = slices.Clone(t.Todo)
	t.Images = slices.Clone(t.Images)
	t.References = slices.Clone(t.References) // what they hold is never written to
	t.Reviews = slices.Clone(t.Reviews)       // an entry is replaced, never written to
	t.Left = slices.Clone(t.Left)
	return t
}

// Header is a copy of t without its items.
func (t Turn) Header() Turn {
	t.Items = nil
	return t.Clone()
}

// Clone is [Session.Clone] for an item.
func (i Item) Clone() Item {
	i.Images = slices.Clone(i.Images)
	i.References = slices.Clone(i.References)
	if i.Question != nil {
		question := *i.Question
		question.Choices = list(question.Choices)
		i.Question = &question
	}
	if i.Tool == nil {
		return i
	}
	call := *i.Tool
	call.Paths = list(call.Paths)
	call.Calls = slices.Clone(call.Calls)
	if call.Approval != nil {
		approval := *call.Approval
		approval.Patterns = list(approval.Patterns)
		approval.Steps = slices.Clone(approval.Steps)
		approval.Hunks = slices.Clone(approval.Hunks)
		call.Approval = &approval
	}
	i.Tool = &call
	return i
}

func list[T any](values []T) []T {
	if values == nil {
		return []T{}
	}
	return slices.Clone(values)
}
