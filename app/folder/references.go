package folder

import (
	"context"
	"crypto/rand"
	"sync"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/fetch"
	"github.com/keel-ide/keel/backend/fetch/githubpage"
	"github.com/keel-ide/keel/backend/git"
	"github.com/keel-ide/keel/backend/reference"
	"github.com/keel-ide/keel/backend/search"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/workspace"
)

// References finds and reads what prompts point at.
type References struct {
	ctx     context.Context // ends with the folder
	root    string
	engine  func() (*search.Engine, error)
	symbols symbols
	reader  *reference.Reader
	web     *referencesWeb
	group   sync.WaitGroup

	mu     sync.Mutex            // guards what follows
	looks  map[string]*looking   // by their id, or the key of a picker
	recent []wire.ReferenceMatch // what was sent last, the latest first
	closed bool
}

// looking is a look, or a search for names, that goes on.
type looking struct{ stop context.CancelFunc }

// openReferences joins the references to what they are read from.
func (f *Folder) openReferences(running context.Context) *References {
	r := &References{
		ctx:    running,
		root:   f.Workspace.Path(),
		engine: f.search,
		looks:  map[string]*looking{},

		symbols: codeSymbols{f.codemap},
	}
	web := newReferencesWeb(fetch.New(fetch.Options{
		Outbound: f.Outbound,
		Signed:   githubpage.New(f.Accounts, githubpage.Options{HTTP: f.Outbound.Client()}),
	}), f.audit)
	o := reference.Options{
		Workspace: f.Workspace,
		Decide:    f.decideRead,
		Web:       web,
		Changes: func(ctx context.Context, withhold func(context.Context, string) bool, limit int) (git.Changes, error) {
			environ := command.Environment(f.environ(), nil, r.root)
			return git.Diff(ctx, r.root, git.Options{Environ: environ, Withhold: withhold, Limit: limit})
		},
		Codebase: func(ctx context.Context, prompt string, most int) (text, cut string, err error) {
			return f.codemap().Codebase(ctx, prompt, most)
		},
		Redact: f.options.Redactor.Text,
	}
	if !f.options.Headless {
		o.Problems = f.EditorState.found
	}
	r.web = web
	r.reader = reference.New(o)
	return r
}

// decideRead says whether the agent may read a path unasked.
func (f *Folder) decideRead(ctx context.Context, path string) approval.Decision {
	return f.Policy.Decide(ctx, approval.Request{Kind: string(session.KindRead), Tool: referenceTool, Paths: []string{path}})
}

// found returns what the editor has found, as references know it.
func (e *EditorState) found(ctx context.Context) (problems []reference.Problem, ok bool) {
	found, ok := e.diagnostics(ctx)
	for _, d := range found {
		problems = append(problems, reference.Problem{
			Path: d.Path, Line: d.Line, Column: d.Column, Severity: string(d.Severity), Source: d.Source, Message: d.Message,
		})
	}
	return problems, ok
}

// Look reads a reference as sending it would.
func (r *References) Look(ctx context.Context, look wire.ReferenceLook) (session.Reference, error) {
	ctx, done, err := r.begin(ctx, look.ID)
	if err != nil {
		return look.Reference, err
	}
	defer done()
	if look.Again {
		r.web.forget(look.SessionID, look.Reference.Address)
	}
	read := r.reader.Read(ctx, reference.Request{
		SessionID: look.SessionID, Prompt: look.Prompt, References: []session.Reference{look.Reference},
	})
	return read[0], nil
}

// begin starts something that ends when another one of that id starts, or is stopped;
// done is to be called at its end.
func (r *References) begin(ctx context.Context, id string) (begun context.Context, done func(), err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, nil, workspace.ErrClosed
	}
	ctx, stop := context.WithCancel(ctx)
	with := context.AfterFunc(r.ctx, stop)
	this := &looking{stop}
	if id == "" {
		id = rand.Text()
	}
	if before := r.looks[id]; before != nil {
		before.stop()
	}
	r.looks[id] = this
	r.group.Add(1)
	return ctx, func() {
		with()
		stop()
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.looks[id] == this {
			delete(r.looks, id)
		}
		r.group.Done()
	}, nil
}

// StopLooking ends a look.
func (r *References) StopLooking(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if look := r.looks[id]; look != nil {
		look.stop()
	}
}

// Read is what the agent reads references with.
func (r *References) Read(ctx context.Context, request agent.ReferenceRequest) []session.Reference {
	for _, ref := range request.References {
		r.remember(ref)
	}
	return r.reader.Read(ctx, reference.Request(request))
}

// Close ends the looks, and waits for them. None starts any more.
func (r *References) Close() {
	r.mu.Lock()
	r.closed = true
	for _, look := range r.looks {
		look.stop()
	}
	r.mu.Unlock()
	r.group.Wait()
}
