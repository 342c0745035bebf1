// Package providertest helps the tests of providers: streams made from events,
// and a check of the rule that a cut reply is never a reply.
//
// It knows nothing of package testing, so that tools can use it too.
package providertest

import (
	"fmt"
	"io"
	"reflect"

	"github.com/keel-ide/keel/backend/provider"
)

// Stream returns a stream of events that then ends with end for ever; nil
// means [io.EOF].
func Stream(end error, events ...provider.Event) provider.Stream {
	if end == nil {
		end = io.EOF
	}
	return &stream{events: events, end: end}
}

type stream struct {
	events []provider.Event
	end    error
}

func (s *stream) Next() (provider.Event, error) {
	if len(s.events) == 0 {
		return provider.Event{}, s.end
	}
	event := s.events[0]
	s.events = s.events[1:]
	return event, nil
}

func (s *stream) Close() error { return nil }

// CheckPrefixes assembles every prefix of events, each with a clean end and
// with a broken one. It returns an error when a prefix without the stop event,
// or a prefix with a broken end, passes for a reply, when one of them is not
// [provider.ClassInterrupted], or when anything is handed on with an error.
func CheckPrefixes(events []provider.Event) error {
	stopped := false
	for n := 0; ; n++ {
		for _, clean := range []bool{true, false} {
			var end error
			if !clean {
				end = io.ErrUnexpectedEOF
			}
			reply, err := provider.Assemble(Stream(end, events[:n]...), nil)
			if err := CheckCut(reply, err); err != nil && (!stopped || !clean) {
				return fmt.Errorf("first %d of %d events, clean end %v: %w", n, len(events), clean, err)
			}
		}
		if n == len(events) {
			return nil
		}
		stopped = stopped || events[n].Kind == provider.EventStop
	}
}

// CheckCut returns an error unless reply and err are what
// [provider.Assemble] must return for a cut stream.
func CheckCut(reply provider.Reply, err error) error {
	switch {
	case err == nil:
		return fmt.Errorf("passed for a reply that stopped with %q", reply.StopReason)
	case provider.ClassOf(err) != provider.ClassInterrupted:
		return fmt.Errorf("class %q of %w", provider.ClassOf(err), err)
	case !reflect.DeepEqual(reply, provider.Reply{}):
		return fmt.Errorf("%d blocks handed on beside the error", len(reply.Message.Blocks))
	}
	return nil
}
