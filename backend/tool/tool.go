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
// overwritten only when the model has read it in this session and it has not
// changed since. Writing is atomic.
//
// Paths in results are relative to the workspace, with forward slashes.
package tool

import (
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

// Command runs one command.
type Command interface {
	Run(ctx context.Context, spec command.Spec, output func([]byte)) (command.Result, error)
}

// Options are the parts that the tools work with; all are needed.
type Options struct {
	Workspace Workspace
	Search    Search
	Command   Command
}

// Prepared is exactly what a call would do.
type Prepared struct {
	Name      string
	Title     string // "Edit calc.go"
	Kind      session.ToolKind
	Paths     []string // every path the call reads or changes; workspace-relative
	Command   string   // run_command: the whole command
	Folder    string   // run_command: where, workspace-relative
	Timeout   time.Duration
	Diff      *diff.File // for changes of one file's text or name
	Mutates   bool       // it may change the workspace
	Hash      string     // of exactly what would happen; never empty
	Arguments json.RawMessage
}

// about is what a call is about: its paths, or the folder of a command.
func (p Prepared) about() []string {
	if len(p.Paths) > 0 {
		return p.Paths
	}
	return []string{p.Folder}
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
	act func(ctx context.Context, output func([]byte)) (Result, error)
}

// definition is one tool.
type definition struct {
	name      string
	kind      session.ToolKind
	mutates   bool
	arguments []argument
	plan      func(ctx context.Context, view SessionView, a values) (plan, error)
}

// Set is all tools over one workspace. It keeps no state between calls and is
// safe for concurrent use.
type Set struct {
	workspace Workspace
	search    Search
	command   Command
	tools     []definition
}

// New returns the tools.
func New(o Options) *Set {
	s := &Set{workspace: o.Workspace, search: o.Search, command: o.Command}
	s.tools = []definition{
		s.readFile(), s.listDir(), s.findFiles(), s.searchText(),
		s.editFile(), s.writeFile(), s.deleteFile(), s.moveFile(), s.runCommand(),
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
		specs[i] = provider.ToolSpec{Name: t.name, Description: strings.TrimSpace(string(text)), Schema: schema(t.arguments)}
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
	p.Name, p.Kind, p.Mutates, p.Arguments = t.name, t.kind, t.mutates, slices.Clone(arguments)
	p.Hash = digest(append([]string{p.Hash}, s.places(p.Prepared)...)...)
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

// Run does what p says, if it would still be exactly that. output, which may be
// nil, gets a command's output as it comes, on other goroutines. When ctx ends
// the result says so.
func (s *Set) Run(ctx context.Context, view SessionView, p Prepared, output func([]byte)) Result {
	now, err := s.plan(ctx, view, p.Name, p.Arguments)
	if err != nil {
		return failed(err)
	}
	if now.Hash != p.Hash {
		return Result{IsError: true, Changed: true, Text: fmt.Sprintf(
			"Not done: %s changed after this call was prepared, so what was shown is no longer what would happen. Read it again and repeat the call.",
			strings.Join(p.about(), ", "))}
	}
	if output == nil {
		output = func([]byte) {}
	}
	result, err := now.act(ctx, output)
	if err != nil {
		return failed(err)
	}
	return result
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
