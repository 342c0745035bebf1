// Package tool holds the tools a model can call to work in a workspace.
//
// # Promises
//
// A call has two phases. [Set.Prepare] finds out exactly what would happen and
// changes nothing; [Set.Run] does it, but only when preparing again gives the
// same hash, so that what was shown and approved is what happens. The package
// itself asks nobody: its caller puts package approval between the phases.
//
// A failure the model can act on is a result or a [*Refusal] whose text says
// what to do next. Only a cancelled context is a plain error. Arguments are
// decoded strictly against the closed schema the model was shown.
//
// Edits are spliced into the file's bytes: byte order mark, encoding, the
// ending of every line, and all untouched bytes stay. A file is edited or
// overwritten only when the model has read it in this session, it has not
// changed since, and no editor holds unsaved text of it. Where it changes
// while the call waits, [Set.Rebase] puts the proposed change on top of that, to
// be shown again, or refuses. Writing is atomic.
//
// What was fetched from the web stands in a frame that says so and that a page
// cannot close by itself.
//
// Paths in results are relative to the workspace, with forward slashes.
package tool

import (
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/fetch"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/search"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/workspace"
)

// Reader looks at the workspace.
type Reader interface {
	Path() string
	Stat(ctx context.Context, path string) (workspace.Entry, error)
	List(ctx context.Context, path string) ([]workspace.Entry, error)
	ReadFile(ctx context.Context, path string, limit int64) ([]byte, workspace.Entry, error)
}

// Writer changes the workspace.
type Writer interface {
	WriteFile(ctx context.Context, path string, data []byte, o workspace.WriteOptions) (workspace.Entry, error)
	Delete(ctx context.Context, path string, recursive bool) error
	Move(ctx context.Context, from, to string, overwrite bool) error
}

// Workspace is the opened folder.
type Workspace interface {
	Reader
	Writer
}

// Search finds text and files below an absolute folder.
type Search interface {
	Text(ctx context.Context, root string, q search.TextQuery, emit func([]search.FileMatch) error) (search.Summary, error)
	Files(ctx context.Context, root string, q search.FileQuery) (search.FileResult, error)
}

// Runner runs a command, which may go on in the background.
type Runner interface {
	Run(ctx context.Context, spec command.Spec, output func([]byte)) (command.Result, error)
	Follow(ctx context.Context, id string, from int64, output func([]byte)) (command.Result, error)
}

// Background is what commands go on in the background.
type Background interface {
	List(owner string) []command.Info
	Look(ctx context.Context, id string, wait time.Duration) (command.View, error)
	Stop(ctx context.Context, id string) error
}

// Command is everything about commands.
type Command interface {
	Runner
	Background
}

// Web fetches pages.
type Web interface {
	// GetSameHost fetches a page from the host of the address; where it leads
	// elsewhere the error is a [*fetch.ElsewhereError].
	GetSameHost(ctx context.Context, address string) (fetch.Page, error)
	// ReadOn returns a page that was fetched so a short while ago.
	ReadOn(address string) (fetch.Page, bool)
	// As tells with whose sign-in an address would be read, such as "@octocat"; empty
	// where none is used.
	As(address string) string
}

// Options are the parts that the tools work with. Workspace, Search and Command
// are needed.
type Options struct {
	Workspace Workspace
	Search    Search
	Command   Command
	Web       Web // nil: nothing can be fetched
	// Diagnostics returns what the editor's language services have found; ok is
	// false where there is no editor. Nil: there is none.
	Diagnostics func(ctx context.Context) (found []Diagnostic, ok bool)
	// Unsaved lists the files, relative to the workspace, of which an editor holds
	// text that is not saved. Nil: there is no editor.
	Unsaved func() []string
	// Keep is how long a command is waited for before it goes to the background.
	// 0: a minute.
	Keep time.Duration
}

// Prepared is exactly what a call would do.
type Prepared struct {
	Name      string
	Title     string // "Edit calc.go"
	Kind      session.ToolKind
	Paths     []string // every path the call reads or changes; workspace-relative
	Command   string   // run_command: the whole command
	Folder    string   // run_command: where, workspace-relative
	Address   string   // fetch_url: what would be fetched
	SignedIn  string   // fetch_url: with whose sign-in; empty for none
	Timeout   time.Duration
	Diff      *diff.File // for changes of one file's text or name
	Mutates   bool       // it may change the workspace
	Hash      string     // of exactly what would happen; never empty
	Arguments json.RawMessage
	// Proposal is what edit_file and write_file would make of a file; nil for any
	// other call. It must not be written to.
	Proposal *Proposal

	places  []string // where the paths lead
	revised *revised // what is written instead; nil for what Arguments ask for
}

// about is what a call is about: its paths, or the folder of a command.
func (p Prepared) about() string {
	switch {
	case len(p.Paths) > 0:
		return strings.Join(p.Paths, ", ")
	case p.Folder != "":
		return p.Folder
	}
	return "something"
}

// Result is what came of a call.
type Result struct {
	Text     string // for the model
	IsError  bool
	ExitCode int
	HasExit  bool   // ExitCode means something
	Changed  bool   // nothing was done: what would happen is no longer what was prepared
	Output   string // run_command: the beginning and the end of the output
	// Living tells whether what the command left running still runs; nil when it
	// left nothing.
	Living func() bool
	// Background is a command that goes on; nil for any other call.
	Background *BackgroundCommand
}

// BackgroundCommand is a command that goes on after its call.
type BackgroundCommand struct {
	ID string
	// Follow gives output, from where that of the call has ended, until the command
	// has ended, or ctx has; then it says how.
	Follow func(ctx context.Context, output func([]byte)) (exitCode int, err error)
}

// Refusal is a call that cannot be done as asked. Text tells the model what to
// do instead.
type Refusal struct{ Text string }

func (r *Refusal) Error() string { return r.Text }

func refuse(format string, values ...any) *Refusal {
	return &Refusal{Text: fmt.Sprintf(format, values...)}
}

// plan is a prepared call with what does it.
type plan struct {
	Prepared
	act func(ctx context.Context, host Host) (Result, error)
}

// definition is one tool.
type definition struct {
	name      string
	kind      session.ToolKind
	mutates   bool
	spare     bool // work can be done without it
	arguments []argument
	plan      func(ctx context.Context, view SessionView, a values) (plan, error)
}

// Set is all tools over one workspace. It keeps no state between calls and is
// safe for concurrent use.
type Set struct {
	workspace   Workspace
	search      Search
	command     Command
	web         Web
	diagnostics func(ctx context.Context) ([]Diagnostic, bool)
	unsaved     func() []string
	keep        time.Duration
	tools       []definition
}

// New returns the tools.
func New(o Options) *Set {
	s := &Set{
		workspace: o.Workspace, search: o.Search, command: o.Command, web: o.Web,
		diagnostics: o.Diagnostics, unsaved: o.Unsaved, keep: cmp.Or(o.Keep, time.Minute),
	}
	s.tools = []definition{
		s.readFile(), s.listDir(), s.findFiles(), s.searchText(),
		s.editFile(), s.writeFile(), s.deleteFile(), s.moveFile(),
		s.runCommand(), s.commandOutput(), s.stopCommand(),
		s.fetchURL(), s.listDiagnostics(), s.todo(), s.askUser(), s.subAgent(),
	}
	return s
}

// descriptions holds NAME.md for every tool: the text that the model reads.
//
//go:embed *.md
var descriptions embed.FS

// Specs declares the tools to a model, in a fixed order.
func (s *Set) Specs() []provider.ToolSpec {
	specs := make([]provider.ToolSpec, len(s.tools))
	for i, t := range s.tools {
		text, err := descriptions.ReadFile(t.name + ".md")
		if err != nil {
			text = []byte(t.name) // a test holds every tool to its text
		}
		specs[i] = provider.ToolSpec{Name: t.name, Description: strings.TrimSpace(string(text)), Schema: schema(t.arguments), Spare: t.spare}
	}
	return specs
}

// Prepare finds out what a call would do. Its error is a [*Refusal], or ctx's.
func (s *Set) Prepare(ctx context.Context, view SessionView, name string, arguments json.RawMessage) (Prepared, error) {
	p, err := s.plan(ctx, view, name, arguments)
	return p.Prepared, err
}

func (s *Set) plan(ctx context.Context, view SessionView, name string, arguments json.RawMessage) (plan, error) {
	if err := ctx.Err(); err != nil {
		return plan{}, err
	}
	index := slices.IndexFunc(s.tools, func(t definition) bool { return t.name == name })
	if index < 0 {
		names := make([]string, len(s.tools))
		for i, t := range s.tools {
			names[i] = t.name
		}
		return plan{}, refuse("There is no tool %q. The tools are: %s.", name, strings.Join(names, ", "))
	}
	t := s.tools[index]
	a, err := decode(t.name, t.arguments, arguments)
	if err != nil {
		return plan{}, err
	}
	p, err := t.plan(ctx, view, a)
	if err != nil {
		if ctx.Err() != nil {
			return plan{}, ctx.Err()
		}
		return plan{}, err
	}
	p.Name, p.Kind, p.Arguments = t.name, cmp.Or(p.Kind, t.kind), slices.Clone(arguments)
	p.Mutates = p.Mutates || t.mutates
	p.places = s.places(p.Prepared)
	p.Hash = digest(append([]string{p.Hash}, p.places...)...)
	return p, nil
}

// places is where the paths of a call lead, links followed: who approves
// "src/new.go" does not approve what "src" is made a link to meanwhile.
func (s *Set) places(p Prepared) []string {
	var places []string
	for _, path := range append(slices.Clone(p.Paths), p.Folder) {
		absolute := filepath.Join(s.workspace.Path(), filepath.FromSlash(path))
		place, err := filepath.EvalSymlinks(absolute)
		for err != nil && absolute != filepath.Dir(absolute) { // it is yet to be made
			absolute = filepath.Dir(absolute)
			place, err = filepath.EvalSymlinks(absolute)
		}
		places = append(places, place)
	}
	return places
}

// Run does what p says, if it would still be exactly that. host, which may be
// nil, is used on any goroutine, but never after Run returned. When ctx ends the
// result says so.
func (s *Set) Run(ctx context.Context, view SessionView, p Prepared, host Host) Result {
	if p.revised != nil {
		result, err := s.runRevised(ctx, view, p)
		if err != nil {
			return failed(err)
		}
		return result
	}
	now, err := s.plan(ctx, view, p.Name, p.Arguments)
	if err != nil {
		return failed(err)
	}
	if now.Hash != p.Hash {
		return changedMeanwhile(p)
	}
	if host == nil {
		host = Alone(nil)
	}
	result, err := now.act(ctx, host)
	if err != nil {
		return failed(err)
	}
	return result
}

// changedMeanwhile is the result of a call that would no longer do what it was
// prepared for.
func changedMeanwhile(p Prepared) Result {
	return Result{IsError: true, Changed: true, Text: fmt.Sprintf(
		"Not done: %s changed after this call was prepared, so what was shown is no longer what would happen. Read it again and repeat the call.",
		p.about())}
}

// failed turns an error into what the model reads.
func failed(err error) Result {
	return Result{IsError: true, Text: err.Error()}
}

// digest is the hash of a list of byte strings, each kept apart.
func digest(parts ...string) string {
	hash := sha256.New()
	var length [8]byte
	for _, part := range parts {
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		hash.Write(length[:])
		hash.Write([]byte(part))
	}
	return hex.EncodeToString(hash.Sum(nil))
}
