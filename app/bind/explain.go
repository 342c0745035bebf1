package bind

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
	"unicode"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/data"
	"github.com/keel-ide/keel/backend/extension"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/search"
	"github.com/keel-ide/keel/backend/secret"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/settings"
	"github.com/keel-ide/keel/backend/terminal"
	"github.com/keel-ide/keel/backend/trust"
	"github.com/keel-ide/keel/backend/workspace"
)

// Explain says an error in words for a person: what happened, what is safe,
// what to do next. An error that is a [wire.Error] already passes as it is.
func Explain(err error) error {
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[*wire.Error](err); ok {
		return known
	}
	if failure, ok := errors.AsType[*provider.Error](err); ok {
		return &wire.Error{Code: wire.CodeProvider, Message: failure.Message, Hint: failure.Hint}
	}
	if signIn, ok := errors.AsType[*account.Error](err); ok {
		return explainAccount(signIn)
	}
	if known, ok := errors.AsType[*extension.Error](err); ok {
		return &wire.Error{Code: extensionCode(known), Message: known.Message, Hint: known.Hint}
	}
	if kept, ok := errors.AsType[*secret.Error](err); ok {
		return &wire.Error{Code: secretCode(kept), Message: kept.Message, Hint: kept.Hint}
	}
	if image, ok := errors.AsType[*agent.ImageError](err); ok {
		return &wire.Error{
			Code: wire.CodeInvalid, Message: fmt.Sprintf("The image %q %s. The message was not sent.", image.Name, image.Reason),
			Hint: "Remove the image or use another one, then send again.",
		}
	}
	if reference, ok := errors.AsType[*session.ReferenceError](err); ok {
		return &wire.Error{
			Code: wire.CodeInvalid, Message: fmt.Sprintf("The reference %q %s. Nothing was sent.", reference.Name, reference.Reason),
			Hint: "Remove it or point at something else, then send again.",
		}
	}
	if pattern, ok := errors.AsType[*search.PatternError](err); ok {
		return &wire.Error{Code: wire.CodeBadPattern, Message: sentence(pattern.Error()), Hint: "Correct the pattern, or turn regular expressions off."}
	}
	if broken, ok := errors.AsType[*settings.BrokenError](err); ok {
		return &wire.Error{
			Code:    wire.CodeBroken,
			Message: fmt.Sprintf("%s has a mistake in line %d, column %d: %s. It was not changed.", filepath.Base(broken.Problem.File), broken.Problem.Line, broken.Problem.Column, broken.Problem.Message),
			Hint:    "Open it and correct that line, then try again.",
		}
	}
	if lacking, ok := errors.AsType[*checkpoint.PathError](err); ok {
		return explainPath(lacking)
	}
	for _, row := range explanations() {
		if errors.Is(err, row.is) {
			return &wire.Error{Code: row.code, Message: row.message, Hint: row.hint}
		}
	}
	return &wire.Error{
		Code:    wire.CodeInternal,
		Message: sentence(err.Error()),
		Hint:    "Look whether a part of it was done before you try again.",
	}
}

// explainPath says what a checkpoint, or the disk, knows of a path that cannot be
// had from it.
func explainPath(err *checkpoint.PathError) *wire.Error {
	said := &wire.Error{Code: wire.CodeNotFound}
	why := ""
	if err.Reason != "" {
		why = ": " + strings.TrimSuffix(err.Reason, ".")
	}
	covered, path := !errors.Is(err, checkpoint.ErrNotCovered), printable(err.Path)
	why = printable(why)
	switch {
	case err.Checkpoint == "" && covered:
		said.Message = fmt.Sprintf("%s is not there.", path)
	case err.Checkpoint == "":
		said.Message = fmt.Sprintf("%s is not covered by checkpoints%s.", path, why)
	case covered:
		said.Message = fmt.Sprintf("%s was not there at this checkpoint.", path)
		said.Hint = "Restoring it from this checkpoint would delete it."
	default:
		said.Message = fmt.Sprintf("This checkpoint does not cover %s%s, so it cannot say what was there.", path, why)
		said.Hint = "Choose another checkpoint; restoring this one leaves the path as it is."
	}
	return said
}

// printable is a path as a sentence can have it: what would break the line, or turn
// its direction, shows as a replacement character.
func printable(path string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, path)
}

// explainAccount says what is wrong with an account; where its token could not be
// kept or deleted, what is wrong there is said too.
func explainAccount(err *account.Error) *wire.Error {
	said := &wire.Error{Code: wire.CodeProvider, Message: err.Message, Hint: err.Hint}
	if errors.Is(err, account.ErrNotFound) {
		said.Code = wire.CodeNotFound
	}
	if kept, ok := errors.AsType[*secret.Error](err.Err); ok {
		said.Code, said.Message, said.Hint = secretCode(kept), err.Message+" "+kept.Message, kept.Hint
	}
	return said
}

// extensionCode is the code of what is wrong with an extension or its registry.
func extensionCode(err *extension.Error) wire.Code {
	switch {
	case errors.Is(err, extension.ErrNotFound):
		return wire.CodeNotFound
	case errors.Is(err, extension.ErrRegistry):
		return wire.CodeProvider
	case errors.Is(err, extension.ErrBusy):
		return wire.CodeBusy
	case errors.Is(err, extension.ErrTooLarge):
		return wire.CodeTooLarge
	case errors.Is(err, extension.ErrKept):
		return wire.CodeBroken
	case errors.Is(err, extension.ErrNotAgreed):
		return wire.CodeNeedsConsent
	}
	return wire.CodeInvalid
}

// secretCode is the code of what is wrong with where keys are kept.
func secretCode(err *secret.Error) wire.Code {
	switch {
	case errors.Is(err, secret.ErrPassphrase):
		return wire.CodeInvalid
	case errors.Is(err, secret.ErrDamaged):
		return wire.CodeBroken
	case errors.Is(err, secret.ErrSlow):
		return wire.CodeBusy
	}
	return wire.CodeNotAllowed
}

// explanation is one row of the table: the first that fits is taken.
type explanation struct {
	is            error
	code          wire.Code
	message, hint string
}

const (
	closedFolder = "This folder is no longer open."
	openAgain    = "Open it again with File > Open Folder."
)

func explanations() []explanation {
	return []explanation{
		{context.Canceled, wire.CodeCancelled, "Cancelled.", ""},
		{folder.ErrNoWorkspace, wire.CodeNoWorkspace, "No folder is open.", "Open one with File > Open Folder."},
		{folder.ErrNotKept, wire.CodeNotAllowed, "The audit log could not be written, and without it nothing is trusted; nothing was changed.", "See that there is room on the disk and that Keel's data folder can be written, then try again."},
		{workspace.ErrNeedsConsent, wire.CodeNeedsConsent, "This is your home folder or the top of a drive: Keel would watch and keep checkpoints of everything in it.", "Choose a project's folder, or open it all the same."},
		{workspace.ErrMissing, wire.CodeNotFound, "This folder does not exist.", "Check the path, or choose another folder."},
		{workspace.ErrNotFolder, wire.CodeNotFolder, "This is a file, not a folder.", "Open the folder that holds it."},
		{workspace.ErrUnreadable, wire.CodeNotAllowed, "Keel may not read this folder.", "Change its permissions, or choose another folder."},
		{workspace.ErrOutside, wire.CodeOutside, "This path leads out of the opened folder; it was not touched.", "Open the folder that holds it."},
		{workspace.ErrChanged, wire.CodeChanged, "The file has changed on disk since you opened it; it was not overwritten.", "Compare both versions, then save again."},
		{workspace.ErrTooLarge, wire.CodeTooLarge, "The file is too large for this.", ""},
		{workspace.ErrDiskFull, wire.CodeDiskFull, "The disk is full: the file was not saved, its old content is unharmed, and your text is still in the editor.", "Free some space, then save again."},
		{workspace.ErrIsFolder, wire.CodeIsFolder, "This is a folder, not a file.", ""},
		{workspace.ErrSpecial, wire.CodeNotAllowed, "This is a device, a socket or a pipe; Keel opens only files and folders.", ""},
		{workspace.ErrNotEmpty, wire.CodeExists, "The folder is not empty; nothing was deleted.", ""},
		{workspace.ErrIntoItself, wire.CodeNotAllowed, "A folder cannot be moved or copied into itself; nothing was changed.", ""},
		{workspace.ErrTop, wire.CodeNotAllowed, "The opened folder itself cannot be moved or deleted here; nothing was changed.", ""},
		{workspace.ErrClosed, wire.CodeNoWorkspace, closedFolder, openAgain},
		{agent.ErrClosed, wire.CodeNoWorkspace, closedFolder, openAgain},
		{checkpoint.ErrClosed, wire.CodeNoWorkspace, closedFolder, openAgain},
		{settings.ErrClosed, wire.CodeNoWorkspace, closedFolder, openAgain},
		{workspace.ErrExists, wire.CodeExists, "There is something at this path already; it was not overwritten.", "Choose another name."},
		{checkpoint.ErrBusy, wire.CodeBusy, "Another program is working on this folder's checkpoints.", "Wait for it to finish, then try again."},
		{checkpoint.ErrFull, wire.CodeDiskFull, "There is no space left on the disk with this folder's checkpoints; your files were not touched.", "Make room, or delete this folder's history with `keel checkpoint forget`, with --workspace and this folder."},
		{checkpoint.ErrNotRescued, wire.CodeSetAside, "The checkpoints of this folder cannot be found again. Your files were not touched, and nothing was deleted.", "Start a new history with `keel checkpoint set-aside`, with --workspace and this folder. The old one is set aside, not deleted."},
		{checkpoint.ErrNoRecord, wire.CodeNoRecord, "The list of this folder's checkpoints is lost or damaged. Your files were not touched, and what the checkpoints hold is still there.", "Find them again with `keel checkpoint rescue`, with --workspace and this folder."},
		{checkpoint.ErrNewer, wire.CodeSetAside, "A newer version of Keel wrote this folder's checkpoints, which this one cannot read; nothing was changed.", "Update Keel. Or set that history aside, which deletes nothing, with `keel checkpoint set-aside`, with --workspace and this folder."},
		{checkpoint.ErrReadOnly, wire.CodeNotAllowed, "This folder's checkpoints cannot be written to, so nothing was changed.", "Check that the disk with Keel's data can be written to, and who owns it."},
		{checkpoint.ErrNotFound, wire.CodeNotFound, "This checkpoint no longer exists.", ""},
		{checkpoint.ErrNothingToUndo, wire.CodeNotFound, "There is no restore here that could be undone.", ""},
		{checkpoint.ErrDamaged, wire.CodeBroken, "What this checkpoint has kept of a file is damaged, so it was not used.", "Choose another checkpoint."},
		{data.ErrClearing, wire.CodeBusy, "`keel data clear` is just removing what Keel keeps, so nothing was opened.", "Wait for it to finish, then try again."},
		{search.ErrNoRipgrep, wire.CodeMissingTool, "Search needs ripgrep, which was not found beside Keel nor on the PATH.", "Install ripgrep or reinstall Keel; files, chat and terminal work without it."},
		{search.ErrOutside, wire.CodeOutside, "The folder to search leads out of the opened folder.", "Search in a folder below it."},
		{session.ErrNotFound, wire.CodeNotFound, "This session no longer exists.", "Start a new one."},
		{session.ErrBusy, wire.CodeBusy, "This session is open in another window or command of Keel, which alone may write it; nothing was changed here.", "Go on over there, or close it there and try again, or start a new session."},
		{session.ErrNewer, wire.CodeBroken, "A newer version of Keel wrote this session; it was left as it is.", "Open it with that version, or start a new session."},
		{session.ErrDraftTooLarge, wire.CodeTooLarge, "What goes with this draft is more than a message may hold, so it was not kept for later; it still stands in the input.", "Remove some of it."},
		{agent.ErrRating, wire.CodeInvalid, "There is no such rating; the old one stays.", ""},
		{agent.ErrRunning, wire.CodeBusy, "A turn is running in this session.", "Stop it first, then try again."},
		{approval.ErrChanged, wire.CodeChanged, "What was shown is no longer what would happen; nothing was run.", "Look at the question again."},
		{approval.ErrGone, wire.CodeNotFound, "This question is no longer open: it was answered, or its turn has ended.", ""},
		{agent.ErrNothing, wire.CodeNotFound, "This turn changed nothing, so there is nothing to take back.", ""},
		{agent.ErrNoAct, wire.CodeNotFound, "There is nothing here to undo or to redo; nothing was changed.", ""},
		{folder.ErrNoChange, wire.CodeNotFound, "This change is not in the list any more; nothing was changed.", "Look at the list of changes again."},
		{agent.ErrMoved, wire.CodeChanged, "The conversation went on since it went back, so it stays as it is.", "What it was before is kept as a session of its own: open it from the list of sessions."},
		{agent.ErrGoesOn, wire.CodeBusy, "A background command that these turns started could not be stopped, so the conversation and the files stay as they are.", "Stop it above the input, then try again."},
		{agent.ErrShort, wire.CodeNotFound, "The conversation is too short to make room in it.", "Nothing has to be done."},
		{agent.ErrNotFound, wire.CodeNotFound, "This turn or waiting message is no longer there; the agent may have taken the message already.", ""},
		{agent.ErrAnswer, wire.CodeInvalid, "This is not one of the answers that the question offers; it still waits.", "Choose one of them."},
		{agent.ErrTooLarge, wire.CodeTooLarge, "A proposal can hold at most 10 MiB; it stays as it was, and your text is still in the editor.", "Shorten the text, or accept the proposal and change the file afterwards."},
		{agent.ErrNotText, wire.CodeInvalid, "A proposal holds text, and this is none: it has a null character, or half a character. It stays as it was, and your text is still in the editor.", "Take that character out, then save again."},
		{agent.ErrNobody, wire.CodeInvalid, "There is nobody to ask without a window.", "Open the session in Keel's window."},
		{agent.ErrNoCommand, wire.CodeNotFound, "This command no longer runs in the background.", ""},
		{agent.ErrEmpty, wire.CodeInvalid, "The message is empty.", "Type what you want."},
		{agent.ErrCommand, wire.CodeInvalid, "This is not a command that can be run; nothing was run, and the question still waits.", "Type a command, or reject the call."},
		{folder.ErrUntrusted, wire.CodeNotAllowed, "You have not trusted this folder, so a command can be trusted in it for this session only; nothing was run, and the question still waits.", "Choose \"this session\", or trust the folder first."},
		{folder.ErrImportChanged, wire.CodeChanged, "What could be imported, or your own settings, have changed since this list was made; nothing was imported.", "Look at the list again, then import."},
		{folder.ErrNoImport, wire.CodeNotFound, "There is no import that could be undone; nothing was changed.", ""},
		{trust.ErrParent, wire.CodeNotAllowed, "This folder is trusted because the folder above it is; nothing was changed.", "Open that folder, and take your trust from it."},
		{trust.ErrMoved, wire.CodeChanged, "The path of this folder leads to another one by now; nothing was changed.", "Open the folder again, then trust it."},
		{trust.ErrTop, wire.CodeNotAllowed, "The folder is the top of a drive: every folder on it would be trusted. Nothing was changed.", "Trust a folder below it."},
		{trust.ErrEmpty, wire.CodeInvalid, "The pattern is empty; nothing was changed.", "Type a command, or the beginning of one with \" *\" after it."},
		{trust.ErrNotFound, wire.CodeNotFound, "This pattern is no longer there; nothing was changed.", ""},
		{trust.ErrNoFolder, wire.CodeNoWorkspace, "No folder is open.", "Open one with File > Open Folder."},
		{settings.ErrValue, wire.CodeInvalid, "This setting cannot have that value; nothing was changed.", "Look at its description in the settings editor."},
		{command.ErrNoFolder, wire.CodeNotFound, "The folder to run the command in does not exist; nothing was run.", ""},
		{terminal.ErrNoShell, wire.CodeMissingTool, "No shell was found to open a terminal with.", "Install bash, or choose another terminal profile."},
		{terminal.ErrUnsupported, wire.CodeMissingTool, "Keel has no terminal on this system yet.", ""},
		{terminal.ErrNoFolder, wire.CodeNotFound, "The folder for the terminal does not exist.", "Open the terminal in another folder."},
		{terminal.ErrNotFound, wire.CodeNotFound, "This terminal has ended.", "Open a new one."},
		{terminal.ErrClosed, wire.CodeNotFound, "This terminal has ended.", "Open a new one."},
		{syscall.ENOSPC, wire.CodeDiskFull, "The disk is full, so this could not be finished.", "Free some space, then try again."},
		{context.DeadlineExceeded, wire.CodeBusy, "This took too long and was given up.", "Try again."},
		{syscall.EISDIR, wire.CodeIsFolder, "This is a folder, not a file.", ""},
		{syscall.ENOTDIR, wire.CodeNotFolder, "A part of this path is a file, not a folder.", ""},
		{fs.ErrNotExist, wire.CodeNotFound, "The file or folder does not exist.", ""},
		{fs.ErrExist, wire.CodeExists, "There is something at this path already; it was not overwritten.", "Choose another name."},
		{fs.ErrPermission, wire.CodeNotAllowed, "The system does not allow this.", "Check the file's permissions and owner."},
	}
}
