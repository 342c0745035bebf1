//go:build unix

package command

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// pipeWait is how long the end of the output is waited for when processes
	// of the command are left, which may hold the pipe for ever.
	pipeWait = 250 * time.Millisecond
	// drainWait is the same when none is left: the rest only has to be read.
	drainWait = 2 * time.Second
)

// launch starts a command; an error means that nothing was run.
func (r *Runner) launch(spec Spec, output func([]byte)) (*job, error) {
	if err := check(spec); err != nil {
		return nil, err
	}
	shell, err := r.shell()
	if err != nil {
		return nil, err
	}
	if !r.begin() {
		return nil, ErrClosed
	}
	j, reader, err := r.start(spec, shell, output)
	if err != nil {
		r.work.Done()
		return nil, err
	}
	go func() {
		defer r.work.Done()
		j.supervise(reader)
	}()
	return j, nil
}

func (r *Runner) start(spec Spec, shell string, output func([]byte)) (*job, *os.File, error) {
	if err := r.own(); err != nil {
		return nil, nil, err
	}
	environ := Environment(r.options.Environ(), r.options.Allow(), r.options.Workspace)
	environ = r.options.Complete(environ)
	launcher, err := r.options.Launcher(environ)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrNotConfined, err)
	}
	id := r.options.NewID()
	log, err := openLog(r.options.LogDir, id, r.options.LogLimit, r.options.LogsKept)
	if err != nil {
		return nil, nil, err
	}
	mark := r.mark + "." + id
	j := &job{
		runner: r, id: id, spec: spec, pump: newPump(log, r.options.Redactor, output), started: time.Now(),
		child:  child(spec, arguments(launcher, shell, spec.Command), append(environ, "PWD="+spec.Folder, markVariable+"="+mark)),
		limits: launcher.Limits,
		stop:   make(chan struct{}), done: make(chan struct{}),
	}
	reader, err := startChild(j.child, len(launcher.Arguments) > 0)
	if err != nil {
		j.pump.abandon()
		return nil, nil, startError(spec, err)
	}
	j.tree = target{mark: mark, session: j.child.Process.Pid}
	return j, reader, nil
}

func check(spec Spec) error {
	switch {
	case strings.TrimSpace(spec.Command) == "":
		return fmt.Errorf("running an empty command: %w", ErrInvalid)
	case strings.ContainsRune(spec.Command, 0):
		return fmt.Errorf("running a command that holds a NUL character: %w", ErrInvalid)
	case !filepath.IsAbs(spec.Folder):
		return fmt.Errorf("running command in %q: %w", spec.Folder, ErrNoFolder)
	}
	info, err := os.Stat(spec.Folder)
	if err != nil || !info.IsDir() {
		return fmt.Errorf("running command in %q: %w", spec.Folder, ErrNoFolder)
	}
	return nil
}

// shell finds the shell that is always used, whatever the user's own is: the
// guard that judges a command and the shell that reads it have to agree.
func (r *Runner) shell() (string, error) {
	if r.options.Shell != "" {
		if !executable(r.options.Shell) {
			return "", fmt.Errorf("looking for shell %q: %w", r.options.Shell, ErrNoShell)
		}
		return r.options.Shell, nil
	}
	candidates := []string{"/bin/bash", "/usr/bin/bash"}
	if found, err := exec.LookPath("bash"); err == nil && filepath.IsAbs(found) && !fromWorkspace(found, r.options.Workspace) {
		candidates = append(candidates, found)
	}
	for _, path := range append(candidates, "/bin/sh") {
		if executable(path) {
			return path, nil
		}
	}
	return "", fmt.Errorf("looking for bash and sh: %w", ErrNoShell)
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && unix.Access(path, unix.X_OK) == nil
}

// arguments is the whole argument list: the launcher, the shell without any
// start-up file, and after -- the command, even one that begins with a dash.
func arguments(launcher Launcher, shell, command string) []string {
	arguments := append([]string{}, launcher.Arguments...)
	arguments = append(arguments, shell)
	if filepath.Base(shell) == "bash" {
		arguments = append(arguments, "--noprofile", "--norc")
	}
	return append(arguments, "-c", "--", command)
}

// supervise waits for the command's end, or ends it, and makes its result.
func (j *job) supervise(reader *os.File) {
	r, child := j.runner, j.child
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		j.pump.read(reader)
	}()
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		_ = child.Wait() // what it says is in child.ProcessState
	}()

	result := Result{LogPath: j.pump.log.path, ExitCode: -1, Limits: j.limits}
	if j.await(exited, &result) {
		result.Remaining = j.tree.processes()
	} else {
		result.Remaining = end(j.tree, r.options.Grace)
	}
	if len(result.Remaining) > 0 {
		result.Living = j.tree.living
	}
	r.finish(j.pump, reader, drained, result.Remaining)
	if within(exited, killWait) { // else not even KILL ended the shell
		result.ExitCode, result.Signal = outcome(child.ProcessState)
	}
	result.Duration = time.Since(j.started)
	result.Head, result.Tail, result.Omitted, result.LogIncomplete = j.pump.view()
	j.result = result
	close(j.done)
}

func child(spec Spec, arguments, environ []string) *exec.Cmd {
	return &exec.Cmd{
		Path:        arguments[0],
		Args:        arguments,
		Dir:         spec.Folder,
		Env:         environ,
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
}

// startChild starts the child with both outputs on one pipe, which keeps their
// order, and no input. Of one that is launched it waits until it is the shell.
func startChild(child *exec.Cmd, launched bool) (*os.File, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	child.Stdout, child.Stderr = writer, writer
	if launched {
		err = startLaunched(child)
	} else {
		err = child.Start()
	}
	_ = writer.Close()
	if err != nil {
		_ = reader.Close()
		return nil, err
	}
	return reader, nil
}

func startError(spec Spec, err error) error {
	switch {
	case errors.Is(err, ErrNotConfined):
		return fmt.Errorf("starting command in %q: %w", spec.Folder, err)
	case errors.Is(err, unix.E2BIG):
		return fmt.Errorf("running a command of %d bytes, too long for this system: %w", len(spec.Command), ErrInvalid)
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENOTDIR):
		return fmt.Errorf("running command in %q: %w (%w)", spec.Folder, ErrNoFolder, err)
	}
	return fmt.Errorf("starting command in %q: %w", spec.Folder, err)
}

// await returns true once the shell has ended by itself, false when the
// command is to be ended, and notes why.
func (j *job) await(exited <-chan struct{}, result *Result) bool {
	var late <-chan time.Time
	if j.spec.Timeout > 0 {
		timer := time.NewTimer(j.spec.Timeout)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-exited:
		return true
	case <-late:
		result.TimedOut = true
	case <-j.stop:
		result.Cancelled = true
	case <-j.runner.ended:
		result.Cancelled = true
	}
	return false
}

// finish waits for the rest of the output. A process left in the background
// may hold the pipe: it keeps it, and its output goes on into the log, until
// it ends or the runner is closed.
func (r *Runner) finish(p *pump, reader *os.File, drained <-chan struct{}, remaining []int) {
	defer p.delivery.close()
	if len(remaining) == 0 {
		if !within(drained, drainWait) { // held by a process that escaped
			_ = reader.Close()
			<-drained
		}
		return
	}
	switch {
	case within(drained, pipeWait):
	case r.begin():
		go r.leftover(reader, drained)
	default:
		_ = reader.Close()
		<-drained
	}
}

// leftover reads on for a process that outlived its command.
func (r *Runner) leftover(reader io.Closer, drained <-chan struct{}) {
	defer r.work.Done()
	select {
	case <-drained:
	case <-r.ended:
		_ = reader.Close()
		<-drained
	}
}

func outcome(state *os.ProcessState) (code int, signal string) {
	status, ok := state.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		name := unix.SignalName(status.Signal())
		return 128 + int(status.Signal()), name
	}
	return state.ExitCode(), ""
}
