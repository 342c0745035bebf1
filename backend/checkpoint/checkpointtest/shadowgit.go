//go:build unix

package checkpointtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// The two usual ways to make checkpoints with git, for comparison. Both keep a
// git folder of their own beside the user's.
//
// [ShadowGit] commits the whole tree (add -A, commit --allow-empty) and restores
// by reset --hard and clean -fd. [WriteTree] writes the tree without commits on
// a branch (add -A, write-tree) and restores by read-tree and checkout-index -a
// -f, deleting what the two trees say came later.
type shadowGit struct {
	dir, root string
	writeTree bool
	last      string // the newest checkpoint
}

// ShadowGit opens a store that commits.
func ShadowGit(ctx context.Context, dir, root string, o checkpoint.Options) (Store, error) {
	return openGit(ctx, dir, root, false)
}

// WriteTree opens a store that writes trees.
func WriteTree(ctx context.Context, dir, root string, o checkpoint.Options) (Store, error) {
	return openGit(ctx, dir, root, true)
}

func openGit(ctx context.Context, dir, root string, writeTree bool) (Store, error) {
	s := &shadowGit{dir: dir, root: root, writeTree: writeTree}
	if _, err := os.Stat(filepath.Join(dir, "HEAD")); err == nil {
		last, err := s.git(ctx, nil, "for-each-ref", "--sort=-refname", "--count=1", "--format=%(objectname)", keptRefs)
		s.last = last
		return s, err
	}
	_, err := s.git(ctx, nil, "init", "-q")
	return s, err
}

// keptRefs hold every checkpoint, in order, so that none is collected.
const keptRefs = "refs/checkpoints/"

// git runs git with the store's own folder, and returns its output without the
// last line's end.
func (s *shadowGit) git(ctx context.Context, environment []string, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, "git", arguments...)
	command.Dir = s.root
	command.Env = append(os.Environ(), "GIT_DIR="+s.dir, "GIT_WORK_TREE="+s.root, "GIT_INDEX_FILE="+filepath.Join(s.dir, "index"),
		"GIT_AUTHOR_NAME=shadow", "GIT_AUTHOR_EMAIL=shadow@localhost", "GIT_COMMITTER_NAME=shadow", "GIT_COMMITTER_EMAIL=shadow@localhost")
	command.Env = append(command.Env, environment...)
	var complaint bytes.Buffer
	command.Stderr = &complaint
	out, err := command.Output()
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		return "", fmt.Errorf("git %q: %w: %.200s", arguments, err, complaint.String())
	}
	return strings.TrimSuffix(string(out), "\n"), nil
}

func (s *shadowGit) Create(ctx context.Context, r checkpoint.CreateRequest) (checkpoint.Checkpoint, error) {
	made := checkpoint.Checkpoint{Parent: s.last, Reason: r.Reason, SessionID: r.SessionID, TurnID: r.TurnID, ToolCallID: r.ToolCallID, Label: r.Label, Complete: true}
	if made.Reason == "" {
		made.Reason = checkpoint.Manual
	}
	made.Pinned = made.Reason == checkpoint.PreRestore
	message, err := json.Marshal(made)
	if err != nil {
		return made, err
	}
	if made.ID, err = s.save(ctx, string(message)); err != nil {
		return made, err
	}
	kept, err := s.git(ctx, nil, "for-each-ref", "--format=x", keptRefs)
	if err != nil {
		return made, err
	}
	if _, err := s.git(ctx, nil, "update-ref", fmt.Sprintf("%s%08d", keptRefs, strings.Count(kept, "x")), made.ID); err != nil {
		return made, err
	}
	s.last = made.ID
	return s.Get(ctx, made.ID)
}

// save stores the workspace as a commit and returns its id.
func (s *shadowGit) save(ctx context.Context, message string) (string, error) {
	if _, err := s.git(ctx, nil, "add", "-A"); err != nil {
		return "", err
	}
	if !s.writeTree {
		if _, err := s.git(ctx, nil, "commit", "-q", "--allow-empty", "--no-verify", "-m", message); err != nil {
			return "", err
		}
		return s.git(ctx, nil, "rev-parse", "HEAD")
	}
	tree, err := s.git(ctx, nil, "write-tree")
	if err != nil {
		return "", err
	}
	arguments := []string{"commit-tree", tree, "-m", message}
	if s.last != "" {
		arguments = append(arguments, "-p", s.last)
	}
	return s.git(ctx, nil, arguments...)
}

func (s *shadowGit) List(ctx context.Context) ([]checkpoint.Checkpoint, error) {
	out, err := s.git(ctx, nil, "for-each-ref", "--sort=-refname", "--format=%(objectname)", keptRefs)
	if err != nil {
		return nil, err
	}
	list := []checkpoint.Checkpoint{}
	for id := range strings.FieldsSeq(out) {
		one, err := s.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

func (s *shadowGit) Get(ctx context.Context, id string) (checkpoint.Checkpoint, error) {
	var one checkpoint.Checkpoint
	if id == "" || strings.HasPrefix(id, "-") {
		return one, checkpoint.ErrNotFound
	}
	message, err := s.git(ctx, nil, "show", "-s", "--format=%B", id, "--")
	if err != nil {
		return one, errors.Join(checkpoint.ErrNotFound, err)
	}
	if err := json.Unmarshal([]byte(message), &one); err != nil {
		return one, err
	}
	one.ID = id
	if one.Tree, err = s.git(ctx, nil, "rev-parse", id+"^{tree}"); err != nil {
		return one, err
	}
	files, err := s.git(ctx, nil, "ls-tree", "-r", "-z", "--name-only", id)
	if err != nil {
		return one, err
	}
	one.Files = strings.Count(files, "\x00")
	changes, err := s.Diff(ctx, one.Parent, id)
	if one.Parent == "" {
		changes, err = make([]checkpoint.Change, one.Files), nil
	}
	one.Changed = len(changes)
	return one, err
}

// now writes the present workspace as a tree, past the index.
func (s *shadowGit) now(ctx context.Context) (string, error) {
	index := []string{"GIT_INDEX_FILE=" + filepath.Join(s.dir, "index-now")}
	if _, err := s.git(ctx, index, "add", "-A"); err != nil {
		return "", err
	}
	return s.git(ctx, index, "write-tree")
}

// at is what git calls a state; "" is the present one.
func (s *shadowGit) at(ctx context.Context, id string) (string, error) {
	if id == "" {
		return s.now(ctx)
	}
	return id, nil
}

func (s *shadowGit) ReadFile(ctx context.Context, id, path string) ([]byte, checkpoint.Entry, error) {
	at, err := s.at(ctx, id)
	if err != nil {
		return nil, checkpoint.Entry{}, err
	}
	raw := filepath.Clean(checkpoint.DecodePath(path))
	if path == "" || raw == ".." || strings.HasPrefix(raw, "../") || filepath.IsAbs(raw) {
		return nil, checkpoint.Entry{}, fmt.Errorf("reading %q: outside", path)
	}
	switch {
	case raw == ".":
		return nil, checkpoint.Entry{}, checkpoint.ErrNotFile
	case strings.Contains("/"+raw+"/", "/.git/"):
		return nil, checkpoint.Entry{}, checkpoint.ErrNotCovered
	}
	line, err := s.git(ctx, nil, "--literal-pathspecs", "ls-tree", "-z", at, "--", raw)
	if err != nil {
		return nil, checkpoint.Entry{}, err
	}
	fields := strings.Fields(line)
	if len(fields) < 3 {
		return nil, checkpoint.Entry{}, checkpoint.ErrNotInCheckpoint
	}
	if fields[1] != "blob" {
		return nil, checkpoint.Entry{}, checkpoint.ErrNotFile
	}
	command := exec.CommandContext(ctx, "git", "--git-dir="+s.dir, "cat-file", "blob", fields[2])
	content, err := command.Output()
	entry := checkpoint.Entry{Path: checkpoint.EncodePath(raw), Kind: kindOf(fields[0]), Mode: modeOf(fields[0]), Size: int64(len(content))}
	if entry.Kind == checkpoint.KindFile {
		entry.Hash = fmt.Sprintf("%x", sha256.Sum256(content))
	}
	return content, entry, err
}

func (s *shadowGit) Close() error { return nil }

func (s *shadowGit) Show(context.Context, string) (checkpoint.Details, error) {
	return checkpoint.Details{}, errors.ErrUnsupported
}

func (s *shadowGit) Unsaved(context.Context, string) ([]checkpoint.Unsaved, error) {
	return nil, errors.ErrUnsupported
}

func (s *shadowGit) Warm(context.Context) error { return nil }

func (s *shadowGit) Usage(context.Context) (checkpoint.Usage, error) {
	return checkpoint.Usage{}, errors.ErrUnsupported
}

func (s *shadowGit) Prune(context.Context, checkpoint.PruneRequest) (checkpoint.Pruned, error) {
	return checkpoint.Pruned{}, errors.ErrUnsupported
}

func (s *shadowGit) Pin(context.Context, string, bool) error { return errors.ErrUnsupported }

func (s *shadowGit) Forget(context.Context) (checkpoint.Pruned, error) {
	return checkpoint.Pruned{}, errors.ErrUnsupported
}

func (s *shadowGit) Purge(context.Context, string) (checkpoint.Purged, error) {
	return checkpoint.Purged{}, errors.ErrUnsupported
}

func (s *shadowGit) Verify(context.Context, checkpoint.VerifyRequest) (checkpoint.Report, error) {
	return checkpoint.Report{}, errors.ErrUnsupported
}
