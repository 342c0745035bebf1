package secret

import (
	"errors"
	"fmt"
)

// Error is what a failure means to a person. It holds no secret.
type Error struct {
	Message string // what happened
	Hint    string // what to do next
	Err     error
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %v", e.Message, e.Err) }

func (e *Error) Unwrap() error { return e.Err }

// What an [Error] wraps where a caller branches.
var (
	// ErrSlow is of a keychain that does not answer in time, as one does that waits
	// for its password.
	ErrSlow = errors.New("no answer in time")
	// ErrLocked is of a file whose passphrase was not given since the start.
	ErrLocked = errors.New("the file with the keys is locked")
	// ErrPassphrase is of a wrong passphrase, or of one that is too short.
	ErrPassphrase = errors.New("this is not the passphrase")
	// ErrDamaged is of a sealed file that is not what was written.
	ErrDamaged = errors.New("a sealed file is damaged")
	// ErrItem is of an ErrDamaged that concerns one secret alone: it can be set again
	// and nothing else is lost.
	ErrItem = errors.New("one secret alone")
)

var (
	errTooLarge = errors.New("too large")
	errName     = errors.New("the name is too long or is no text")
)

func slow() error {
	return &Error{Message: "The keychain does not answer; it may be waiting for its password.", Hint: "Unlock it, then try again.", Err: ErrSlow}
}

func locked() error {
	return &Error{
		Message: "Your keys are sealed with a passphrase, which was not given since Keel started.",
		Hint:    "Unlock them in Keel's window, with \"Keel: Unlock Secrets\".", Err: ErrLocked,
	}
}

func wrongPassphrase() error {
	return &Error{Message: "This is not the passphrase; nothing was changed.", Hint: "Try again. The keys cannot be read without it.", Err: ErrPassphrase}
}

func shortPassphrase() error {
	return &Error{
		Message: fmt.Sprintf("The passphrase has to have between %d and %d characters; nothing was changed.", passphraseLeast, passphraseMost),
		Hint:    "Take several words that you can remember.", Err: ErrPassphrase,
	}
}

func damagedVault(err error) error {
	return &Error{
		Message: "The file with your keys is damaged, so none of it was read. It was left as it is.",
		Hint:    "Put a backup of passphrase.sealed in its place, or delete it with \"Keel: Where Secrets Are Kept\" and enter the keys again.",
		Err:     fmt.Errorf("%w: %w", ErrDamaged, err),
	}
}

func damagedItem(err error) error {
	return &Error{
		Message: "What was kept here is damaged or was exchanged, so it was not used.",
		Hint:    "Enter the key again, or sign in again.", Err: fmt.Errorf("%w: %w: %w", ErrDamaged, ErrItem, err),
	}
}

func notWritten(err error) error {
	return &Error{
		Message: "The sealed file with your keys could not be written; the old one is unharmed.",
		Hint:    "See that there is room on the disk and that Keel's data folder can be written, then try again.", Err: err,
	}
}

func noFolder() error {
	return &Error{Message: "There is no folder to keep sealed files in.", Hint: "Use the keychain.", Err: errors.New("no folder")}
}
