// Package command runs one shell command in a folder and says what came of it.
//
// # Promises
//
// A command runs in a fixed, non-interactive bash (sh where there is none), in
// a session of its own, with standard input from /dev/null, so that a prompt
// fails at once, and with an environment built from an allow-list
// ([Environment]). What the shell reads is the command byte for byte.
//
// A cancelled or timed out command is ended with everything it started: TERM
// to all of it, [Options.Grace], then KILL until nothing is left. On Linux its
// processes are found by session, by parent and by a mark in their
// environment, so that one with a session of its own is found as well; only a
// process that cleared its environment *and* lost its parent escapes. On other
// systems the process group is ended.
//
// A slow or stuck reader of the output never stops the command, and no amount
// of output fills memory or, past [Options.LogLimit], the disk.
//
// No secret that [Options.Redactor] has learnt leaves in the output as it is
// written, neither to the log nor to a reader nor to the model, also where it
// comes in pieces. A command that writes it in another way is not hindered.
//
// A process that a finished command left in the background goes on, its output
// still reaching the log; [Result].Remaining lists it, [Result].Living tells
// how long it does, and [Runner.Close] ends it. Where Keel itself was killed,
// the next runner with the same [Options.LogDir] does, on Linux: it ends what
// still carries the mark of a runner whose process is gone, and never anything
// that does not.
//
// A command that takes longer than [Spec].Keep goes on in the background: it has
// an id then, with which its output can be followed from any byte on and with
// which it is stopped. No byte is passed on twice, or left out, where it goes
// over. At most [MostRunning] of one owner's do so at the same time.
//
// # What is not here
//
// Whether a command may run is decided before, by package approval. A sandbox
// attaches at [Options.Launcher]; where that cannot confine a command, nothing
// of the command runs.
package command

import (
	"crypto/rand"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/keel-ide/keel/backend/redact"
)

// Reasons for which nothing was run.
var (
	ErrNoFolder    = errors.New("the folder does not exist or cannot be entered; nothing was run")
	ErrNoShell     = errors.New("no shell to run commands with; install bash")
	ErrInvalid     = errors.New("not a command that can be run; nothing was run")
	ErrClosed      = errors.New("commands have been shut down; nothing was run")
	ErrUnsupported = errors.New("running commands is not supported on this system yet; nothing was run")
	ErrTooMany     = errors.New("too many commands run in the background already; nothing was run")
	ErrNotConfined = errors.New("the command could not be confined to what it may do; nothing was run")
)

// ErrNotFound is returned for the id of a command that does not go on in the
// background, or whose end was too long ago.
var ErrNotFound = errors.New("there is no such background command")

// MostRunning is how many commands of one owner may run in the background.
const MostRunning = 10

// Options are what a [Runner] can do without; the zero value is usable.
type Options struct {
	// Shell is the absolute path of a bash or sh. Empty: /bin/bash,
	// /usr/bin/bash, a bash in the PATH, /bin/sh, whichever is first.
	Shell string
	// Launcher returns what starts the shell of a command that gets the given
	// environment. It is called at each run. Nil: every shell is started directly.
	Launcher func(environ []string) (Launcher, error)
	// Workspace is the opened folder: no program in it is picked up by its name
	// alone. Empty: there is none.
	Workspace string
	// LogDir is where each command's whole output goes, one file a command.
	// Empty: no logs are kept.
	LogDir string
	// LogLimit is how many bytes one log may have. 0: 64 MiB.
	LogLimit int64
	// LogsKept is how many logs stay in LogDir; the oldest go. 0: 200.
	LogsKept int
	// Environ is what the allow-list chooses from. Nil: os.Environ.
	Environ func() []string
	// Allow names variables that the user lets through beyond the allow-list. It
	// is asked at each run. Nil: none.
	Allow func() []string
	// Complete adds what Keel itself gives a command to the environment that the
	// allow-list has left. It is asked at each run. Nil: nothing is added.
	Complete func(environ []string) []string
	// Redactor takes the secrets that it has learnt, and nothing that only looks
	// like one, out of the output before anybody gets it. Nil: none.
	Redactor *redact.Redactor
	// Grace is the time between TERM and KILL. 0: 2 s.
	Grace time.Duration
	// NewID makes the names of logs and the marks of processes. Nil: random.
	NewID func() string
}

func (o Options) withDefaults() Options {
	if o.LogLimit == 0 {
		o.LogLimit = 64 << 20
	}
	if o.LogsKept == 0 {
		o.LogsKept = 200
	}
	if o.Environ == nil {
		o.Environ = os.Environ
	}
	if o.Allow == nil {
		o.Allow = func() []string { return nil }
	}
	if o.Complete == nil {
		o.Complete = func(environ []string) []string { return environ }
	}
	if o.Redactor == nil {
		o.Redactor = redact.New(redact.Options{})
	}
	if o.Launcher == nil {
		o.Launcher = func([]string) (Launcher, error) { return Launcher{}, nil }
	}
	if o.Grace == 0 {
		o.Grace = 2 * time.Second
	}
	if o.NewID == nil {
		o.NewID = rand.Text
	}
	return o
}

// Launcher is a program that confines itself and then becomes the shell.
type Launcher struct {
	// Arguments go in front of the shell's; none: it is started directly. The
	// program says on file descriptor 3 why it does not start the shell, and closes
	// that without a word when it does.
	Arguments []string
	// Limits says what a command cannot do, a sentence for [Result.Limits].
	Limits string
}

// Spec is a command to run.
type Spec struct {
	Command string        // what the shell reads
	Folder  string        // absolute
	Timeout time.Duration // 0: none; it counts in the background as well
	// Keep is how long the command is waited for. One that takes longer goes on in
	// the background. 0: it is waited for until it has ended.
	Keep  time.Duration
	Owner string // whose background command it is, for [Runner.List]
}

// Result is what came of a command that was started.
type Result struct {
	// ExitCode is the shell's; 128 + the signal's number when a signal ended it;
	// -1 when it could not be ended.
	ExitCode int
	// Signal names the signal that ended the shell, such as "SIGKILL".
	Signal string
	// TimedOut and Cancelled say why the command was ended early, by its own
	// limit or by somebody; at most one is set.
	TimedOut  bool
	Cancelled bool
	Duration  time.Duration
	// Head and Tail are what a model reads: at most 15 KiB each, valid UTF-8,
	// without terminal escapes, and without what a carriage return overwrote.
	// Short output is in Head alone.
	Head string
	Tail string
	// Omitted is how many bytes lie between Head and Tail.
	Omitted int64
	// LogPath is the raw output's file; empty when there is none.
	LogPath string
	// LogIncomplete: the log hit its limit or could not be written.
	LogIncomplete bool
	// Limits says what the command could not do, where it was confined.
	Limits string
	// Remaining are the processes of this command that still run: left in the
	// background, or impossible to end.
	Remaining []int
	// Living tells whether any process of this command still runs, those that
	// its processes have started since included; nil when Remaining is empty. It
	// may be called from any goroutine and takes milliseconds.
	Living func() bool
	// Running: the command goes on in the background under ID, and what is said of
	// its end above means nothing yet. Offset is how many bytes of output it has
	// given so far: [Runner.Follow] goes on from there.
	Running bool
	ID      string
	Offset  int64
}

// Runner runs commands; it is safe for concurrent use.
type Runner struct {
	options Options
	mark    string         // in the environment of every process it starts
	ended   chan struct{}  // closed by Close: every run ends
	work    sync.WaitGroup // runs and leftovers

	mu         sync.Mutex // guards what follows, and work.Add against work.Wait
	closed     bool
	background []*job // in the order of their start

	owning sync.Mutex // guards owned and the file it is about
	owned  bool       // the mark's owner is on the disk
}

// New returns a runner. In the background it ends what the commands of a Keel
// that was killed have left running; nothing else is started or created yet.
func New(options Options) *Runner {
	o := options.withDefaults()
	r := &Runner{options: o, mark: o.NewID(), ended: make(chan struct{})}
	if o.LogDir != "" {
		r.work.Go(r.endOrphans)
	}
	return r
}

// begin counts a piece of work that Close waits for.
func (r *Runner) begin() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	r.work.Add(1)
	return true
}

// Close ends every command that runs, in the background too, and every process
// that earlier ones left behind, and waits until that is done. Later runs get
// [ErrClosed].
func (r *Runner) Close() error {
	r.mu.Lock()
	if !r.closed {
		r.closed = true
		close(r.ended)
	}
	r.mu.Unlock()
	remaining := end(target{mark: r.mark}, r.options.Grace)
	r.work.Wait()
	if len(remaining) == 0 {
		r.disown()
	}
	return nil
}
