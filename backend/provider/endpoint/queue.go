package endpoint

import "github.com/keel-ide/keel/backend/provider"

// Queue holds what was read of a reply and not yet handed on. The zero value is
// one of a reply of which nothing was read.
type Queue struct {
	Events []provider.Event
	End    error // given when there are no more events; nil while more may come
}

// Next returns the next event, or the end. While there is neither it calls step,
// which reads a piece of the reply into the queue; cause is why the caller has
// given up, nil while it has not.
func (q *Queue) Next(cause func() error, step func()) (provider.Event, error) {
	for len(q.Events) == 0 {
		if q.End == nil {
			q.End = cause()
		}
		if q.End != nil {
			return provider.Event{}, q.End
		}
		step()
	}
	event := q.Events[0]
	q.Events = q.Events[1:]
	return event, nil
}
