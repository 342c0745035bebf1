// Package reference reads what prompts point at: files, folders, code, the web,
// what is not committed, what a terminal shows, and so on.
//
// # Promises
//
// [Reader.Read] never fails. It returns every reference, in its order, each with a
// content that says exactly what the model reads, or in a sentence why there is
// nothing and what can be done. One that cannot be read changes nothing about the
// others. They are read at once, at most five, and reading ends within moments of
// its context; what was not read by then says that.
//
// Text is valid UTF-8. Of one reference there are at most 64 kB, of all of a message
// together at most its budget; small ones are taken whole before large ones are cut,
// and what was left out for its size or because it is kept is said in Cut. The same
// things read twice read the same.
//
// What the agent may not read unasked is kept back, by the same rules as its own
// tools, until the reference says that the user has agreed; agreeing to a folder is
// not agreeing to the passwords in it. Nothing outside of the workspace is read,
// whatever a path or a link says. Text of terminals, and of what is no file of the
// workspace, loses its secrets and its control characters.
//
// A content that a reference came with counts for nothing. What is read is data that
// strangers may have written: it is framed where the model reads it, not here.
package reference

import (
	"context"
	"fmt"
	"path"
	"time"

	"github.com/sourcegraph/conc/panics"
	"github.com/sourcegraph/conc/pool"

	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/git"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/workspace"
)

// Bounds of what is read.
const (
	mostBytes     = 64 << 10  // of one reference
	defaultBudget = 256 << 10 // of all of a message, where no budget is known
	mostAtOnce    = 5
	imageTokens   = 1600 // of a large picture; services shrink larger ones
)

// Workspace is the opened folder.
type Workspace interface {
	Stat(ctx context.Context, name string) (workspace.Entry, error)
	List(ctx context.Context, name string) ([]workspace.Entry, error)
	OpenFile(ctx context.Context, name string) (workspace.OpenedFile, workspace.Entry, error)
	ReadFile(ctx context.Context, name string, limit int64) ([]byte, workspace.Entry, error)
}

// Web fetches addresses that the user has put into a message of a session.
type Web interface {
	Get(ctx context.Context, sessionID, address string) (Page, error)
}

// Page is what an address holds: text, or a picture.
type Page struct {
	Address string // where it was in the end
	As      string // with whose sign-in it was read; empty for none
	Type    string
	Title   string
	Text    string
	Image   *session.Image
	Size    int64
	Cut     string // what was left out for its size, in sentences; empty when nothing was
	Note    string // what else a reader has to know about the text, in sentences; may be empty
	Date    int64  // when it was published or last changed, Unix milliseconds; 0: not known
	At      time.Time
}

// Problem is one that the editor has found.
type Problem struct {
	Path         string
	Line, Column int
	Severity     string // error, warning, info or hint
	Source       string
	Message      string
}

// Options are where references are read from. All but the last are required; what
// is nil makes its kind say that it is not to be had here.
type Options struct {
	Workspace Workspace
	// Decide says whether the agent may read a path.
	Decide func(ctx context.Context, path string) approval.Decision
	Web    Web
	// Problems returns what the editor has found; ok is false without an editor.
	Problems func(ctx context.Context) (found []Problem, ok bool)
	// Changes returns what is not committed, with at most a number of bytes of the diff
	// and without the files that are to be withheld.
	Changes func(ctx context.Context, withhold func(ctx context.Context, path string) bool, limit int) (git.Changes, error)
	// Codebase returns what of the workspace matters for a prompt, in at most a
	// number of bytes, and what it left out, a sentence or nothing.
	Codebase func(ctx context.Context, prompt string, most int) (text, cut string, err error)
	// Redact takes secrets out of text.
	Redact func(text string) string
	// Now is when something was read. Nil: time.Now.
	Now func() time.Time
}

// Reader reads references; it is safe for concurrent use.
type Reader struct{ o Options }

// New returns a reader.
func New(o Options) *Reader {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Reader{o}
}

// Request is the references of one message.
type Request struct {
	SessionID  string
	Prompt     string
	References []session.Reference
	Budget     int // tokens for all of them; 0 when it is not known
}

// found is what a reference holds, before it is known how much of it fits.
type found struct {
	content session.Content
	body    body // nil where the content is all there is
}

// Read returns the references with their content, in their order.
func (r *Reader) Read(ctx context.Context, request Request) []session.Reference {
	all := make([]found, len(request.References))
	reading := pool.New().WithMaxGoroutines(mostAtOnce)
	for i, ref := range request.References {
		reading.Go(func() { all[i] = r.safely(ctx, request, ref) })
	}
	reading.Wait()
	return fit(request, all)
}

// safely reads one reference, whatever goes wrong.
func (r *Reader) safely(ctx context.Context, request Request, ref session.Reference) (one found) {
	var err error
	if caught := panics.Try(func() { one, err = r.one(ctx, request, ref) }); caught != nil {
		err = refuse("Keel made a mistake while reading this.", "Send the message without it, and report the mistake if you can.")
	}
	if err != nil {
		one = found{content: explained(ctx, ref, err)}
	}
	one.content.At = r.o.Now().UnixMilli()
	return one
}

func (r *Reader) one(ctx context.Context, request Request, ref session.Reference) (found, error) {
	if err := ctx.Err(); err != nil {
		return found{}, err
	}
	switch ref.Kind {
	case session.ReferenceFile:
		return r.file(ctx, ref)
	case session.ReferenceFolder:
		return r.folder(ctx, ref)
	case session.ReferenceCode:
		return r.code(ctx, ref)
	case session.ReferenceCodebase:
		return r.codebase(ctx, request)
	case session.ReferenceGitDiff:
		return r.changes(ctx, ref)
	case session.ReferenceTerminal:
		return r.terminal(ref)
	case session.ReferenceText:
		return r.text(ref)
	case session.ReferenceProblems:
		return r.problems(ctx, ref)
	case session.ReferenceURL:
		return r.page(ctx, request.SessionID, ref)
	}
	return found{}, refuse(fmt.Sprintf("Nothing is known about references of the kind %q.", ref.Kind), "Take it out of the message.")
}

// place is the path of a reference in its one form. It has one unless everything is
// meant.
func place(ref session.Reference) (string, error) {
	if ref.Path == "" {
		return "", refuse("It names no file or folder.", "Take it out of the message, and point at what you mean again.")
	}
	return path.Clean(ref.Path), nil
}

// allowed refuses a path that the agent may not read, unless the user has agreed.
func (r *Reader) allowed(ctx context.Context, ref session.Reference, name string) error {
	d := r.o.Decide(ctx, name)
	switch d.Effect {
	case approval.Allow:
		return nil
	case approval.Ask:
		if ref.Agreed {
			return nil
		}
		return &refusal{problem: d.Reason, hint: "If you want that, agree to it on its chip; else take it out of the message.", kept: true}
	}
	return refuse(d.Reason, "Open the folder that it is in, or paste the part that matters.")
}

// keeps tells, for what is below a reference, whether a path is kept back.
func (r *Reader) keeps(ctx context.Context, ref session.Reference, name string) bool {
	d := r.o.Decide(ctx, name)
	return d.Effect != approval.Allow && (d.Effect != approval.Ask || !ref.Agreed || d.Rule == approval.RuleSecret)
}
