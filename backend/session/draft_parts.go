package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// DraftParts is what goes with a text that is not sent yet.
type DraftParts struct {
	References []Reference `json:"references"`
	Images     []Image     `json:"images"`
}

// What the images of one message may be, sent or not: what services take, of which
// Amazon Bedrock is the narrowest.
const (
	MaxImages     = 20
	MaxImageBytes = 3_750_000 // of one
)

const (
	partsExtension   = ".draft.json"
	damagedExtension = ".damaged"
)

// ErrDraftTooLarge is returned for more parts than a message may have.
var ErrDraftTooLarge = errors.New("what goes with the draft is too much")

// SaveDraftParts keeps what goes with a session's draft, in a file of its own: it
// changes with every click, and the journal would keep each. It replaces what was
// kept; without parts nothing is. It is [ErrNotFound], [ErrDraftTooLarge] or a
// [*ReferenceError].
func (s *Store) SaveDraftParts(ctx context.Context, id string, parts DraftParts) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	journal, err := s.path(id)
	if err != nil {
		return err
	}
	if parts, err = parts.checked(); err != nil {
		return fmt.Errorf("keeping what goes with the draft of session %q: %w", id, err)
	}
	s.partsMu.Lock()
	defer s.partsMu.Unlock()
	if _, err := os.Lstat(journal); err != nil {
		return s.missing(id, err)
	}
	path := s.partsPath(s.dir, id)
	if len(parts.References)+len(parts.Images) == 0 {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("dropping what went with the draft of session %q: %w", id, err)
		}
		return nil
	}
	data, err := json.Marshal(parts)
	if err != nil {
		return fmt.Errorf("keeping what goes with the draft of session %q: %w", id, err)
	}
	return atomicfile.Write(path, data, 0o600)
}

func (p DraftParts) checked() (DraftParts, error) {
	if len(p.Images) > MaxImages {
		return DraftParts{}, fmt.Errorf("%d images: %w", len(p.Images), ErrDraftTooLarge)
	}
	for _, image := range p.Images {
		if len(image.Data) > MaxImageBytes || len(image.Name)+len(image.MediaType) > maxAddress {
			return DraftParts{}, fmt.Errorf("image %.40q of %d bytes: %w", image.Name, len(image.Data), ErrDraftTooLarge)
		}
	}
	references, err := CheckReferences(p.References)
	return DraftParts{References: references, Images: p.Images}, err
}

// DraftParts returns what goes with a session's draft, in lists that are never
// nil. A file that is damaged is set aside, and nothing is returned. It is
// [ErrNotFound].
func (s *Store) DraftParts(ctx context.Context, id string) (DraftParts, error) {
	none := DraftParts{References: []Reference{}, Images: []Image{}}
	if err := ctx.Err(); err != nil {
		return none, err
	}
	journal, err := s.path(id)
	if err != nil {
		return none, err
	}
	s.partsMu.Lock()
	defer s.partsMu.Unlock()
	if _, err := os.Lstat(journal); err != nil {
		return none, s.missing(id, err)
	}
	path := s.partsPath(s.dir, id)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return none, nil
	}
	if err != nil {
		return none, fmt.Errorf("reading what goes with the draft of session %q: %w", id, err)
	}
	var parts DraftParts
	if err = json.Unmarshal(data, &parts); err == nil {
		parts, err = parts.checked()
	}
	if err != nil {
		s.o.Log.Warn("what goes with a draft is damaged and was set aside", "session", id, "error", err)
		return none, os.Rename(path, path+damagedExtension)
	}
	return DraftParts{References: list(parts.References), Images: list(parts.Images)}, nil
}

// moveParts moves what goes with a draft along with its session; s.partsMu is
// held. That there is none is no error.
func (s *Store) moveParts(id, from, to string) error {
	err := os.Rename(s.partsPath(from, id), s.partsPath(to, id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (s *Store) partsPath(folder, id string) string { return filepath.Join(folder, id+partsExtension) }
