// Package shellenv finds out what the user's login shell sets up: a program that
// was started from the desktop has not got the PATH that the user has in a
// terminal.
//
// # Promises
//
// The shell is the user's own, started once, as a login shell and an interactive
// one, in the home folder, in a session of its own without a terminal, and with
// nothing to read. It runs one program, which prints its environment between
// marks ([Print]), so that it does not matter which language the shell speaks or
// what its start-up files print. After [Options.Limit] it is ended with
// everything in its process group, and with all that keeps its output.
//
// Only the variables that say where tools are, and how other machines are reached,
// pass: PATH and a few more, never a credential, save a password that stands in the
// address of a proxy. No folder leaves the PATH: those that only Keel was started with
// stand behind the shell's. Whatever goes wrong, the environment is what it was, and
// [State].Problem says why.
package shellenv

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Argument is the first argument of the program that prints its environment.
const Argument = "__environment"

// recovered are the variables that are taken from the shell. They are those that
// version managers and installers have people set in start-up files.
var recovered = []string{
	"PATH", "MANPATH", "GOPATH", "GOROOT", "GOBIN", "CARGO_HOME", "RUSTUP_HOME", "NVM_DIR",
	"NVM_BIN", "VOLTA_HOME", "FNM_DIR", "PNPM_HOME", "BUN_INSTALL", "DENO_DIR", "PYENV_ROOT",
	"CONDA_EXE", "JAVA_HOME", "SDKMAN_DIR", "ANDROID_HOME", "ANDROID_SDK_ROOT", "RBENV_ROOT",
	"DOTNET_ROOT", "FLUTTER_ROOT", "ASDF_DIR", "ASDF_DATA_DIR", "NIX_PATH", "NIX_PROFILES",
	"HOMEBREW_PREFIX", "HOMEBREW_CELLAR", "LANG", "SSH_AUTH_SOCK",
	"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy",
	"SSL_CERT_FILE", "SSL_CERT_DIR",
}

// Options are what an [Environment] can do without.
type Options struct {
	// Environ is the environment to complete. Nil: os.Environ.
	Environ func() []string
	// Shell is the user's shell. Empty: $SHELL, else that of the account.
	Shell string
	// Limit is how long the shell may take. 0: 5 s.
	Limit time.Duration
}

func (o Options) withDefaults() Options {
	if o.Environ == nil {
		o.Environ = os.Environ
	}
	if o.Limit == 0 {
		o.Limit = 5 * time.Second
	}
	if o.Shell == "" {
		o.Shell = loginShell(variables(o.Environ()))
	}
	return o
}

// State is what came of asking the shell.
type State struct {
	Asked    bool          // it was to be asked
	Done     bool          // it has answered, or will not
	Shell    string        // its path
	Duration time.Duration // it took
	Changed  []string      // the variables that it has and that were not so before
	Problem  string        // why nothing was taken from it; empty where something was
}

// Environment is an environment that the login shell may complete. It is safe for
// concurrent use.
type Environment struct {
	options Options
	stop    context.CancelFunc
	done    chan struct{} // closed when the shell has answered, or will not

	mu    sync.Mutex // guards state and found
	state State
	found map[string]string
}

// FromTerminal tells whether a program with this environment was started from a
// shell, whose environment it has already. A desktop sets none of what a shell
// and its terminal set.
func FromTerminal(environ []string) bool {
	e := variables(environ)
	return e["SHLVL"] != "" && e["SHLVL"] != "0" || e["TERM"] != "" && e["TERM"] != "dumb" && e["TERM"] != "linux"
}

// AsIs returns an environment that no shell is asked about.
func AsIs(environ func() []string) *Environment {
	e := &Environment{options: Options{Environ: environ}.withDefaults(), stop: func() {}, done: make(chan struct{}), state: State{Done: true}}
	close(e.done)
	return e
}

// Start asks the login shell, in the background. Helper is a program that hands
// its arguments to [Print].
func Start(helper string, options Options) *Environment {
	o := options.withDefaults()
	ctx, stop := context.WithTimeout(context.Background(), o.Limit)
	e := &Environment{options: o, stop: stop, done: make(chan struct{}), state: State{Asked: true, Shell: o.Shell}}
	go e.ask(ctx, helper)
	return e
}

// Environ is the environment, as the login shell has it as far as it is known.
// It waits for the shell, no longer than its limit.
func (e *Environment) Environ() []string {
	<-e.done
	e.mu.Lock()
	defer e.mu.Unlock()
	environ := e.options.Environ()
	if len(e.found) == 0 {
		return environ
	}
	all := variables(environ)
	maps.Copy(all, e.found)
	merged := make([]string, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		merged = append(merged, name+"="+all[name])
	}
	return merged
}

// State returns what came of it so far.
func (e *Environment) State() State {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.state
}

// Wait waits until the shell has answered, or will not.
func (e *Environment) Wait() State {
	<-e.done
	return e.State()
}

// Close ends the shell if it still runs.
func (e *Environment) Close() error {
	e.stop()
	<-e.done
	return nil
}

func (e *Environment) ask(ctx context.Context, helper string) {
	defer close(e.done)
	defer e.stop()
	started := time.Now()
	found, err := read(ctx, e.options, helper)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) && err != nil {
		err = fmt.Errorf("%s has not answered within %v", e.options.Shell, e.options.Limit)
	}
	before := variables(e.options.Environ())
	if err == nil {
		found["PATH"] = joined(found["PATH"], before["PATH"])
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.state.Done, e.state.Duration = true, time.Since(started)
	if err != nil {
		e.state.Problem = err.Error()
		return
	}
	e.found = found
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if before[name] != found[name] {
			e.state.Changed = append(e.state.Changed, name)
		}
	}
}

// joined returns the folders of one PATH, and behind them those that only the
// other one has.
func joined(first, more string) string {
	folders := filepath.SplitList(first)
	for _, folder := range filepath.SplitList(more) {
		if !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	return strings.Join(folders, string(filepath.ListSeparator))
}

// read runs the shell and returns what passes of its environment.
func read(ctx context.Context, o Options, helper string) (map[string]string, error) {
	if !filepath.IsAbs(o.Shell) {
		return nil, errors.New("looking for the login shell: the account has none")
	}
	if strings.ContainsAny(helper, "'\\!\n") { // shells quote these in different ways
		return nil, fmt.Errorf("asking %s: the path %q cannot be written in every shell", o.Shell, helper)
	}
	mark := rand.Text()
	output, err := runShell(ctx, o, fmt.Sprintf("'%s' %s %s", helper, Argument, mark))
	all, ok := between(output, mark)
	switch {
	case !ok && err != nil:
		return nil, fmt.Errorf("asking %s: %w", o.Shell, err)
	case !ok:
		return nil, fmt.Errorf("asking %s: it has not run the program it was given", o.Shell)
	}
	found := map[string]string{}
	for _, name := range recovered {
		if value := all[name]; value != "" {
			found[name] = value
		}
	}
	if found["PATH"] == "" {
		return nil, fmt.Errorf("asking %s: it has no PATH", o.Shell)
	}
	return found, nil
}

// between returns the variables between two marks in a shell's output.
func between(output []byte, mark string) (map[string]string, bool) {
	_, rest, begins := bytes.Cut(output, []byte(mark+"\x00"))
	text, _, ends := bytes.Cut(rest, []byte(mark+"\n"))
	if !begins || !ends {
		return nil, false
	}
	return variables(strings.Split(string(text), "\x00")), true
}

// Is tells whether the arguments of a program are meant for [Print].
func Is(arguments []string) bool { return len(arguments) == 2 && arguments[0] == Argument }

// Print prints the environment of this process between marks and returns an exit
// code.
func Print(arguments []string, to io.Writer) int {
	mark := arguments[1]
	var text bytes.Buffer
	text.WriteString(mark + "\x00")
	for _, entry := range os.Environ() {
		text.WriteString(entry + "\x00")
	}
	text.WriteString(mark + "\n")
	if _, err := to.Write(text.Bytes()); err != nil {
		return 1
	}
	return 0
}

func variables(environ []string) map[string]string {
	all := make(map[string]string, len(environ))
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok && name != "" {
			all[name] = value
		}
	}
	return all
}
