package secret

import (
	"context"
	"errors"
	"time"

	"github.com/zalando/go-keyring"
)

// Keychain is what keeps passwords for services and users. Get and Delete of
// what is not there give [keyring.ErrNotFound].
type Keychain interface {
	Get(service, user string) (string, error)
	Set(service, user, password string) error
	Delete(service, user string) error
}

// system is the keychain of the operating system.
type system struct{}

func (system) Get(service, user string) (string, error) { return keyring.Get(service, user) }

func (system) Set(service, user, password string) error { return keyring.Set(service, user, password) }

func (system) Delete(service, user string) error { return keyring.Delete(service, user) }

// ask calls the keychain on a goroutine of its own, which ends when the
// keychain answers; the caller waits for it only so long. Its errors are
// [keyring.ErrNotFound], an [Error] or the context's.
func (s *Store) ask(ctx context.Context, call func() error) error {
	err := s.askOnce(ctx, call)
	if ctx.Err() != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = nil
	if _, failed := errors.AsType[*Error](err); failed && !errors.Is(err, ErrDamaged) {
		s.trouble = err
	}
	return err
}

func (s *Store) askOnce(ctx context.Context, call func() error) error {
	if err := s.options.Reachable(); err != nil {
		return unreachable(err)
	}
	limit := time.NewTimer(s.options.Limit)
	defer limit.Stop()
	select {
	case s.turn <- struct{}{}:
	case <-limit.C:
		return slow()
	case <-ctx.Done():
		return ctx.Err()
	}
	done := make(chan error, 1)
	go func() {
		defer func() { <-s.turn }()
		done <- call()
	}()
	select {
	case err := <-done:
		if err == nil || errors.Is(err, keyring.ErrNotFound) {
			return err
		}
		if _, said := errors.AsType[*Error](err); said {
			return err
		}
		return &Error{Message: "The keychain could not be used.", Hint: wayOut, Err: err}
	case <-limit.C:
		return slow()
	case <-ctx.Done():
		return ctx.Err()
	}
}

func unreachable(err error) error {
	return &Error{Message: "There is no keychain to keep the key in.", Hint: wayOut, Err: err}
}

// Probe asks the keychain for something that is not there, and says why it
// cannot be used.
func (s *Store) Probe(ctx context.Context) error {
	defer s.tell()
	err := s.ask(ctx, func() error {
		_, err := s.options.Keychain.Get(s.options.Service, "is the keychain there")
		return err
	})
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return err
}

// fromKeychain asks the keychain, and reads the sealed file that it may name.
func (s *Store) fromKeychain(ctx context.Context, name string) (string, error) {
	defer s.tell()
	var value, file string
	err := s.ask(ctx, func() error {
		found, where, err := s.read(name)
		if err == nil {
			value, file = found, where
			s.options.Learned(found)
			s.note(name, answer{value: found}) // also when it came too late
		}
		return err
	})
	switch {
	case err == nil:
		s.adopt(ctx, name, file)
		return value, nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(err, keyring.ErrNotFound):
		err = nil
	}
	s.note(name, answer{err: err, until: time.Now().Add(s.options.Believe)})
	return "", err
}

// read is one reading of a name, in the keychain's turn, with the sealed file it
// came from. Another process may replace the sealed file between the two steps, so
// a missing one is looked for twice.
func (s *Store) read(name string) (value, file string, err error) {
	for attempt := 0; ; attempt++ {
		found, err := s.options.Keychain.Get(s.options.Service, name)
		if err != nil {
			return "", "", err
		}
		where, sealed := parsePointer(found)
		if !sealed {
			return found, "", nil
		}
		value, err := s.folder.openItem(where, name)
		if err != nil && attempt == 0 {
			continue
		}
		if err != nil {
			return "", "", damagedItem(err)
		}
		return value, where.file, nil
	}
}

func (s *Store) note(name string, a answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.value == "" && s.known[name].value != "" && s.known[name].until.IsZero() {
		return // set meanwhile
	}
	s.known[name] = a
}

// toKeychain keeps a secret in the keychain, by way of a sealed file where it
// is large. The keychain's entry decides which file counts, so there is no
// moment at which neither the old nor the new secret can be read.
func (s *Store) toKeychain(ctx context.Context, name, value string) error {
	if s.options.Reachable() != nil { // before a file is made for nothing
		return s.ask(ctx, func() error { return nil })
	}
	return s.change(ctx, func() error {
		err := s.store(ctx, name, value)
		if err == nil {
			s.sweep(ctx)
		}
		return err
	})
}

// store is toKeychain in a change that is under way.
func (s *Store) store(ctx context.Context, name, value string) error {
	entry := value
	list, err := s.folder.readIndex()
	if err != nil {
		return notWritten(err)
	}
	before := list.Names[name]
	made := ""
	if large(value) {
		if s.options.Folder == "" {
			return noFolder()
		}
		where, data, err := sealItem(name, value)
		if err != nil {
			return notWritten(err)
		}
		made, entry = where.file, where.String()
		if err := s.folder.noteIndex(name, append(before[:len(before):len(before)], made)); err != nil {
			return notWritten(err)
		}
		if err := s.folder.write(made, data); err != nil {
			return notWritten(err)
		}
	} else if _, ok := list.Names[name]; !ok {
		if err := s.folder.noteIndex(name, []string{}); err != nil {
			return notWritten(err)
		}
	}
	err = s.ask(ctx, func() error {
		err := s.options.Keychain.Set(s.options.Service, name, entry)
		if err == nil {
			s.arrived(name, value) // also when it came too late
		}
		return err
	})
	if errors.Is(err, ErrSlow) || ctx.Err() != nil {
		return err // which of the files counts is seen later, by sweep
	}
	if err != nil {
		s.folder.keepOnly(name, before, made)
		return err
	}
	now := []string{}
	if made != "" {
		now = []string{made}
	}
	s.folder.keepOnly(name, now, before...)
	return nil
}

// arrived notes what the keychain holds by now.
func (s *Store) arrived(name, value string) {
	s.mu.Lock()
	s.known[name] = answer{value: value}
	if s.memory[name] == value && s.place == InKeychain {
		delete(s.memory, name)
	}
	s.mu.Unlock()
	s.tell()
}

// outOfKeychain deletes an entry and its sealed files. Where there is no
// keychain and the secret was in memory, that was all of it.
func (s *Store) outOfKeychain(ctx context.Context, name string, wasInMemory bool) error {
	err := s.change(ctx, func() error {
		err := s.ask(ctx, func() error { return s.options.Keychain.Delete(s.options.Service, name) })
		if err != nil && !errors.Is(err, keyring.ErrNotFound) {
			return err
		}
		list, err := s.folder.readIndex()
		if err != nil {
			return notWritten(err)
		}
		if files, ok := list.Names[name]; ok {
			s.folder.keepOnly(name, nil, files...)
		}
		return nil
	})
	if err == nil || wasInMemory && s.options.Reachable() != nil && !s.listed(name) {
		s.mu.Lock()
		s.known[name] = answer{until: time.Now().Add(s.options.Believe)}
		s.mu.Unlock()
		return nil
	}
	return err
}

// bringMemory takes along what was kept in memory while the keychain could not
// be used.
func (s *Store) bringMemory(ctx context.Context) {
	s.mu.Lock()
	waiting := make(map[string]string, len(s.memory))
	for name, value := range s.memory {
		waiting[name] = value
	}
	s.mu.Unlock()
	for name, value := range waiting {
		if s.toKeychain(ctx, name, value) != nil {
			return
		}
	}
}
