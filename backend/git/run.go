package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// runner runs one git program in one folder.
type runner struct {
	program string
	folder  string
	environ []string
}

// failure is what git wrote before it gave up.
type failure struct {
	doing string
	text  string
	err   error
}

func (f *failure) Error() string {
	line, _, _ := strings.Cut(strings.TrimSpace(f.text), "\n")
	if line = strings.TrimPrefix(line, "fatal: "); line == "" {
		line = f.err.Error()
	}
	return fmt.Sprintf("running git %s: %s", f.doing, line)
}

func (f *failure) Unwrap() error { return f.err }

// base are the variables that every run gets.
func base(environ []string) []string {
	list := []string{
		"LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_PAGER=cat", "PAGER=cat",
		"GIT_NO_LAZY_FETCH=1", "GIT_NO_REPLACE_OBJECTS=1", "GIT_ALLOW_PROTOCOL=", "GIT_ASKPASS=", "GIT_ATTR_NOSYSTEM=1",
		"PATH=" + variable(environ, "PATH"),
	}
	if runtime.GOOS == "windows" {
		list = append(list, "SystemRoot="+variable(environ, "SystemRoot"))
	}
	return list
}

// plainEnvironment is for finding a repository: the user's own configuration counts,
// as it says whose repositories are trusted.
func plainEnvironment(environ []string) []string {
	list := base(environ)
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "USERPROFILE"} {
		if value := variable(environ, name); value != "" {
			list = append(list, name+"="+value)
		}
	}
	return list
}

// mostComplaint is how much of what git complains about is kept.
const mostComplaint = 4 << 10

// run starts git and lets read have its output. When read has had enough it returns
// [errEnough], and git is ended.
func (r runner) run(ctx context.Context, arguments []string, read func(io.Reader) error) error {
	running, end := context.WithCancel(ctx)
	defer end()
	command := exec.CommandContext(running, r.program, append([]string{"--no-pager"}, arguments...)...)
	command.Dir, command.Env, command.WaitDelay = r.folder, r.environ, time.Second
	complaint := &beginning{most: mostComplaint}
	command.Stderr = complaint
	output, err := command.StdoutPipe()
	if err != nil {
		return fmt.Errorf("starting git: %w", err)
	}
	if err := command.Start(); err != nil {
		return fmt.Errorf("starting git: %w", err)
	}
	readErr := read(output)
	if readErr != nil {
		end()
	}
	err = command.Wait()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(readErr, errEnough):
		return nil
	case readErr != nil:
		return fmt.Errorf("reading git's output: %w", readErr)
	case err != nil:
		return &failure{doing: doing(arguments), text: complaint.String(), err: err}
	}
	return nil
}

// doing names the subcommand of a run.
func doing(arguments []string) string {
	for i, each := range arguments {
		if !strings.HasPrefix(each, "-") && (i == 0 || arguments[i-1] != "-c") {
			return each
		}
	}
	return ""
}

var errEnough = errors.New("enough output")

// output returns what git prints.
func (r runner) output(ctx context.Context, arguments ...string) (string, error) {
	var text strings.Builder
	err := r.run(ctx, arguments, func(out io.Reader) error {
		n, err := io.Copy(&text, io.LimitReader(out, mostNames))
		if err == nil && n == mostNames {
			return errEnough
		}
		return err
	})
	return text.String(), err
}

// reference is output for a name that may not be there.
func (r runner) reference(ctx context.Context, arguments ...string) (string, error) {
	out, err := r.output(ctx, arguments...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 1 {
		return "", nil
	}
	return strings.TrimSpace(out), err
}

// value is a setting that says how files are compared, and cannot name a program.
type value struct{ key, value string }

// harmless are the settings that are taken over.
var harmless = []string{
	"core.autocrlf", "core.eol", "core.filemode", "core.ignorecase", "core.symlinks", "core.trustctime",
	"core.checkstat", "core.precomposeunicode", "core.sparsecheckout", "core.sparsecheckoutcone", "index.sparse",
}

var word = regexp.MustCompile(`^[A-Za-z0-9]{1,16}$`)

// values reads the settings that are taken over. Where the user lists what git
// ignores counts only as the user's own configuration says it.
func (r runner) values(ctx context.Context, environ []string) ([]value, error) {
	out, err := r.output(ctx, "config", "--list", "--show-scope", "--null")
	if err != nil {
		return nil, err
	}
	var found []value
	excludes := userExcludes(environ)
	fields := strings.Split(out, "\x00")
	for i := 0; i+1 < len(fields); i += 2 {
		scope := fields[i]
		key, text, valued := strings.Cut(fields[i+1], "\n")
		if !valued {
			text = "true"
		}
		key = strings.ToLower(key)
		for _, known := range harmless {
			if key == known && word.MatchString(text) {
				found = append(found, value{key, text})
			}
		}
		if key == "core.excludesfile" && (scope == "global" || scope == "system") {
			excludes = inHome(text, environ)
		}
	}
	return append(found, value{"core.excludesfile", excludes}), nil
}

// beginning keeps the beginning of what is written to it.
type beginning struct {
	bytes.Buffer
	most int
}

func (b *beginning) Write(data []byte) (int, error) {
	if room := b.most - b.Len(); room > 0 {
		b.Buffer.Write(data[:min(room, len(data))])
	}
	return len(data), nil
}

// readSmall reads a small regular file.
func readSmall(name string) (string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return "", err
	}
	const most = 1 << 20
	if !info.Mode().IsRegular() || info.Size() > most {
		return "", fmt.Errorf("reading %q: not a small file", name)
	}
	data, err := os.ReadFile(name)
	return string(data), err
}
