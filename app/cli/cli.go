// Package cli is Keel without its window: the same services, driven by
// commands.
//
// # Promises
//
// There is nobody to ask, so whatever would ask is denied unless --trust allows
// it for this run. With --json, standard output holds JSON only, in the shapes
// that the README documents; everything for people goes to standard error.
// Exit codes: 0 done, 1 failed, 2 wrong usage, 3 denied (of trust explain: would
// ask), 4 (of trust explain: denied), 130 cancelled.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/codemap/outline"
	"github.com/keel-ide/keel/backend/gitcredential"
	"github.com/keel-ide/keel/backend/redact"
	"github.com/keel-ide/keel/backend/sandbox"
	"github.com/keel-ide/keel/backend/shellenv"
)

// defaultVersion is what a build without a tag calls itself.
const defaultVersion = "0.1.0-dev"

// The exit codes of the commands.
const (
	exitDone      = 0
	exitFailed    = 1
	exitUsage     = 2
	exitDenied    = 3
	exitRefused   = 4
	exitCancelled = 130
)

// exit ends a command with a code, after it has said everything itself.
type exit struct{ code int }

func (e exit) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// usage marks an error in how a command was called.
type usage struct{ error }

// aboutWindow is what the command without a name does.
const aboutWindow = `Opens folders and files in Keel's window, one window for each folder.

A folder that is open comes to the front, another one gets a window of its own.
A file is shown in the window whose folder holds it; else a window opens on the
git repository or, outside of one, the folder that it is in. Without a path, the
window used last comes to the front.

A path may be followed by a line and a column, PATH:LINE:COLUMN, unless a file has
that very name, and may be a file:// address. A folder called like a command is
opened with a path, as in keel ./exec. A keel:// link opens what it names after
Keel has asked.

With --wait the command ends when the file's editor, or the folder's window, has
been closed, and fails when the file could not be shown or its window ended first:
git config core.editor "keel --wait".`

// Is tells whether the arguments name a command, perhaps after flags, rather than
// what a window is to open.
func Is(arguments []string) bool {
	if len(arguments) == 0 {
		return false
	}
	first := arguments[0]
	if strings.HasPrefix(first, "-") {
		for _, each := range arguments {
			name, _, _ := strings.Cut(each, "=")
			if each == "--" || !strings.HasPrefix(each, "-") {
				return false
			}
			if slices.Contains([]string{"-h", "--help", "-v", "--version", "--workspace", "--json"}, name) {
				return true
			}
		}
		return false
	}
	return slices.Contains([]string{
		"exec", "checkpoint", "trust", "account", "extension", "data", "doctor", "version", "help", "completion",
		cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd,
	}, first)
}

// Helper does what Keel starts itself for, without starting anything of Keel: it
// comes first in main. Ok is false where the arguments ask for something else.
func Helper(arguments []string) (code int, ok bool) {
	switch {
	case sandbox.Is(arguments):
		return sandbox.Run(arguments), true
	case shellenv.Is(arguments):
		return shellenv.Print(arguments, os.Stdout), true
	case gitcredential.Is(arguments):
		return gitcredential.Run(arguments, os.Stdin, os.Stdout, os.Stderr), true
	case outline.Is(arguments):
		return outline.Serve(os.Stdin, os.Stdout), true
	}
	return 0, false
}

// Run carries out a command and returns the exit code.
func Run(ctx context.Context, arguments []string, build Build) int {
	return run(ctx, arguments, build, os.Stdout, os.Stderr)
}

func run(ctx context.Context, arguments []string, build Build, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	// What goes to standard error is for people, who paste it into reports: it holds
	// no secrets. It goes on a line at a time.
	redactor := redact.New(redact.Options{})
	redactor.LearnEnvironment(os.Environ())
	lines := redactor.Writer(stderr)
	options := &shared{stdout: stdout, stderr: lines, redactor: redactor, build: build}
	code := execute(ctx, arguments, options)
	if err := lines.Flush(); err != nil && code == exitDone {
		return exitFailed
	}
	return code
}

func execute(ctx context.Context, arguments []string, options *shared) int {
	root := newRoot(options)
	root.SetArgs(arguments)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	if code, ok := errors.AsType[exit](err); ok {
		return code.code
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(options.stderr, "keel: cancelled")
		return exitCancelled
	}
	if wrong, ok := errors.AsType[usage](err); ok {
		fmt.Fprintf(options.stderr, "keel: %v\n", wrong.error)
		return exitUsage
	}
	report(options.stderr, err)
	return exitFailed
}

// lostRecord is what to do about [checkpoint.ErrNoRecord].
const lostRecord = "Your files and what the checkpoints hold of them are still there; only the list is not. Find it again with `keel checkpoint rescue`, with the same --workspace."

// newerRecord is what to do about [checkpoint.ErrNewer].
const newerRecord = "Update Keel. Or set that history aside, which deletes nothing, with `keel checkpoint set-aside`, with the same --workspace."

// report says an error with what it is about, and what to do next.
func report(w io.Writer, err error) {
	fmt.Fprintf(w, "keel: %s\n", plain(err.Error()))
	if errors.Is(err, checkpoint.ErrNoRecord) {
		fmt.Fprintf(w, "keel: %s\n", lostRecord)
		return
	}
	explained, ok := errors.AsType[*wire.Error](bind.Explain(err))
	if ok && explained.Code != wire.CodeInternal && explained.Hint != "" {
		fmt.Fprintf(w, "keel: %s\n", plain(explained.Hint))
	}
}

// shared are the flags that every command has.
type shared struct {
	workspace string
	json      bool
	stdout    io.Writer
	stderr    io.Writer
	redactor  *redact.Redactor
	build     Build
}

func newRoot(options *shared) *cobra.Command {
	root := &cobra.Command{
		Use:           "keel [PATH[:LINE[:COLUMN]]]...",
		Short:         "An agentic IDE: with a folder, a file or nothing it opens the window",
		Long:          aboutWindow,
		Version:       options.build.Version(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetOut(options.stdout)
	root.SetErr(options.stderr)
	root.Run = func(*cobra.Command, []string) { _ = root.Help() } // what opens a window does not come here
	root.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveDefault // paths
	}
	windowFlags(root.Flags(), &Start{})
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage{err} })
	flags := root.PersistentFlags()
	flags.StringVar(&options.workspace, "workspace", ".", "the folder to work in")
	flags.BoolVar(&options.json, "json", false, "print JSON")
	root.AddCommand(
		newExec(options),
		newCheckpoint(options),
		newTrust(options),
		newAccount(options),
		newExtension(options),
		newData(options),
		newDoctor(options),
		newVersion(options),
	)
	return root
}

// arguments wraps a check of a command's arguments: its error counts as wrong
// usage and shows how the command is called.
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(command *cobra.Command, given []string) error {
		if check(command, given) != nil {
			return usage{fmt.Errorf("usage: %s", command.UseLine())}
		}
		return nil
	}
}

// group is a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	root := &cobra.Command{
		Use:   use,
		Short: short,
		RunE: func(command *cobra.Command, given []string) error {
			if len(given) > 0 {
				return usage{fmt.Errorf("there is no %s %s; see %s --help", command.CommandPath(), given[0], command.CommandPath())}
			}
			return command.Help()
		},
	}
	root.AddCommand(commands...)
	return root
}
