package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/audit"
	"github.com/keel-ide/keel/backend/change"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/redact"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/tool"
	"github.com/keel-ide/keel/backend/workspace"
)

// build joins the real parts to an agent; done closes it and them.
func build(t testing.TB, o options) (built *agent.Agent, done func()) {
	t.Helper()
	ctx := t.Context()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	folder, err := workspace.Open(ctx, o.root, workspace.Options{})
	check(err)
	checkpoints, err := checkpoint.Open(ctx, filepath.Join(o.data, "checkpoints"), folder.Path(), checkpoint.Options{})
	check(err)
	sessions, err := session.OpenStore(ctx, filepath.Join(o.data, "sessions"), session.Options{})
	check(err)
	runner := command.New(command.Options{LogDir: filepath.Join(o.data, "commands")})
	log, err := audit.Open(filepath.Join(o.data, "audit"), audit.Options{Redact: redact.New(redact.Options{}).Text})
	check(err)
	built = agent.New(agent.Options{
		Sessions:  sessions,
		Providers: []provider.Provider{o.model},
		Tools:     &tools{set: tool.New(tool.Options{Workspace: folder, Command: runner}), views: map[agent.View]*tool.View{}},
		Policy: approval.NewPolicy(approval.Options{
			Rules: func() approval.Rules { return o.rules }, Protected: []string{o.data}, Root: folder.Path(),
		}),
		Checkpoints: saves{checkpoints, change.New(checkpoints)},
		Defaults:    func() session.Session { return session.Session{Mode: o.mode} },
		Headless:    o.headless,
		References:  o.references,
		Audit:       kept{log},
		Jitter:      func() float64 { return 0 },
	})
	return built, func() {
		if err := errors.Join(built.Close(context.WithoutCancel(ctx)), runner.Close(), log.Close(), checkpoints.Close(), folder.Close()); err != nil {
			t.Error(err)
		}
	}
}

// kept is the real audit log.
type kept struct{ log *audit.Log }

func (k kept) Record(ctx context.Context, entry audit.Entry) error {
	_, err := k.log.Append(ctx, entry)
	return err
}

// tools gives each session a view of its own of what it has read.
type tools struct {
	set *tool.Set

	mu    sync.Mutex // guards views
	views map[agent.View]*tool.View
}

func (s *tools) Specs() []provider.ToolSpec { return s.set.Specs() }

func (s *tools) Prepare(ctx context.Context, whose agent.View, name string, arguments json.RawMessage) (agent.Prepared, error) {
	view := s.view(whose)
	p, err := s.set.Prepare(ctx, view, name, arguments)
	return prepared{s.set, view, p}, err
}

func (s *tools) Shown(ctx context.Context, whose agent.View, path, hash string) {
	s.set.Shown(ctx, s.view(whose), path, hash)
}

func (s *tools) view(whose agent.View) *tool.View {
	s.mu.Lock()
	defer s.mu.Unlock()
	view := s.views[whose]
	if view == nil {
		view = &tool.View{Session: whose.SessionID}
		s.views[whose] = view
	}
	return view
}

type prepared struct {
	set  *tool.Set
	view *tool.View
	call tool.Prepared
}

func (p prepared) Plan() agent.Plan {
	c := p.call
	return agent.Plan{
		Kind: c.Kind, Title: c.Title, Paths: c.Paths, Command: c.Command, Folder: c.Folder,
		Diff: c.Diff, Mutates: c.Mutates, Hash: c.Hash,
	}
}

func (p prepared) Run(ctx context.Context, host agent.Host) agent.Result {
	r := p.set.Run(ctx, p.view, p.call, tool.Alone(host.Output))
	return agent.Result{Text: r.Text, IsError: r.IsError, ExitCode: r.ExitCode, HasExit: r.HasExit, Changed: r.Changed, Living: r.Living}
}

// saves is the checkpoint store as the agent sees it.
type saves struct {
	store *checkpoint.Store
	sets  *change.Sets
}

func (s saves) Create(ctx context.Context, r agent.CheckpointRequest) (agent.Checkpoint, error) {
	made, err := s.store.Create(ctx, checkpoint.CreateRequest{
		Reason: checkpoint.Reason(r.Reason), SessionID: r.SessionID, TurnID: r.TurnID, ToolCallID: r.ToolCallID, Label: r.Label,
		Targets: r.Targets,
	})
	uncovered := map[string]string{}
	for _, p := range made.Problems {
		uncovered[p.Path] = p.Reason
	}
	return agent.Checkpoint{ID: made.ID, Uncovered: uncovered}, err
}

func (s saves) Paths(ctx context.Context, from, to string) ([]string, error) {
	changes, err := s.store.Diff(ctx, from, to)
	paths := []string{}
	for _, c := range changes {
		paths = append(paths, c.Path)
		if c.From != "" {
			paths = append(paths, c.From)
		}
	}
	return paths, err
}

func (s saves) Changes(ctx context.Context, before, after string) ([]session.FileChange, error) {
	computed, err := s.sets.Compute(ctx, before, after)
	changes := []session.FileChange{}
	for _, c := range computed {
		changes = append(changes, session.FileChange{
			Path: c.Path, From: c.From, Kind: c.Kind, Added: c.Added, Removed: c.Removed, Binary: c.Binary,
		})
	}
	return changes, err
}

func (s saves) Restore(ctx context.Context, r agent.RestoreRequest) (agent.Restored, error) {
	request := checkpoint.RestoreRequest{ID: r.Before, Verb: checkpoint.Exact, Paths: r.Paths}
	if r.After != "" {
		request.Verb, request.After = checkpoint.Agent, r.After
	}
	return restored(s.store.Restore(ctx, request))
}

func (s saves) Undo(ctx context.Context, id string) (agent.Restored, error) {
	return restored(s.store.Undo(ctx, id))
}

func restored(r checkpoint.Result, err error) (agent.Restored, error) {
	out := agent.Restored{Written: r.Written, Deleted: r.Deleted, Unknown: r.Unknown, Undo: r.Undo}
	for _, c := range r.Conflicts {
		out.Conflicts = append(out.Conflicts, agent.Conflict{Path: c.Path, Reason: c.Reason})
	}
	return out, err
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
