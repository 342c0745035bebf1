package secret

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/zalando/go-keyring"
)

// UsePassphrase keeps everything in a file that is sealed with a passphrase, now
// and from now on; one that is open gets another passphrase. What the keychain
// does not give up now is taken along at the next unlocking.
func (s *Store) UsePassphrase(ctx context.Context, passphrase string) error {
	defer s.tell()
	if s.options.Folder == "" {
		return noFolder()
	}
	if err := s.open(); err != nil {
		return err
	}
	next, err := s.newVault(ctx, passphrase)
	if err != nil {
		return err
	}
	if err := s.change(ctx, func() error { return s.fill(ctx, next) }); err != nil {
		return err
	}
	s.bring(ctx)
	return ctx.Err()
}

// open says why what is kept cannot be moved.
func (s *Store) open() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refresh()
	if s.place == InPassphrase && s.vault == nil {
		return s.closedVault()
	}
	return nil
}

// fill puts all there is into a new sealed file, and the file in its place.
func (s *Store) fill(ctx context.Context, next *vault) error {
	if err := s.open(); err != nil { // another process may have changed it
		return err
	}
	found := map[string]string{}
	if !s.inVault() {
		list, err := s.folder.readIndex()
		if err != nil {
			return notWritten(err)
		}
		for _, name := range slices.Sorted(maps.Keys(list.Names)) {
			value, err := s.ofKeychain(ctx, name)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err == nil {
				found[name] = value
			} else if !errors.Is(err, keyring.ErrNotFound) && !errors.Is(err, ErrDamaged) {
				break // it stays where it is
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(next.values, found)
	if s.vault != nil {
		maps.Copy(next.values, s.vault.values)
	}
	maps.Copy(next.values, s.memory)
	if err := s.writeVault(next); err != nil {
		return err
	}
	clear(s.memory)
	_ = s.folder.writePlace(InPassphrase) // the file itself says it already
	return nil
}

func (s *Store) inVault() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.vault != nil
}

// ofKeychain reads a secret from the keychain, whatever is remembered.
func (s *Store) ofKeychain(ctx context.Context, name string) (string, error) {
	var value string
	err := s.ask(ctx, func() error {
		found, _, err := s.read(name)
		if err == nil {
			s.options.Learned(found)
			value = found
		}
		return err
	})
	if err != nil {
		return "", err
	}
	return value, nil
}

// bring takes what is left in the keychain into the sealed file, and then out of
// the keychain. It also ends a move that was interrupted. What is in the file
// already is newer.
func (s *Store) bring(ctx context.Context) {
	list, err := s.folder.readIndex()
	if err != nil || len(list.Names) == 0 || s.options.Reachable() != nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(list.Names)) {
		value, err := s.ofKeychain(ctx, name)
		if err == nil {
			err = s.changeVault(ctx, func(values map[string]string) {
				if _, newer := values[name]; !newer {
					values[name] = value
				}
			})
		} else if errors.Is(err, keyring.ErrNotFound) {
			err = nil
		}
		if err != nil || s.outOfKeychain(ctx, name, false) != nil {
			return // the next unlocking tries again
		}
	}
}

// Unlock opens the file that is sealed with a passphrase, and puts into it what
// was set meanwhile.
func (s *Store) Unlock(ctx context.Context, passphrase string) error {
	defer s.tell()
	s.mu.Lock()
	s.refresh()
	closed := s.place == InPassphrase && s.vault == nil
	s.mu.Unlock()
	if !closed {
		return nil
	}
	form, err := s.readVault()
	if err != nil {
		return err
	}
	opened, err := s.tryPassphrase(ctx, form, passphrase)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.vault, s.stamps = opened, [2]stamp{}
	s.refresh()
	waiting, removed := maps.Clone(s.memory), maps.Clone(s.removed)
	s.mu.Unlock()
	if len(waiting)+len(removed) > 0 {
		err := s.changeVault(ctx, func(values map[string]string) {
			maps.Copy(values, waiting)
			for name := range removed {
				delete(values, name)
			}
		})
		if err != nil {
			return err
		}
		s.forgetMemory(waiting)
		for name := range removed {
			if s.listed(name) && s.outOfKeychain(ctx, name, false) != nil {
				return nil // the rest of it is in the keychain, which does not answer
			}
		}
	}
	s.bring(ctx)
	return ctx.Err()
}

// forgetMemory drops what has arrived elsewhere, unless it was set again.
func (s *Store) forgetMemory(arrived map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, value := range arrived {
		if s.memory[name] == value {
			delete(s.memory, name)
		}
	}
	clear(s.removed)
}

// UseKeychain tries the keychain again and moves everything into it. What was
// written there is read back before anything is deleted.
func (s *Store) UseKeychain(ctx context.Context) error {
	defer s.tell()
	if err := s.open(); err != nil {
		return err
	}
	s.mu.Lock()
	clear(s.known)
	s.mu.Unlock()
	if err := s.Probe(ctx); err != nil {
		return err
	}
	return s.change(ctx, func() error {
		if err := s.open(); err != nil {
			return err
		}
		s.mu.Lock()
		all := map[string]string{}
		if s.vault != nil {
			maps.Copy(all, s.vault.values)
		}
		maps.Copy(all, s.memory)
		s.mu.Unlock()
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if err := s.store(ctx, name, all[name]); err != nil {
				return err
			}
			if back, err := s.ofKeychain(ctx, name); err != nil || back != all[name] {
				return lossy(err)
			}
		}
		if err := s.settleIn(InKeychain); err != nil {
			return err
		}
		s.forgetMemory(all)
		return nil
	})
}

func lossy(err error) error {
	if err == nil {
		err = errors.New("it gave back something else")
	}
	return &Error{Message: "The keychain did not give back what was put into it; everything stays where it was.", Hint: "Choose a passphrase instead.", Err: err}
}

// settleIn makes a place other than the sealed file the one that counts, and
// deletes that file. It runs in a change.
func (s *Store) settleIn(place Place) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.options.Folder == "" {
		s.place = place
		return nil
	}
	if err := s.folder.writePlace(place); err != nil {
		return notWritten(err)
	}
	if err := s.folder.remove(vaultFile); err != nil {
		return notWritten(err)
	}
	s.refresh()
	return nil
}

// UseMemory keeps what is set from now on until the program ends, and also what
// is in an open sealed file, which is deleted. What is in the keychain stays
// there and can be read.
func (s *Store) UseMemory(ctx context.Context) error {
	defer s.tell()
	if err := s.open(); err != nil {
		return err
	}
	return s.change(ctx, func() error {
		if err := s.open(); err != nil {
			return err
		}
		s.mu.Lock()
		var values map[string]string
		if s.vault != nil {
			values = maps.Clone(s.vault.values)
		}
		s.mu.Unlock()
		if err := s.settleIn(InMemory); err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		for name, value := range values {
			if _, newer := s.memory[name]; !newer {
				s.memory[name] = value
			}
		}
		return nil
	})
}

// Forget deletes all that is in the place that is used: the sealed file, locked
// or not; what is in the keychain, with its sealed files; or what is in memory.
// After a sealed file it is for the person to choose again.
func (s *Store) Forget(ctx context.Context) error {
	defer s.tell()
	s.mu.Lock()
	s.refresh()
	place := s.place
	if place != InPassphrase {
		clear(s.memory)
	}
	s.mu.Unlock()
	if place == InMemory {
		return nil
	}
	if place == InPassphrase {
		return s.change(ctx, func() error {
			if err := s.folder.remove(placeFile); err != nil {
				return notWritten(err)
			}
			if err := s.folder.remove(vaultFile); err != nil {
				return notWritten(err)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			clear(s.removed)
			s.refresh()
			return nil
		})
	}
	list, err := s.folder.readIndex()
	if err != nil {
		return notWritten(err)
	}
	for _, name := range slices.Sorted(maps.Keys(list.Names)) {
		if err := s.outOfKeychain(ctx, name, false); err != nil {
			return err
		}
	}
	return nil
}
