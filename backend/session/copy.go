package session

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// copyTitle begins the titles of copies.
const copyTitle = "Before going back: "

// Copy keeps a session as another one, whole: it is on the disk when Copy returns,
// or is not there at all. Undo becomes its CopyUndo. What the user trusts in the
// session, what waits in its queue and what is typed stay in the session alone,
// and so do background commands: nobody follows them in the copy.
func (s *Store) Copy(ctx context.Context, of Session, undo string) (Session, error) {
	if err := ctx.Err(); err != nil {
		return Session{}, err
	}
	kept := of.Clone()
	kept.ID, kept.CreatedAt, kept.Seq = s.o.NewID(), s.o.Now().UnixMilli(), 0
	kept.CopyOf, kept.CopyUndo = of.ID, undo
	kept.Title = copyTitle + strings.TrimPrefix(of.Title, copyTitle)
	kept.Grants, kept.Queue, kept.Draft = nil, []Queued{}, ""
	for t := range kept.Turns {
		for i := range kept.Turns[t].Items {
			if call := kept.Turns[t].Items[i].Tool; call != nil {
				call.Running = false
			}
		}
	}
	if err := s.keep(kept); err != nil {
		return Session{}, fmt.Errorf("copying session %q: %w", of.ID, err)
	}
	return kept, nil
}

// keep writes a session among the deleted ones first, where half of it would be
// no bother.
func (s *Store) keep(whole Session) error {
	path, err := s.path(whole.ID)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return ErrExists
	}
	deleted := filepath.Join(s.dir, deletedFolder)
	aside := filepath.Join(deleted, whole.ID+extension)
	journal, err := createJournal(aside)
	if errors.Is(err, fs.ErrExist) {
		return ErrExists
	}
	if err != nil {
		return err
	}
	err = journal.Append(Whole(whole)...)
	if err == nil {
		err = journal.Sync()
	}
	if err == nil {
		err = os.Rename(aside, path)
	}
	if err != nil {
		return errors.Join(err, journal.Close(), os.Remove(aside))
	}
	return errors.Join(syncFolder(s.dir), syncFolder(deleted), journal.Close())
}

// Whole is a session as the changes that make it from nothing.
func Whole(s Session) []Change {
	header := s.Header()
	changes := []Change{{Kind: ChangeSession, Session: &header}}
	for _, turn := range s.Turns {
		changes = append(changes, WholeTurn(turn)...)
	}
	return changes
}

// WholeTurn is a turn as the changes that make it from nothing.
func WholeTurn(turn Turn) []Change {
	header := turn.Header()
	changes := []Change{{Kind: ChangeTurn, Turn: &header}}
	for _, item := range turn.Items {
		copied := item.Clone()
		changes = append(changes, Change{Kind: ChangeItem, TurnID: turn.ID, Item: &copied})
	}
	return changes
}
