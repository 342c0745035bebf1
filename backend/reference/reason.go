package reference

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/keel-ide/keel/backend/fetch"
	"github.com/keel-ide/keel/backend/git"
	"github.com/keel-ide/keel/backend/outbound"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/workspace"
)

// refusal is why there is nothing to read, for a person.
type refusal struct {
	problem, hint string
	kept          bool
}

func (r *refusal) Error() string { return r.problem }

func refuse(problem, hint string) *refusal { return &refusal{problem: problem, hint: hint} }

// explained is the content of a reference that could not be read.
func explained(ctx context.Context, ref session.Reference, err error) session.Content {
	said, ok := errors.AsType[*refusal](err)
	switch {
	case ok:
	case ctx.Err() != nil:
		said = refuse("It was stopped before this was read.", "Send the message again to read it.")
	case ref.Kind == session.ReferenceURL:
		said = ofPage(err)
	case ref.Kind == session.ReferenceGitDiff:
		said = ofChanges(err)
	default:
		said = ofPath(ref.Path, err)
	}
	return session.Content{Problem: said.problem, Hint: said.hint, Kept: said.kept}
}

func ofPath(name string, err error) *refusal {
	is := func(target error) bool { return errors.Is(err, target) }
	switch {
	case is(workspace.ErrOutside):
		return refuse(fmt.Sprintf("%s leads outside of the opened folder, and was not read.", name), "Open the folder that it is in, or paste the part that matters.")
	case is(fs.ErrNotExist):
		return refuse(name+" does not exist any more.", "Point at it again where it is now.")
	case is(workspace.ErrIsFolder):
		return refuse(name+" is a folder, not a file.", "Point at the folder instead.")
	case is(workspace.ErrNotFolder):
		return refuse(name+" is not a folder.", "Point at the file instead.")
	case is(workspace.ErrSpecial):
		return refuse(name+" is a device, pipe or socket, which is never read.", "Take it out of the message.")
	case is(workspace.ErrTooLarge):
		return tooLarge(name)
	case is(fs.ErrPermission):
		return refuse(name+" cannot be read: this user is not allowed to.", "Change its permissions, or paste the part that matters.")
	}
	return refuse(fmt.Sprintf("%s could not be read: %v.", name, err), "Try again, or paste the part that matters.")
}

func tooLarge(name string) *refusal {
	return refuse(name+" is larger than 50 MB, in which no lines are looked for.", "Select the lines in the editor, or paste them.")
}

func ofChanges(err error) *refusal {
	is := func(target error) bool { return errors.Is(err, target) }
	const without = "Send the message without it."
	switch {
	case is(git.ErrNoGit):
		return refuse("Git was not found, so that changes cannot be read.", "Install git, or send the message without them.")
	case is(git.ErrNoRepository):
		return refuse("The opened folder is not in a git repository.", without)
	case is(git.ErrOwner):
		return refuse("The repository belongs to another user of this machine, so that git does not trust it.", "If you do, tell git so: git config --global --add safe.directory, and the folder.")
	case is(git.ErrElsewhere):
		return refuse("The opened folder names a repository in another place that does not know it, so nothing was read.", "Open the folder of that repository itself.")
	case is(git.ErrMissing):
		return refuse("The repository lacks some of what it needs for the changes, as a partial clone does. Nothing is fetched for it.", "Fetch it with git in a terminal, for example with git diff, and send the message again.")
	}
	return refuse(fmt.Sprintf("The changes could not be read: %v.", err), "Look at git status in a terminal, or send the message without them.")
}

func ofPage(err error) *refusal {
	is := func(target error) bool { return errors.Is(err, target) }
	const check = "Check the address, or paste the text that matters."
	if way, ok := errors.AsType[*outbound.Error](err); ok {
		return refuse("Nothing was fetched. "+way.Message, way.Hint)
	}
	if status, ok := errors.AsType[*fetch.StatusError](err); ok {
		hint := status.Hint
		if hint == "" {
			hint = check
		}
		return refuse(fmt.Sprintf("Nothing was fetched: %v.", status), hint)
	}
	switch {
	case is(fetch.ErrPrivate):
		return refuse("Nothing was fetched: the address leads to this machine or a private network, which is never fetched.", "Paste the text that matters.")
	case is(fetch.ErrType):
		return refuse(fmt.Sprintf("Nothing was taken: %v.", err), "Download it, and point at the file or paste the text that matters.")
	}
	return refuse(fmt.Sprintf("Nothing was fetched: %v.", err), check)
}
