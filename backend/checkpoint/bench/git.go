package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// branch is what commits are made on.
const branch = "checkpoints"

// repository is a git repository beside the tree, as tools use one to save
// states behind the user's back.
type repository struct {
	gitDir, root string
	home         string // an empty folder, so that no configuration is found
	before, last string // the last two commits
}

func newRepository(own, root string) repository {
	return repository{gitDir: filepath.Join(own, "store"), root: root, home: own}
}

func gitVersion(ctx context.Context, dir string) (string, error) {
	r := newRepository(dir, dir)
	out, err := r.git(ctx, "--version")
	if err != nil {
		return "", err
	}
	return strings.TrimPrefix(out, "git version "), nil
}

// git runs a git command and returns what it prints.
func (r *repository) git(ctx context.Context, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, "git", arguments...)
	command.Dir = r.root
	command.Env = r.environment()
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fmt.Errorf("running git %s: %w: %s", arguments[0], err, strings.TrimSpace(stderr.String()))
	}
	return strings.TrimSpace(stdout.String()), nil
}

// environment is written out in full: nothing of the user's git gets in.
func (r *repository) environment() []string {
	environment := []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + r.home,
		"XDG_CONFIG_HOME=" + filepath.Join(r.home, "config"),
		"LC_ALL=C",
		"GIT_DIR=" + r.gitDir,
		"GIT_WORK_TREE=" + r.root,
		"GIT_INDEX_FILE=" + filepath.Join(r.gitDir, "index"),
		"GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_CONFIG_SYSTEM=" + os.DevNull,
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=bench", "GIT_AUTHOR_EMAIL=bench@example.com",
		"GIT_COMMITTER_NAME=bench", "GIT_COMMITTER_EMAIL=bench@example.com",
		"GIT_CONFIG_COUNT=3",
		"GIT_CONFIG_KEY_0=gc.auto", "GIT_CONFIG_VALUE_0=0",
		"GIT_CONFIG_KEY_1=core.autocrlf", "GIT_CONFIG_VALUE_1=false",
		"GIT_CONFIG_KEY_2=maintenance.auto", "GIT_CONFIG_VALUE_2=false",
	}
	for _, name := range []string{"SystemRoot", "TEMP", "TMP"} { // what Windows cannot do without
		if value, ok := os.LookupEnv(name); ok {
			environment = append(environment, name+"="+value)
		}
	}
	return environment
}

func (r *repository) reset(ctx context.Context) error {
	if err := os.RemoveAll(r.gitDir); err != nil {
		return fmt.Errorf("removing a repository: %w", err)
	}
	r.before, r.last = "", ""
	_, err := r.git(ctx, "init", "--quiet", "--initial-branch="+branch)
	return err
}

func (r *repository) folder() string { return r.gitDir }
func (r *repository) close() error   { return nil }

// run runs commands one after the other.
func (r *repository) run(ctx context.Context, commands ...[]string) error {
	for _, command := range commands {
		if _, err := r.git(ctx, command...); err != nil {
			return err
		}
	}
	return nil
}

// shadow is the usual form: commits on a branch.
type shadow struct{ repository }

func (s *shadow) capture(ctx context.Context, _ bool, _ []edit) error {
	if err := s.run(ctx, []string{"add", "-A"}, []string{"commit", "--quiet", "--allow-empty", "--no-verify", "-m", "checkpoint"}); err != nil {
		return err
	}
	made, err := os.ReadFile(filepath.Join(s.gitDir, "refs", "heads", branch))
	if err != nil {
		return fmt.Errorf("reading the commit: %w", err)
	}
	s.before, s.last = s.last, strings.TrimSpace(string(made))
	return nil
}

func (s *shadow) restore(ctx context.Context, _ []edit) (func(context.Context) error, error) {
	last := s.last
	return func(ctx context.Context) error { return s.to(ctx, last) }, s.to(ctx, s.before)
}

func (s *shadow) to(ctx context.Context, commit string) error {
	s.last = commit
	return s.run(ctx, []string{"reset", "--hard", "--quiet", commit}, []string{"clean", "-fdq"})
}

// writeTree is the lighter form: trees and commits without a branch.
type writeTree struct{ repository }

func (w *writeTree) capture(ctx context.Context, _ bool, _ []edit) error {
	if _, err := w.git(ctx, "add", "-A"); err != nil {
		return err
	}
	tree, err := w.git(ctx, "write-tree")
	if err != nil {
		return err
	}
	arguments := []string{"commit-tree", tree, "-m", "checkpoint"}
	if w.last != "" {
		arguments = append(arguments, "-p", w.last)
	}
	made, err := w.git(ctx, arguments...)
	if err != nil {
		return err
	}
	w.before, w.last = w.last, made
	return nil
}

func (w *writeTree) restore(ctx context.Context, _ []edit) (func(context.Context) error, error) {
	last := w.last
	return func(ctx context.Context) error { return w.to(ctx, last) }, w.to(ctx, w.before)
}

func (w *writeTree) to(ctx context.Context, commit string) error {
	w.last = commit
	return w.run(ctx, []string{"read-tree", commit}, []string{"checkout-index", "-f", "-a"}, []string{"clean", "-fdq"})
}
