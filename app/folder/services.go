package folder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/approval/guard"
	"github.com/keel-ide/keel/backend/change"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/provider/bedrock"
	"github.com/keel-ide/keel/backend/provider/practice"
	"github.com/keel-ide/keel/backend/search"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/terminal"
)

// openServices starts what needs a workspace.
func (f *Folder) openServices(ctx, running context.Context, data string) error {
	f.search = sync.OnceValues(func() (*search.Engine, error) {
		ripgrep, err := search.Locate(Near())
		if err != nil {
			return nil, err
		}
		if below(ripgrep, f.Workspace.Path()) && !below(ripgrep, Near()) && os.Getenv("KEEL_RIPGREP") == "" {
			return nil, fmt.Errorf("using %q, which lies in the opened folder: %w", ripgrep, search.ErrNoRipgrep)
		}
		engine := search.New(ripgrep)
		f.onClose(engine.Close)
		return engine, nil
	})
	f.codemap = sync.OnceValue(f.openCodemap)
	f.openGit(running)
	f.Terminals = terminal.New(terminal.Options{Environ: f.terminalEnviron})
	f.onClose(f.Terminals.Close)
	f.Attachments = &Attachments{
		ctx:       running,
		terminals: f.Terminals,
		send:      f.sendTerminal,
		open:      map[string]attachment{},
		typed:     map[string]*typing{},
	}
	f.Searches = &Searches{
		ctx:     running,
		engine:  f.search,
		root:    f.Workspace.Path(),
		send:    f.sendSearch,
		fail:    f.explain,
		running: map[string]context.CancelFunc{},
	}
	store, err := f.openCheckpoints(ctx, filepath.Join(data, "checkpoints"))
	if err != nil {
		return err
	}
	f.onClose(store.Close)
	f.Checkpoints = store
	if err := f.openAgent(ctx, running, data); err != nil {
		return err
	}
	f.Activity = newActivity(store, f.sendActivity, f.options.Log)
	f.Restores = &Restores{store: store, agent: f.Agent, root: f.Workspace.Path()}
	f.Review = &Review{store: store, agent: f.Agent, sets: change.New(store), restores: f.Restores}
	f.Drafts = newDrafts(f.Agent)
	if f.options.Headless {
		return nil
	}
	return remember(ctx, f.options.Paths, wire.Workspace{ID: f.Workspace.ID(), Path: f.Workspace.Path(), Name: f.Workspace.Name()})
}

// openCheckpoints opens the store. Where it is refused, and the user has agreed
// to it, its record is written anew or all of it set aside first.
func (f *Folder) openCheckpoints(ctx context.Context, dir string) (*checkpoint.Store, error) {
	o := checkpoint.Options{
		Own: []string{f.options.Paths.Config, f.options.Paths.Data},
		Log: f.options.Log,
	}
	store, err := checkpoint.Open(ctx, dir, f.Workspace.Path(), o)
	lost := errors.Is(err, checkpoint.ErrNoRecord)
	switch {
	case f.options.SetAside && (lost || errors.Is(err, checkpoint.ErrNewer)):
		aside, err := checkpoint.SetAside(ctx, dir, o)
		if err != nil {
			return nil, err
		}
		f.options.Log.Info("set checkpoints aside", "aside", aside)
	case f.options.Rescue && lost:
		found, err := checkpoint.Rescue(ctx, dir, o)
		if err != nil {
			return nil, err
		}
		f.options.Log.Info("found checkpoints again", "found", found.Checkpoints, "lost", found.Lost, "aside", found.Aside)
	default:
		return store, err
	}
	return checkpoint.Open(ctx, dir, f.Workspace.Path(), o)
}

func (f *Folder) openAgent(ctx, running context.Context, data string) error {
	sessions, err := session.OpenStore(ctx, filepath.Join(data, "sessions"), session.Options{Log: f.options.Log})
	if err != nil {
		return err
	}
	f.EditorState = &EditorState{}
	f.Commands = command.New(f.commandOptions(data))
	f.onClose(f.Commands.Close)
	f.Policy = approval.NewPolicy(approval.Options{
		Rules:     f.rules,
		Guard:     guard.New(),
		Protected: append([]string{f.options.Paths.Config, f.options.Paths.Data}, f.programFolders()...),
		Root:      f.Workspace.Path(),
	})
	if err := f.openAudit(filepath.Join(data, "audit")); err != nil {
		return err
	}
	f.References = f.openReferences(running)
	f.Providers = f.openProviders()
	f.Agent = agent.New(agent.Options{
		Sessions:      sessions,
		Providers:     f.Providers.fixed,
		MoreProviders: f.Providers.Custom,
		Tools:         f.tools(f.Commands),
		Commands:      f.Commands,
		Price:         f.Providers.Price,
		Policy:        f.Policy,
		References:    f.References,
		Checkpoints:   &bracket{store: f.Checkpoints, sets: change.New(f.Checkpoints)},
		Defaults:      f.defaults,
		Facts:         f.facts,
		Audit:         f.audit,
		Redact:        f.options.Redactor.Text,
		Headless:      f.options.Headless,
		Grants:        f.options.Grants,
		Hosts:         f.options.Hosts,
		Used:          f.used,
		Log:           f.options.Log,
	})
	return nil
}

// pace is how fast the practice model speaks: at a reading pace to a person, at
// once to a program.
func (f *Folder) pace() time.Duration {
	if f.options.Headless {
		return 0
	}
	return practice.Pace
}

// defaultsLimit is how long a new session waits to learn what runs here.
const defaultsLimit = time.Second

// defaults is what a new session starts with. A service that costs money is
// used only once the user has named it, or a model of it; a model server that
// runs on this machine comes before the practice model.
func (f *Folder) defaults() session.Session {
	v := f.Settings.Values()
	made := session.Session{Mode: session.Mode(v.Mode), Provider: v.Provider, Model: v.Model}
	if made.Provider == "" {
		made.Provider = practice.ID
		if v.Model != "" {
			made.Provider = bedrock.ID
		} else {
			ctx, cancel := context.WithTimeout(context.Background(), defaultsLimit)
			defer cancel()
			made.Provider = cmp.Or(f.Providers.Running(ctx), practice.ID)
		}
	}
	if made.Provider == practice.ID {
		made.Model = ""
	}
	return made
}

// facts is what the model is told about the workspace.
func (f *Folder) facts(ctx context.Context) agent.Facts {
	facts := agent.Facts{Folder: f.Workspace.Name(), OS: systemName(), Shell: "bash"}
	entries, err := f.Workspace.List(ctx, ".")
	if err != nil {
		return facts
	}
	for _, e := range entries {
		name := e.Name
		if e.Kind == "folder" {
			name += "/"
		}
		facts.Entries = append(facts.Entries, name)
	}
	return facts
}

// systemName is how people call the operating system.
func systemName() string {
	switch runtime.GOOS {
	case "darwin":
		return "macOS"
	case "windows":
		return "Windows"
	}
	return "Linux"
}

func (f *Folder) sendTerminal(output wire.TerminalOutput) {
	if f.options.Events != nil {
		f.options.Events.Terminal(output)
	}
}

func (f *Folder) sendSearch(matches wire.TextMatches) {
	if f.options.Events != nil {
		f.options.Events.Search(matches)
	}
}

func (f *Folder) sendActivity(activity wire.CheckpointActivity) {
	if f.options.Events != nil {
		f.options.Events.Checkpoints(activity)
	}
}

func (f *Folder) explain(err error) *wire.Error {
	explained := f.options.Explain(err)
	if known, ok := errors.AsType[*wire.Error](explained); ok {
		return known
	}
	return &wire.Error{Code: wire.CodeInternal, Message: explained.Error()}
}

// lazySearch looks for ripgrep only when something is searched for, so that a
// machine without it has everything else.
type lazySearch struct {
	engine func() (*search.Engine, error)
}

func (l lazySearch) Text(ctx context.Context, root string, q search.TextQuery, emit func([]search.FileMatch) error) (search.Summary, error) {
	engine, err := l.engine()
	if err != nil {
		return search.Summary{}, err
	}
	return engine.Text(ctx, root, q, emit)
}

func (l lazySearch) Files(ctx context.Context, root string, q search.FileQuery) (search.FileResult, error) {
	engine, err := l.engine()
	if err != nil {
		return search.FileResult{}, err
	}
	return engine.Files(ctx, root, q)
}

func reasonsByPath(problems []checkpoint.Problem) map[string]string {
	out := make(map[string]string, len(problems))
	for _, p := range problems {
		out[p.Path] = p.Reason
	}
	return out
}
