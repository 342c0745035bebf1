package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// disk is a workspace in memory, with tools and checkpoints: "write" and
// "delete" change it, "read" looks, "run" runs a function as its command.
type disk struct {
	mu        sync.Mutex
	files     map[string]string
	saved     []map[string]string
	labels    []string
	shown     []string // whole files that the model was shown, with their hashes
	requests  []CheckpointRequest
	commands  map[string]func(ctx context.Context, output func([]byte)) Result
	hosted    map[string]func(ctx context.Context, host Host) Result // of the tool "host"
	beforeRun func(name string)                                      // between the approval and the act
	refuse    error                                                  // of the next checkpoints
	uncovered map[string]string
}

func newDisk(files map[string]string) *disk {
	return &disk{
		files: files, commands: map[string]func(context.Context, func([]byte)) Result{},
		hosted: map[string]func(context.Context, Host) Result{},
	}
}

func (d *disk) set(path, content string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.files[path] = content
}

func (d *disk) now() map[string]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.files)
}

func (d *disk) Specs() []provider.ToolSpec {
	return []provider.ToolSpec{{Name: "read"}, {Name: "write"}, {Name: "delete"}, {Name: "run"}, {Name: "sub_agent"}, {Name: "todo", Spare: true}, {Name: "run_command"}}
}

func (d *disk) Shown(_ context.Context, _ View, path, hash string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shown = append(d.shown, path+" "+hash)
}

type arguments struct {
	Path, Content, Command string
	Write                  bool
}

type preparedCall struct {
	disk *disk
	name string
	args arguments
	plan Plan
}

func (d *disk) Prepare(ctx context.Context, _ View, name string, raw json.RawMessage) (Prepared, error) {
	var args arguments
	if err := json.Unmarshal(raw, &args); err != nil {
		return nil, err
	}
	p := preparedCall{disk: d, name: name, args: args}
	p.plan = Plan{Title: name + " " + args.Path + args.Command, Hash: d.hash(name, args), Mutates: name != "read" && name != "host"}
	switch name {
	case "read":
		p.plan.Kind = session.KindRead
	case "write":
		p.plan.Kind = session.KindEdit
	case "delete":
		p.plan.Kind = session.KindDelete
	case "run":
		p.plan.Kind, p.plan.Command, p.plan.Folder = session.KindExecute, args.Command, "."
	case "host":
		p.plan.Kind = session.KindOther
	case "sub_agent":
		p.plan.Kind, p.plan.Mutates = session.KindOther, args.Write
	case "panic":
		args.Path = []string{}[len(name)]
	default:
		return nil, fmt.Errorf("there is no tool %q", name)
	}
	if args.Path != "" {
		p.plan.Paths = []string{args.Path}
	}
	return p, nil
}

func (d *disk) hash(name string, args arguments) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return fmt.Sprint(name, args, d.files[args.Path])
}

func (p preparedCall) Plan() Plan { return p.plan }

func (p preparedCall) Run(ctx context.Context, host Host) Result {
	d := p.disk
	if d.beforeRun != nil {
		d.beforeRun(p.name)
	}
	if d.hash(p.name, p.args) != p.plan.Hash {
		return Result{Changed: true, IsError: true}
	}
	if p.name == "host" {
		return d.hosted[p.args.Command](ctx, host)
	}
	if p.name == "sub_agent" {
		reply, err := host.SubAgent(ctx, SubTask{Prompt: p.args.Content, Write: p.args.Write})
		if err != nil {
			return Result{Text: err.Error(), IsError: true}
		}
		return Result{Text: reply}
	}
	if p.name == "run" {
		command := d.commands[p.args.Command]
		if command == nil {
			return Result{Text: "command not found", IsError: true, HasExit: true, ExitCode: 127}
		}
		return command(ctx, host.Output)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	switch p.name {
	case "read":
		return Result{Text: d.files[p.args.Path]}
	case "write":
		d.files[p.args.Path] = p.args.Content
	case "delete":
		delete(d.files, p.args.Path)
	}
	return Result{Text: "done"}
}

func (d *disk) Create(ctx context.Context, request CheckpointRequest) (Checkpoint, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := errors.Join(ctx.Err(), d.refuse); err != nil {
		return Checkpoint{}, err
	}
	d.saved = append(d.saved, maps.Clone(d.files))
	d.labels = append(d.labels, request.Reason)
	d.requests = append(d.requests, request)
	return Checkpoint{ID: fmt.Sprintf("c%d", len(d.saved)), Uncovered: d.uncovered}, nil
}

func (d *disk) checkpoint(id string) map[string]string {
	var n int
	if _, err := fmt.Sscanf(id, "c%d", &n); err != nil {
		return nil
	}
	return d.saved[n-1]
}

func (d *disk) Paths(_ context.Context, from, to string) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, b := d.checkpoint(from), d.checkpoint(to)
	return differing(a, b), nil
}

func differing(a, b map[string]string) []string {
	paths := []string{}
	for path, content := range a {
		if other, ok := b[path]; !ok || other != content {
			paths = append(paths, path)
		}
	}
	for path := range b {
		if _, ok := a[path]; !ok {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

func (d *disk) Changes(_ context.Context, before, after string) ([]session.FileChange, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, b := d.checkpoint(before), d.checkpoint(after)
	changes := []session.FileChange{}
	for _, path := range differing(a, b) {
		kind := diff.Modified
		if _, ok := a[path]; !ok {
			kind = diff.Added
		} else if _, ok := b[path]; !ok {
			kind = diff.Deleted
		}
		changes = append(changes, session.FileChange{Path: path, Kind: kind})
	}
	return changes, nil
}

func (d *disk) Restore(_ context.Context, request RestoreRequest) (Restored, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.saved = append(d.saved, maps.Clone(d.files))
	restored := Restored{Undo: fmt.Sprintf("c%d", len(d.saved)), Conflicts: []Conflict{}, Unknown: []string{}}
	before := d.checkpoint(request.Before)
	for _, path := range differing(before, d.files) {
		if len(request.Paths) > 0 && !slices.Contains(request.Paths, path) {
			continue
		}
		if request.After != "" && d.files[path] != d.checkpoint(request.After)[path] {
			restored.Conflicts = append(restored.Conflicts, Conflict{Path: path, Reason: "changed since"})
			continue
		}
		if content, ok := before[path]; ok {
			d.files[path] = content
			restored.Written++
		} else {
			delete(d.files, path)
			restored.Deleted++
		}
	}
	return restored, nil
}

func (d *disk) Undo(_ context.Context, id string) (Restored, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.saved = append(d.saved, maps.Clone(d.files))
	restored := Restored{Undo: fmt.Sprintf("c%d", len(d.saved)), Written: len(differing(d.files, d.checkpoint(id)))}
	d.files = maps.Clone(d.checkpoint(id))
	return restored, nil
}

// policy allows everything but what asks and denies name, by tool.
type policy struct{ asks, denies []string }

func (p policy) Decide(_ context.Context, r approval.Request) approval.Decision {
	switch {
	case slices.Contains(p.denies, r.Tool):
		return approval.Decision{Effect: approval.Deny, Rule: "test", Reason: "It is forbidden."}
	case slices.Contains(p.asks, r.Tool), r.Kind == "edit" && r.Mode != "autopilot":
		return approval.Decision{Effect: approval.Ask, Rule: "test", Reason: "It is asked about."}
	}
	return approval.Decision{Effect: approval.Allow, Rule: "test"}
}

// readerFunc reads references one by one, and keeps the promises of [References].
type readerFunc func(ctx context.Context, r session.Reference, request ReferenceRequest) session.Content

func (f readerFunc) Read(ctx context.Context, request ReferenceRequest) []session.Reference {
	read := slices.Clone(request.References)
	for i := range read {
		content := f(ctx, read[i], request)
		read[i].Content = &content
	}
	return read
}

// echoes reads references as their names.
func echoes(_ context.Context, r session.Reference, _ ReferenceRequest) session.Content {
	return session.Content{Text: "content of " + r.Name, Size: 10, At: 1}
}

// file is a reference of a file, with its name as its id.
func file(name string) session.Reference {
	return session.Reference{ID: name, Kind: session.ReferenceFile, Name: name, Path: name}
}

// bench is an agent on fakes, with one session.
type bench struct {
	*Agent
	t     testing.TB
	disk  *disk
	model *scripted
	store *session.Store
	dir   string
	id    string
}

type setup struct {
	files    map[string]string
	policy   policy
	mode     session.Mode
	headless bool
	maxSteps int
	jitter   float64
	price    func(providerID, modelID string) (provider.Price, bool)
	commands Commands
	audit    Audit
	reader   References
}

func newBench(t testing.TB, s setup, answers ...scriptedReply) *bench {
	t.Helper()
	if s.files == nil {
		s.files = map[string]string{}
	}
	b := &bench{t: t, disk: newDisk(s.files), model: newScripted(answers...), dir: t.TempDir()}
	store, err := session.OpenStore(t.Context(), b.dir, session.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b.store = store
	b.Agent = New(Options{
		Sessions: store, Providers: []provider.Provider{b.model}, Tools: b.disk, Policy: s.policy, Checkpoints: b.disk,
		Defaults: func() session.Session { return session.Session{Mode: s.mode} },
		Headless: s.headless, MaxSteps: s.maxSteps, Price: s.price, Commands: s.commands, Audit: s.audit, References: s.reader, Jitter: func() float64 { return s.jitter }, NewID: counter(),
	})
	t.Cleanup(func() {
		if err := b.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	created, err := b.CreateSession(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.id = created.ID
	return b
}

func counter() func() string {
	var mu sync.Mutex
	n := 0
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		n++
		return fmt.Sprintf("n%d", n)
	}
}

func (b *bench) send(prompt string) string {
	b.t.Helper()
	id, err := b.Send(b.t.Context(), b.id, Prompt{Text: prompt})
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

func (b *bench) state() session.Session {
	b.t.Helper()
	state, err := b.Session(b.t.Context(), b.id)
	if err != nil {
		b.t.Fatal(err)
	}
	return state
}

// turn sends a prompt and returns its turn once it has ended and settled.
func (b *bench) turn(prompt string) session.Turn {
	b.t.Helper()
	id := b.send(prompt)
	return b.ended(id)
}

func (b *bench) ended(id string) session.Turn {
	b.t.Helper()
	if err := b.Wait(b.t.Context(), b.id); err != nil {
		b.t.Fatal(err)
	}
	state := b.state()
	turn := state.Turn(id)
	if turn == nil {
		b.t.Fatalf("no turn %q", id)
	}
	return *turn
}

// until waits for a state in which ready returns true.
func (b *bench) until(ready func(session.Session) bool) session.Session {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 10*time.Second)
	defer cancel()
	events := b.Subscribe(ctx)
	defer events.Close()
	for {
		state := b.state()
		if ready(state) {
			return state
		}
		if _, err := events.Next(ctx); err != nil {
			b.t.Fatalf("waiting for a state: %v; last: %+v", err, state)
		}
	}
}

// question waits for an open question.
func (b *bench) question() session.Approval {
	b.t.Helper()
	var asked session.Approval
	b.until(func(s session.Session) bool {
		for _, turn := range s.Turns {
			for _, item := range turn.Items {
				// The call is shown as waiting before the turn is.
				if turn.Status == session.Waiting && item.Tool != nil && item.Tool.Status == session.CallWaiting {
					asked = *item.Tool.Approval
					return true
				}
			}
		}
		return false
	})
	return asked
}

func (b *bench) answer(approved bool, feedback string) session.Approval {
	b.t.Helper()
	asked := b.question()
	if err := b.Answer(b.t.Context(), Answer{SessionID: b.id, ApprovalID: asked.ID, Hash: asked.Hash, Approved: approved, Feedback: feedback}); err != nil {
		b.t.Fatal(err)
	}
	return asked
}

// calls returns name, status and result of a turn's calls.
func callsOf(turn session.Turn) []string {
	lines := []string{}
	for _, item := range turn.Items {
		if item.Tool != nil {
			lines = append(lines, fmt.Sprintf("%s %s: %s", item.Tool.Name, item.Tool.Status, item.Tool.Result))
		}
	}
	return lines
}
