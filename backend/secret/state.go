package secret

import (
	"errors"
	"fmt"
)

// State is all that a person can be shown. It holds no secret.
type State struct {
	Seq     int64 // grows with every change
	Place   Place
	Locked  bool   // what is kept cannot be read yet: the keychain or the file wants its password
	Message string // what is wrong with the place, or with the keychain; empty when nothing is
	Hint    string
	// Undecided: something is kept in memory because the keychain could not be used,
	// and the person has not said what to do instead.
	Undecided bool
	Kept      int // how many are kept in Place, as far as that is known
}

// State returns what is known now, without asking the keychain.
func (s *Store) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refresh()
	state := State{Seq: s.told.Seq, Place: s.place}
	list, _ := s.folder.readIndex() // one that cannot be read counts nothing
	trouble := s.trouble
	if err := s.options.Reachable(); err != nil {
		trouble = unreachable(err)
	}
	switch s.place {
	case InPassphrase:
		state.Locked = s.vault == nil
		switch {
		case s.vault == nil:
			trouble = s.closedVault()
		case len(list.Names) > 0:
			state.Kept, trouble = len(s.vault.values), leftBehind(len(list.Names))
		default:
			state.Kept, trouble = len(s.vault.values), nil
		}
	case InMemory:
		state.Kept = len(s.memory)
	case InKeychain:
		state.Kept = len(list.Names)
		state.Locked = errors.Is(trouble, ErrSlow)
		state.Undecided = len(s.memory) > 0
	}
	if said, ok := errors.AsType[*Error](trouble); ok {
		state.Message, state.Hint = said.Message, said.Hint
	}
	return state
}

func leftBehind(count int) error {
	return &Error{
		Message: fmt.Sprintf("Some of what was kept is still in the keychain, which cannot be used now (%d).", count),
		Hint:    "It is taken along when you unlock the keys while the keychain runs.", Err: errors.New("left behind"),
	}
}

// tell calls Changed when what is shown has changed. The caller does not hold
// mu.
func (s *Store) tell() {
	state := s.State()
	s.mu.Lock()
	state.Seq = s.told.Seq
	changed := state != s.told
	if changed {
		state.Seq++
		s.told = state
	}
	s.mu.Unlock()
	if changed {
		s.options.Changed()
	}
}
