package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/outbound"
	"github.com/keel-ide/keel/backend/search"
	"github.com/keel-ide/keel/backend/settings"
	"github.com/keel-ide/keel/backend/shellenv"
)

// check is one thing doctor looks at. A check that is not ok says what to do.
type check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Hint   string `json:"hint,omitempty"`
}

func newDoctor(options *shared) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Say what works on this machine and what does not",
		Args:  arguments(cobra.NoArgs),
		RunE: func(command *cobra.Command, _ []string) error {
			checks := diagnose(command.Context(), options)
			for i := range checks { // they are pasted into reports
				checks[i].Detail, checks[i].Hint = options.redactor.Text(checks[i].Detail), options.redactor.Text(checks[i].Hint)
			}
			if options.json {
				return options.print(checks)
			}
			for _, c := range checks {
				mark := "ok  "
				if !c.OK {
					mark = "look"
				}
				fmt.Fprintf(options.stdout, "%s  %-14s %s\n", mark, c.Name, c.Detail)
				if c.Hint != "" {
					fmt.Fprintf(options.stdout, "      %-14s %s\n", "", c.Hint)
				}
			}
			return nil
		},
	}
}

func diagnose(ctx context.Context, options *shared) []check {
	checks := []check{
		{Name: "version", OK: true, Detail: fmt.Sprintf("%s on %s/%s", options.build.Version(), runtime.GOOS, runtime.GOARCH)},
		display(),
		ripgrep(),
		shell(),
	}
	paths, err := folder.DefaultPaths()
	if err != nil {
		return append(checks, check{Name: "data", Detail: err.Error(), Hint: "Set HOME, or XDG_CONFIG_HOME and XDG_DATA_HOME."})
	}
	checks = append(checks, writable("configuration", paths.Config), writable("data", paths.Data))
	f, err := options.open(ctx, extra{})
	if errors.Is(err, checkpoint.ErrNoRecord) {
		return append(checks, check{Name: "checkpoints", Detail: err.Error(), Hint: lostRecord})
	}
	if errors.Is(err, checkpoint.ErrNewer) {
		return append(checks, check{Name: "checkpoints", Detail: err.Error(), Hint: newerRecord})
	}
	if err != nil {
		return append(checks, check{Name: "workspace", Detail: err.Error(), Hint: "Name another folder with --workspace."})
	}
	defer f.Close()
	checks = append(checks, check{Name: "workspace", OK: true, Detail: f.Workspace.Path()})
	if problems := f.Settings.Problems(); len(problems) > 0 {
		p := problems[0]
		checks = append(checks, check{
			Name:   "settings",
			Detail: fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message),
			Hint:   "Correct that line.",
		})
	} else {
		checks = append(checks, check{Name: "settings", OK: true, Detail: "no problems"})
	}
	for _, info := range f.Providers.Infos(ctx) {
		detail := "ready"
		if !info.Ready {
			detail = "not ready"
		}
		if !info.Ready && info.Local { // a program that is not used is no flaw
			checks = append(checks, check{Name: info.ID, OK: true, Detail: info.Name + ": not running here, or without a model"})
			continue
		}
		checks = append(checks, check{Name: info.ID, OK: info.Ready, Detail: info.Name + ": " + detail, Hint: info.Hint})
	}
	return append(checks, keys(ctx, f), network(f.Outbound.State()), loginShell(), commandPath(f), confined(ctx, f))
}

// keys says where keys and tokens are kept, and whether they can be read there.
func keys(ctx context.Context, f *folder.Folder) check {
	state := f.ProbeSecrets(ctx)
	c := check{Name: "keychain", OK: state.Message == "", Detail: state.Message, Hint: state.Hint}
	switch {
	case state.Place == wire.SecretsPassphrase:
		c.Detail = "not used; keys are in a file that is sealed with your passphrase"
		if state.Locked {
			c.Hint = "Only Keel's window can unlock them, so commands such as `keel exec` do without."
		}
	case state.Place == wire.SecretsMemory:
		c.Detail = "not used, as you chose; keys are forgotten when Keel closes"
		c.OK, c.Hint = true, ""
	case c.OK:
		c.Detail = fmt.Sprintf("it answers; keys kept there: %d", state.Kept)
	}
	return c
}

// loginShell asks the user's shell as a window does that was started from the
// desktop.
func loginShell() check {
	asked := shellenv.Start(folder.HelperProgram(), shellenv.Options{})
	state := asked.Wait()
	_ = asked.Close() // it has ended
	if state.Problem != "" {
		return check{
			Name: "login shell", Detail: state.Problem + "; a window started from the desktop has the desktop's PATH",
			Hint: "Look at what its start-up files do when there is no terminal, or start Keel from a terminal.",
		}
	}
	detail := fmt.Sprintf("%s answers within %v", state.Shell, state.Duration.Round(time.Millisecond))
	if len(state.Changed) > 0 {
		detail += "; it sets " + strings.Join(state.Changed, ", ")
	}
	return check{Name: "login shell", OK: true, Detail: detail}
}

// network says how other machines are reached; it reaches none.
func network(state outbound.State) check {
	c := check{Name: "network", OK: true, Detail: "no proxy"}
	from := "the environment"
	if state.FromSettings {
		from = "the setting " + settings.KeyProxy
	}
	switch {
	case state.Unusable:
		c.OK, c.Detail = false, fmt.Sprintf("the proxy's address in %s cannot be used, so no other machine is reached", from)
		c.Hint = "Write it like http://proxy.example.com:3128."
	case state.Proxy != "":
		c.Detail = fmt.Sprintf("proxy %s, from %s", state.Proxy, from)
		if len(state.NoProxy) > 0 {
			c.Detail += ", not for " + strings.Join(state.NoProxy, ", ")
		}
	}
	switch state.Certificates {
	case 0:
	case 1:
		c.Detail += "; one certificate of the settings is trusted"
	default:
		c.Detail += fmt.Sprintf("; %d certificates of the settings are trusted", state.Certificates)
	}
	for _, p := range state.Problems {
		c.OK, c.Detail = false, c.Detail+". "+p.Message
		if c.Hint == "" {
			c.Hint = p.Hint
		}
	}
	return c
}

func commandPath(f *folder.Folder) check {
	for _, entry := range f.CommandEnvironment() {
		if value, ok := strings.CutPrefix(entry, "PATH="); ok && value != "" {
			return check{Name: "command path", OK: true, Detail: value}
		}
	}
	return check{Name: "command path", Detail: "commands get no PATH, so they find few programs", Hint: "Set PATH where Keel is started."}
}

// confined runs a command to see that the sandbox lets it.
func confined(ctx context.Context, f *folder.Folder) check {
	state := f.Sandbox()
	c := check{Name: "sandbox", OK: state.Available && !state.Off, Detail: state.Detail, Hint: state.Hint}
	if state.Off && state.Available {
		c.Detail, c.Hint = "it is switched off; commands run with all your rights", "Take keelAgent.sandbox out of your settings to switch it on."
	}
	switch {
	case !state.NetworkOn:
		c.Detail += " The network is off for commands in this folder."
	case state.Network:
		c.Detail += " The network is on for commands, and can be switched off for this folder."
	default:
		c.Detail += " The network cannot be switched off for commands."
	}
	if runtime.GOOS == "windows" {
		return c // commands are not run there yet
	}
	result, err := f.Commands.Run(ctx, command.Spec{Command: "true", Folder: f.Workspace.Path(), Timeout: 10 * time.Second}, nil)
	if err == nil && result.ExitCode != 0 {
		err = fmt.Errorf("running `true`: exit code %d", result.ExitCode)
	}
	if err != nil {
		c.OK, c.Detail, c.Hint = false, err.Error(), "Switch keelAgent.sandbox off in your settings if commands cannot run at all."
	}
	return c
}

func display() check {
	for _, name := range []string{"WAYLAND_DISPLAY", "DISPLAY"} {
		if value := os.Getenv(name); value != "" {
			return check{Name: "display", OK: true, Detail: name + "=" + value}
		}
	}
	if runtime.GOOS != "linux" {
		return check{Name: "display", OK: true, Detail: "the system's own"}
	}
	return check{Name: "display", Detail: "none, so no window can open", Hint: "Start Keel from a desktop session; `keel exec` works without one."}
}

func ripgrep() check {
	path, err := search.Locate(folder.Near())
	if err != nil {
		return check{Name: "ripgrep", Detail: "not found, so search and quick open do not work", Hint: "Put rg beside keel, on the PATH, or into KEEL_RIPGREP."}
	}
	return check{Name: "ripgrep", OK: true, Detail: path}
}

func shell() check {
	for _, name := range []string{"bash", "sh"} {
		if path, err := exec.LookPath(name); err == nil {
			return check{Name: "shell", OK: true, Detail: path}
		}
	}
	return check{Name: "shell", Detail: "neither bash nor sh was found, so the agent can run no commands", Hint: "Install bash."}
}

func writable(name, folder string) check {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return check{Name: name, Detail: err.Error(), Hint: "Make the folder writable for you."}
	}
	probe, err := os.CreateTemp(folder, ".keel-doctor-*")
	if err != nil {
		return check{Name: name, Detail: err.Error(), Hint: "Make the folder writable for you, and see that the disk is not full."}
	}
	probe.Close()
	if err := os.Remove(probe.Name()); err != nil {
		return check{Name: name, Detail: err.Error()}
	}
	return check{Name: name, OK: true, Detail: filepath.Clean(folder)}
}
