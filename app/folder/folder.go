// Package folder joins every service that serves one opened folder.
//
// # Promises
//
// What Open started Close ends, in the opposite order: no goroutine, watch or
// process outlives the folder but what the user started to outlive it. A folder
// without a workspace still has settings and storage, so that an empty window
// works. It is the same composition with and without a window.
package folder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/codemap"
	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/data"
	"github.com/keel-ide/keel/backend/outbound"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/redact"
	"github.com/keel-ide/keel/backend/search"
	"github.com/keel-ide/keel/backend/secret"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/settings"
	"github.com/keel-ide/keel/backend/shellenv"
	"github.com/keel-ide/keel/backend/terminal"
	"github.com/keel-ide/keel/backend/trust"
	"github.com/keel-ide/keel/backend/workspace"
)

// ErrNoWorkspace is returned for what needs an opened folder while none is.
var ErrNoWorkspace = errors.New("no folder is open")

// closeLimit is how long Close waits for turns and commands to end.
const closeLimit = 10 * time.Second

// Events is where a folder sends what the page should know.
type Events interface {
	Session(session.Event)
	Sessions(wire.SessionsChanged)
	Files(wire.FilesChanged)
	Search(wire.TextMatches)
	Terminal(wire.TerminalOutput)
	Settings(wire.SettingsChanged)
	Notice(wire.Notice)
	Checkpoints(wire.CheckpointActivity)
	Trust(wire.TrustChanged)
	Audit(wire.AuditChanged)
	Accounts(wire.AccountsState)
	Secrets(wire.SecretsState)
	Extensions(wire.ExtensionsState)
	Extension(wire.ExtensionProgress)
}

// Options is what a folder stands on; Paths, Explain and Log are required.
type Options struct {
	Paths     Paths
	Consent   bool                // the user agreed to a home folder or a drive's top
	Rescue    bool                // where the record of the checkpoints is lost, write it anew
	SetAside  bool                // where the checkpoints are of no use, set them aside and start a new history
	Events    Events              // none without a window
	Headless  bool                // there is nobody to ask
	Grants    []string            // command patterns trusted for this run
	Hosts     []string            // patterns of hosts trusted for this run
	Trusted   bool                // the opened folder is trusted for this run
	Providers []provider.Provider // beside the built-in ones
	Areas     *Areas              // kept as long as the program runs; none: the folder's own
	Secrets   *secret.Store       // for keys, kept as long as the program runs; none: the folder's own
	Accounts  *Accounts           // kept as long as the program runs; none: the folder's own
	// Extensions are kept as long as the program runs; none: the folder's own.
	Extensions *Extensions
	Clients    Clients             // that the build brings along to sign in with; where Accounts is none
	Outbound   *outbound.Transport // how other machines are reached; none: the folder's own
	Redactor   *redact.Redactor    // takes secrets out of what is kept or exported; none: one that knows shapes only
	Explain    func(error) error   // says an error in words for a person
	Log        *slog.Logger
	// Helper is the program that confines commands, see [HelperProgram]; the
	// running program does the same when it is called in the same way. Empty, as in
	// tests: they are not confined.
	Helper string
	// Program are the folders of a Keel that replaces itself, which the agent may not
	// write; nil: those of the running one.
	Program []string
	// Symbols is the program that reads the symbols of files, see [SymbolsProgram].
	// Empty, as in tests: files are without.
	Symbols string
	// Shell is the environment of commands and terminals; nil: the program's own.
	Shell *shellenv.Environment
}

// Folder is an opened folder with its services. Workspace and what stands on it
// are nil while no folder is open.
type Folder struct {
	Settings *settings.Store
	Storage  *Storage
	Outbound *outbound.Transport
	Accounts *Accounts

	Extensions *Extensions

	Workspace   *workspace.Workspace
	Terminals   *terminal.Terminals
	Attachments *Attachments
	Searches    *Searches
	Checkpoints *checkpoint.Store
	Activity    *Activity
	Restores    *Restores
	Review      *Review
	Policy      *approval.Policy
	Providers   *Providers
	Agent       *agent.Agent
	Drafts      *Drafts
	EditorState *EditorState
	References  *References
	Commands    *command.Runner

	list        sessionList
	trust       *trust.Store
	trustSeq    atomic.Int64 // of the last change of what is trusted
	confinement *confinement
	git         *gitCredentials

	options Options
	secrets *secret.Store
	audit   *auditing
	areas   *Areas
	search  func() (*search.Engine, error)
	codemap func() *codemap.Map // made when it is first asked
	cancel  context.CancelFunc
	group   sync.WaitGroup

	importing sync.Mutex // held while things come from another editor, or go back

	mu      sync.Mutex     // guards closing: some things start when first used
	closing []func() error // in the order of starting
}

// Open opens a folder and starts what serves it; an empty path opens none.
func Open(ctx context.Context, path string, o Options) (*Folder, error) {
	if o.Redactor == nil {
		o.Redactor = redact.New(redact.Options{})
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &Folder{options: o, cancel: cancel}
	if err := f.open(ctx, running, path); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (f *Folder) open(ctx, running context.Context, path string) error {
	release, err := data.Use(ctx, f.options.Paths.Data)
	if err != nil {
		return err
	}
	f.onClose(release) // the last of all: what is kept is in use until then
	workspaceSettings := ""
	workspaceData := filepath.Join(f.options.Paths.Data, "no-folder")
	if path != "" {
		opened, err := workspace.Open(ctx, path, workspace.Options{Consent: f.options.Consent})
		if err != nil {
			return err
		}
		f.onClose(opened.Close)
		f.Workspace = opened
		workspaceSettings = filepath.Join(opened.Path(), ".vscode", "settings.json")
		workspaceData = f.options.Paths.Workspace(opened.ID())
	}
	if err := os.MkdirAll(workspaceData, 0o700); err != nil {
		return fmt.Errorf("making the folder's data: %w", err)
	}
	if err := f.openHome(ctx, workspaceSettings, workspaceData); err != nil {
		return err
	}
	if f.Workspace != nil {
		if err := f.openServices(ctx, running, workspaceData); err != nil {
			return err
		}
	} else if err := f.openAudit(filepath.Join(workspaceData, "audit")); err != nil {
		return err // who signs in or out is kept without a folder, too
	}
	f.Accounts.join(f)
	f.onClose(func() error { f.Accounts.leave(f); return nil })
	if f.options.Events == nil {
		return nil
	}
	return f.forward(running)
}

// openHome starts what an empty window has as well.
func (f *Folder) openHome(ctx context.Context, workspaceSettings, workspaceData string) error {
	paths := f.options.Paths
	store, err := settings.Open(ctx, settings.Paths{
		User:        filepath.Join(paths.Config, "settings.json"),
		Keybindings: filepath.Join(paths.Config, "keybindings.json"),
		Workspace:   workspaceSettings,
	}, settings.Options{Log: f.options.Log})
	if err != nil {
		return err
	}
	f.onClose(store.Close)
	f.Settings = store
	f.openOutbound()
	f.secrets = f.openSecrets()
	f.openTrust(workspaceData)
	if err := f.openAccounts(); err != nil {
		return err
	}
	f.openExtensions()
	storage := filepath.Join(paths.Data, "storage")
	f.Storage = NewStorage(map[string]string{
		string(wire.StorageApplication): filepath.Join(storage, "application.json"),
		string(wire.StorageProfile):     filepath.Join(storage, "profile.json"),
		string(wire.StorageWorkspace):   filepath.Join(workspaceData, "storage.json"),
	})
	if f.areas = f.options.Areas; f.areas == nil {
		if f.areas, err = OpenAreas(ctx, paths); err != nil {
			return err
		}
		f.onClose(f.areas.Close)
	}
	return nil
}

func (f *Folder) onClose(end func() error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closing = append(f.closing, end)
}

// Close ends everything, the last started first.
func (f *Folder) Close() error {
	var failed error
	if f.Agent != nil {
		ctx, done := context.WithTimeout(context.Background(), closeLimit)
		failed = f.Agent.Close(ctx)
		done()
	}
	f.cancel()
	if f.Searches != nil {
		f.Searches.Close()
	}
	if f.References != nil {
		f.References.Close()
	}
	if f.Attachments != nil {
		f.Attachments.Close()
	}
	f.group.Wait()
	f.mu.Lock()
	closing := f.closing
	f.closing = nil
	f.mu.Unlock()
	for _, end := range slices.Backward(closing) {
		failed = errors.Join(failed, end())
	}
	return failed
}

// Area returns a tree that the page can reach.
func (f *Folder) Area(area wire.Area) (*workspace.Workspace, error) {
	switch area {
	case wire.AreaWorkspace:
		if f.Workspace == nil {
			return nil, ErrNoWorkspace
		}
		return f.Workspace, nil
	case wire.AreaConfig:
		return f.areas.config, nil
	case wire.AreaData:
		return f.areas.data, nil
	}
	return nil, fmt.Errorf("reaching area %q: %w", area, workspace.ErrOutside)
}

// NoteUserChange tells the agent that the user has changed paths of an area, so
// that it does not take them for its own.
func (f *Folder) NoteUserChange(area wire.Area, paths ...string) {
	if area != wire.AreaWorkspace || f.Agent == nil {
		return
	}
	for _, path := range paths {
		f.Agent.NoteUserChange(path)
		// What a link leads to is what has changed.
		real, err := filepath.EvalSymlinks(filepath.Join(f.Workspace.Path(), filepath.FromSlash(path)))
		if err != nil {
			continue // it is gone
		}
		if inside, err := filepath.Rel(f.Workspace.Path(), real); err == nil && filepath.IsLocal(inside) {
			f.Agent.NoteUserChange(filepath.ToSlash(inside))
		}
	}
}

// Holds tells whether path is the opened folder.
func (f *Folder) Holds(path string) bool {
	if f.Workspace == nil {
		return false
	}
	// Where case does not count, or a folder is mounted twice, it has several paths.
	asked, err := os.Stat(path)
	if err != nil {
		return false
	}
	opened, err := os.Stat(f.Workspace.Path())
	return err == nil && os.SameFile(asked, opened)
}

// Busy names the session whose turn runs, or is empty.
func (f *Folder) Busy(ctx context.Context) string {
	if f.Agent == nil {
		return ""
	}
	sessions, err := f.Agent.Sessions(ctx)
	if err != nil {
		return ""
	}
	for _, s := range sessions {
		if s.Running {
			return s.Title
		}
	}
	return ""
}

// SearchEngine returns the search engine, or why there is none.
func (f *Folder) SearchEngine() (*search.Engine, error) { return f.search() }

// Near is the folder of the running program, where what ships with it lies.
func Near() string {
	executable, err := os.Executable()
	if err != nil {
		return "."
	}
	if real, err := filepath.EvalSymlinks(executable); err == nil {
		executable = real
	}
	return filepath.Dir(executable)
}
