package secret

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
)

// Place is where secrets are kept.
type Place string

// The places that there are.
const (
	InKeychain   Place = "keychain"
	InPassphrase Place = "passphrase" // a file that is sealed with a passphrase
	InMemory     Place = "memory"     // until the program ends
)

// choice is what the person said, as it is on the disk. The file that is sealed
// with a passphrase says so by being there, so that a move has one moment at
// which it happens.
type choice struct {
	Version int   `json:"version"`
	Place   Place `json:"place"`
}

func (f folder) readPlace() Place {
	var c choice
	if data, err := f.read(placeFile, 4096); err == nil && json.Unmarshal(data, &c) == nil && c.Place == InMemory {
		return InMemory
	}
	return InKeychain
}

func (f folder) writePlace(place Place) error {
	data, err := json.Marshal(choice{Version: 1, Place: place})
	if err != nil {
		return err
	}
	return f.write(placeFile, append(data, '\n'))
}

// refresh takes over what another process has changed, and reports whether it
// did. The caller holds mu.
func (s *Store) refresh() bool {
	if s.options.Folder == "" {
		return false
	}
	now := [2]stamp{s.folder.stamp(placeFile), s.folder.stamp(vaultFile)}
	if now[0].same(s.stamps[0]) && now[1].same(s.stamps[1]) {
		return false
	}
	s.stamps = now
	before := s.place
	s.place = s.folder.readPlace()
	if now[1].info != nil {
		s.place = InPassphrase
	}
	if s.place != before {
		clear(s.known)
	}
	if s.place == InPassphrase {
		s.reopen()
	} else {
		s.vault, s.broken = nil, nil
	}
	return true
}

// reopen reads the sealed file again; with another passphrase it is locked. The
// caller holds mu.
func (s *Store) reopen() {
	opened := s.vault
	s.vault, s.broken = nil, nil
	form, err := s.readVault()
	if err != nil {
		s.broken = err
		return
	}
	if opened == nil || !bytes.Equal(opened.head.Salt, form.Salt) {
		return
	}
	v, err := form.open(opened.key)
	if err != nil {
		s.broken = damagedVault(err)
		return
	}
	s.vault = v
	for _, value := range v.values {
		s.options.Learned(value)
	}
}

func (s *Store) readVault() (vaultForm, error) {
	data, err := s.folder.read(vaultFile, vaultMost)
	if err != nil {
		return vaultForm{}, damagedVault(err)
	}
	form, err := parseVault(data)
	if err != nil {
		return vaultForm{}, damagedVault(err)
	}
	return form, nil
}

// closedVault is why the sealed file cannot be read. The caller holds mu.
func (s *Store) closedVault() error {
	if s.broken != nil {
		return s.broken
	}
	return locked()
}

// changeVault changes the secrets in the sealed file.
func (s *Store) changeVault(ctx context.Context, act func(values map[string]string)) error {
	return s.change(ctx, func() error { return s.rewrite(act) })
}

// rewrite is changeVault in a change that is under way.
func (s *Store) rewrite(act func(values map[string]string)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refresh()
	if s.vault == nil {
		return s.closedVault()
	}
	next := &vault{head: s.vault.head, key: s.vault.key, values: maps.Clone(s.vault.values)}
	act(next.values)
	return s.writeVault(next)
}

// writeVault puts a sealed file in its place and reads it again. The caller holds
// mu and is in a change.
func (s *Store) writeVault(next *vault) error {
	data, err := next.seal()
	if err != nil {
		return notWritten(err)
	}
	if err := s.folder.write(vaultFile, data); err != nil {
		return notWritten(err)
	}
	s.vault, s.stamps = next, [2]stamp{}
	s.refresh()
	return nil
}
