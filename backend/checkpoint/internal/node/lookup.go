package node

import (
	"fmt"
	"strings"
)

// Lookup finds one name in an encoding, without making the folder; part fetches
// the encodings of its parts. The entry is nil where there is no such name: it may
// be all the same if the folder is partial. What stands before the name is looked
// at as by [Decode].
func Lookup(data []byte, name string, part func(ID) ([]byte, error)) (e *Entry, partial bool, err error) {
	parts, err := PartsOf(data)
	if err != nil {
		return nil, false, err
	}
	if parts == nil {
		e, _, partial, err = lookupIn(data, name)
		return e, partial, err
	}
	for _, id := range parts {
		inner, err := part(id)
		if err != nil {
			return nil, false, err
		}
		e, past, partial, err := lookupIn(inner, name)
		if e != nil || past || err != nil {
			return e, partial, err
		}
	}
	return nil, partial, nil
}

// lookupIn looks in one run of entries; it is past the name when a later one came.
func lookupIn(data []byte, name string) (e *Entry, past, partial bool, err error) {
	if len(data) < 2 || data[0] != version || data[1]&^flagPartial != 0 {
		return nil, false, false, ErrDamaged
	}
	partial = data[1]&flagPartial != 0
	r := &reader{rest: data[2:], text: string(data[2:])}
	for len(r.rest) > 0 {
		next := r.entry()
		if r.err != nil {
			return nil, false, partial, fmt.Errorf("%w: %w", ErrDamaged, r.err)
		}
		switch order := strings.Compare(next.Name, name); {
		case order == 0:
			next.Name = strings.Clone(name) // lets go of the rest
			if m := next.More; m != nil {
				m.Target, m.Reason = strings.Clone(m.Target), strings.Clone(m.Reason)
			}
			return &next, true, partial, nil
		case order > 0:
			return nil, true, partial, nil
		}
	}
	return nil, false, partial, nil
}
