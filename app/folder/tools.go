package folder

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/fetch"
	"github.com/keel-ide/keel/backend/fetch/githubpage"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/tool"
)

// tools is package tool as the agent sees it; each session, and each sub agent in
// it, has a view of its own of what it has read.
type tools struct {
	set *tool.Set

	mu    sync.Mutex // guards views
	views map[agent.View]*tool.View
}

// tools joins the tools to what they work with.
func (f *Folder) tools(runner *command.Runner) *tools {
	o := tool.Options{
		Workspace: f.Workspace,
		Search:    lazySearch{f.search},
		Command:   runner,
		Web: fetch.New(fetch.Options{
			Outbound: f.Outbound,
			Signed:   githubpage.New(f.Accounts, githubpage.Options{HTTP: f.Outbound.Client()}),
		}),
	}
	if !f.options.Headless {
		o.Diagnostics, o.Unsaved = f.EditorState.diagnostics, f.EditorState.unsaved
	}
	return &tools{set: tool.New(o), views: map[agent.View]*tool.View{}}
}

func (t *tools) Specs() []provider.ToolSpec { return t.set.Specs() }

func (t *tools) Prepare(ctx context.Context, whose agent.View, name string, arguments json.RawMessage) (agent.Prepared, error) {
	view := t.view(whose)
	p, err := t.set.Prepare(ctx, view, name, arguments)
	if err != nil {
		return nil, err
	}
	return prepared{set: t.set, view: view, call: p}, nil
}

func (t *tools) Shown(ctx context.Context, whose agent.View, path, hash string) {
	t.set.Shown(ctx, t.view(whose), path, hash)
}

func (t *tools) view(whose agent.View) *tool.View {
	t.mu.Lock()
	defer t.mu.Unlock()
	view, ok := t.views[whose]
	if !ok {
		view = &tool.View{Session: whose.SessionID}
		t.views[whose] = view
	}
	return view
}

// prepared is a call with the view that its session has.
type prepared struct {
	set  *tool.Set
	view *tool.View
	call tool.Prepared
}

func (p prepared) Plan() agent.Plan {
	return agent.Plan{
		Kind:    p.call.Kind,
		Title:   p.call.Title,
		Paths:   p.call.Paths,
		Command: p.call.Command,
		Folder:  p.call.Folder,
		Address: p.call.Address, SignedIn: p.call.SignedIn,
		Diff:    p.call.Diff,
		Mutates: p.call.Mutates,
		Hash:    p.call.Hash,
	}
}

func (p prepared) Run(ctx context.Context, host agent.Host) agent.Result {
	r := p.set.Run(ctx, p.view, p.call, turnHost{host})
	result := agent.Result{Text: r.Text, IsError: r.IsError, ExitCode: r.ExitCode, HasExit: r.HasExit, Changed: r.Changed, Living: r.Living}
	if r.Background != nil {
		result.Background = background{r.Background}
	}
	return result
}

// turnHost is the agent's host as the tools see it.
type turnHost struct{ agent.Host }

func (h turnHost) Ask(ctx context.Context, question session.Question) (string, error) {
	answer, err := h.Host.Ask(ctx, question)
	if errors.Is(err, agent.ErrNobody) {
		err = tool.ErrNobody
	}
	return answer, err
}

func (h turnHost) SubAgent(ctx context.Context, task tool.SubTask) (string, error) {
	return h.Host.SubAgent(ctx, agent.SubTask{Prompt: task.Prompt, Write: task.Write})
}

// background is a command that goes on, as the agent sees it.
type background struct{ command *tool.BackgroundCommand }

func (b background) ID() string { return b.command.ID }

func (b background) Follow(ctx context.Context, output func([]byte)) (int, error) {
	return b.command.Follow(ctx, output)
}

func (p prepared) Proposal() (agent.Proposal, bool) {
	if p.call.Proposal == nil {
		return agent.Proposal{}, false
	}
	return agent.Proposal(*p.call.Proposal), true
}

func (p prepared) Compare(before, after []byte) diff.File {
	return tool.Compare(p.call.Proposal.Path, before, after)
}

func (p prepared) Revise(ctx context.Context, r agent.Revision) (agent.Proposer, error) {
	revised, err := p.set.Revise(ctx, p.call, tool.Revision(r))
	if err != nil {
		return nil, err
	}
	return prepared{p.set, p.view, revised}, nil
}

func (p prepared) Rebase(ctx context.Context) (agent.Proposer, error) {
	rebased, err := p.set.Rebase(ctx, p.call)
	if err != nil {
		return nil, err
	}
	return prepared{p.set, p.view, rebased}, nil
}
