package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/bedrock"
	"github.com/keel-ide/keel/backend/provider/practice"
	"github.com/keel-ide/keel/backend/provider/replay"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/webhost"
)

// execOptions are the flags of exec.
type execOptions struct {
	*shared
	mode, provider, model, script, session  string
	grants, hosts, images, files, addresses []string
	trusted                                 bool
}

func newExec(options *shared) *cobra.Command {
	e := &execOptions{shared: options}
	command := &cobra.Command{
		Use:   "exec [PROMPT]",
		Short: "Run a turn without a window (exit code 0 done, 1 failed, 3 denied, 130 cancelled)",
		Args: arguments(func(command *cobra.Command, words []string) error {
			if len(e.images)+len(e.files)+len(e.addresses) > 0 {
				return nil // they go without a word, too
			}
			return cobra.MinimumNArgs(1)(command, words)
		}),
		RunE: func(command *cobra.Command, words []string) error {
			return e.run(command.Context(), strings.Join(words, " "))
		},
	}
	flags := command.Flags()
	flags.StringVar(&e.mode, "mode", "", "autopilot or supervised (without a window, supervised denies every file change)")
	flags.StringVar(&e.provider, "provider", "", "bedrock, ollama, lmstudio, llamacpp, vllm, github-models, openai:NAME, practice or replay")
	flags.StringVar(&e.model, "model", "", "the model's id")
	flags.StringVar(&e.script, "script", "", "with --provider replay: the file with the model's replies")
	flags.StringVar(&e.session, "session", "", "go on with this session instead of a new one")
	flags.StringArrayVar(&e.grants, "trust", nil, "a command pattern that may run unasked in this run")
	flags.StringArrayVar(&e.hosts, "trust-host", nil, "a host from which pages may be fetched unasked in this run")
	flags.BoolVar(&e.trusted, "trust-workspace", false, trustWorkspaceUsage)
	flags.StringArrayVar(&e.images, "image", nil, "a PNG, JPEG, GIF or WebP picture to send with the prompt")
	flags.StringArrayVar(&e.files, "file", nil, "a file or folder that the model is to read with the prompt")
	flags.StringArrayVar(&e.addresses, "url", nil, "the address of a page that is fetched for the model to read with the prompt")
	return command
}

func (e *execOptions) run(ctx context.Context, prompt string) error {
	if err := e.check(); err != nil {
		return err
	}
	pictures, err := readImages(e.images)
	if err != nil {
		return err
	}
	more := extra{grants: e.grants, hosts: e.hosts, trusted: e.trusted}
	if e.provider == "replay" {
		script, err := replay.Open(e.script)
		if err != nil {
			return err
		}
		more.providers = []provider.Provider{script}
	}
	f, err := e.open(ctx, more)
	if err != nil {
		return err
	}
	e.warn(f)
	stop := ""
	references, err := pointed(f.Workspace.Path(), e.files, e.addresses)
	if err == nil {
		stop, err = e.turn(ctx, f, agent.Prompt{Text: prompt, Images: pictures, References: references})
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	switch {
	case stop == session.StopCancelled:
		return exit{exitCancelled}
	case stop == session.StopDenied:
		return exit{exitDenied}
	case stop != string(provider.StopEndTurn) && stop != string(provider.StopSequence):
		return exit{exitFailed}
	}
	return nil
}

func (e *execOptions) check() error {
	switch e.mode {
	case "", string(session.Autopilot), string(session.Supervised):
	default:
		return usage{fmt.Errorf("--mode is autopilot or supervised, not %q", e.mode)}
	}
	switch e.provider {
	case "", "bedrock", "ollama", "lmstudio", "llamacpp", "vllm", "github-models", "practice", "replay":
	default:
		if !strings.HasPrefix(e.provider, "openai:") {
			return usage{fmt.Errorf("--provider is bedrock, ollama, lmstudio, llamacpp, vllm, github-models, openai: and the name of an endpoint, practice or replay, not %q", e.provider)}
		}
	}
	for _, host := range e.hosts {
		if problem := webhost.Check(host); problem != "" {
			return usage{fmt.Errorf("--trust-host %q %s", host, problem)}
		}
	}
	if (e.provider == "replay") != (e.script != "") {
		return usage{errors.New("--provider replay and --script FILE go together")}
	}
	return nil
}

// turn runs the prompt to its end and returns the stop reason.
func (e *execOptions) turn(ctx context.Context, f *folder.Folder, prompt agent.Prompt) (string, error) {
	id, err := e.prepare(ctx, f)
	if err != nil {
		return "", err
	}
	// The turn's end is still to be told after an interrupt.
	watching, done := context.WithCancel(context.WithoutCancel(ctx))
	defer done()
	events := f.Agent.Subscribe(watching)
	turn, err := f.Agent.Send(ctx, id, prompt)
	if err != nil {
		return "", err
	}
	stopped := context.AfterFunc(ctx, func() {
		if err := f.Agent.Stop(watching, id); err != nil {
			fmt.Fprintf(e.stderr, "keel: stopping: %v\n", err)
		}
	})
	defer stopped()
	t := &transcript{shared: e.shared, session: id, turn: turn}
	for t.ended == "" {
		event, err := events.Next(watching)
		if err != nil {
			return "", err
		}
		if event.SessionID != id {
			continue
		}
		if err := t.follow(watching, f, event); err != nil {
			return "", err
		}
	}
	return t.ended, nil
}

// prepare returns the session to use, with the mode and model that were asked for.
func (e *execOptions) prepare(ctx context.Context, f *folder.Folder) (string, error) {
	id := e.session
	if id == "" {
		made, err := f.Agent.CreateSession(ctx)
		if err != nil {
			return "", err
		}
		id = made.ID
	}
	if e.mode != "" {
		if err := f.Agent.SetMode(ctx, id, session.Mode(e.mode)); err != nil {
			return "", err
		}
	}
	if e.provider != "" || e.model != "" {
		named, err := e.named(ctx, f, id)
		if err != nil {
			return "", err
		}
		if err := f.Agent.SetModel(ctx, id, named, e.model); err != nil {
			return "", err
		}
	}
	return id, nil
}

// named is the provider that was asked for, or that a model asked for by its id
// alone is of: the session's, and as in the settings Bedrock instead of the
// practice model, which has no ids.
func (e *execOptions) named(ctx context.Context, f *folder.Folder, id string) (string, error) {
	if e.provider != "" {
		return e.provider, nil
	}
	state, err := f.Agent.Session(ctx, id)
	if err != nil {
		return "", err
	}
	if state.Provider == "" || state.Provider == practice.ID {
		return bedrock.ID, nil
	}
	return state.Provider, nil
}

// largestRead is more than a picture may have: what is larger is refused by its
// size, whatever it holds.
const largestRead = 8 << 20

// readImages reads pictures for a prompt.
func readImages(paths []string) ([]session.Image, error) {
	var images []session.Image
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("reading picture: %w", err)
		}
		data, err := io.ReadAll(io.LimitReader(file, largestRead))
		if err := errors.Join(err, file.Close()); err != nil {
			return nil, fmt.Errorf("reading picture %q: %w", path, err)
		}
		images = append(images, session.Image{Name: filepath.Base(path), Data: data})
	}
	return images, nil
}
