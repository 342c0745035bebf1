//go:build unix

package checkpointtest

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/diff"
)

// pair is one line of git diff-tree --raw: what stands at a path on both sides.
type pair struct {
	path, from       string // raw; from where it was renamed
	status           byte
	oldMode, newMode string
	oldID, newID     string
}

// pairs compares two states, "" being the present one.
func (s *shadowGit) pairs(ctx context.Context, from, to string, options ...string) ([]pair, error) {
	from, err := s.at(ctx, from)
	if err != nil {
		return nil, err
	}
	if to, err = s.at(ctx, to); err != nil {
		return nil, err
	}
	out, err := s.git(ctx, nil, append(append([]string{"diff-tree", "-r", "-z", "--raw", "--no-abbrev"}, options...), from, to)...)
	if err != nil {
		return nil, err
	}
	var pairs []pair
	fields := strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
	for i := 0; i+1 < len(fields); i += 2 {
		head := strings.Fields(strings.TrimPrefix(fields[i], ":"))
		if len(head) != 5 {
			return nil, fmt.Errorf("reading git's diff: %q", fields[i])
		}
		one := pair{path: fields[i+1], status: head[4][0], oldMode: head[0], newMode: head[1], oldID: head[2], newID: head[3]}
		if one.status == 'R' && i+2 < len(fields) {
			one.from, one.path = fields[i+1], fields[i+2]
			i++
		}
		pairs = append(pairs, one)
	}
	return pairs, nil
}

func kindOf(mode string) checkpoint.Kind {
	switch mode {
	case "000000":
		return ""
	case "120000":
		return checkpoint.KindSymlink
	case "160000":
		return checkpoint.KindUncaptured // a repository, of which only the commit is noted
	}
	return checkpoint.KindFile
}

func modeOf(mode string) uint32 {
	if kindOf(mode) != checkpoint.KindFile {
		return 0
	}
	bits, err := strconv.ParseUint(mode, 8, 32)
	if err != nil {
		return 0
	}
	return uint32(bits) & 0o777
}

func (s *shadowGit) Diff(ctx context.Context, from, to string) ([]checkpoint.Change, error) {
	pairs, err := s.pairs(ctx, from, to, "-M100%")
	if err != nil {
		return nil, err
	}
	var changes []checkpoint.Change
	for _, p := range pairs {
		kinds := map[byte]diff.Kind{'A': diff.Added, 'D': diff.Deleted, 'R': diff.Renamed}
		kind, ok := kinds[p.status]
		if !ok {
			kind = diff.Modified
		}
		c := checkpoint.Change{Path: checkpoint.EncodePath(p.path), Kind: kind, OldKind: kindOf(p.oldMode), NewKind: kindOf(p.newMode), OldMode: modeOf(p.oldMode), NewMode: modeOf(p.newMode)}
		if p.from != "" {
			c.From = checkpoint.EncodePath(p.from)
		}
		changes = append(changes, c)
	}
	return changes, nil
}

// gitPlan is what a restore does: paths that get what they have in a state, and
// paths that go.
type gitPlan struct {
	whole         bool // everything, not only these paths
	write, remove []string
	conflicts     []checkpoint.Conflict
}

func (p gitPlan) export() checkpoint.Plan {
	return checkpoint.Plan{Write: encoded(p.write), Delete: encoded(p.remove), Conflicts: append([]checkpoint.Conflict{}, p.conflicts...), Unknown: []string{}}
}

func encoded(raw []string) []string {
	out := make([]string, len(raw))
	for i, one := range raw {
		out[i] = checkpoint.EncodePath(one)
	}
	return out
}

// plan compares the present workspace with a request's state.
func (s *shadowGit) plan(ctx context.Context, r checkpoint.RestoreRequest, now string) (gitPlan, error) {
	if _, err := s.Get(ctx, r.ID); err != nil {
		return gitPlan{}, err
	}
	inScope, err := scopeOf(r.Paths)
	if err != nil {
		return gitPlan{}, err
	}
	present, err := s.pairs(ctx, r.ID, now, "--no-renames")
	if err != nil {
		return gitPlan{}, err
	}
	p := gitPlan{whole: len(r.Paths) == 0}
	agents := map[string]pair{}
	if r.Verb == checkpoint.Agent {
		p.whole = false
		changed, err := s.pairs(ctx, r.ID, r.After, "--no-renames")
		if err != nil {
			return gitPlan{}, err
		}
		for _, one := range changed {
			agents[one.path] = one
		}
	}
	for _, one := range present {
		if !inScope(one.path) {
			continue
		}
		if r.Verb == checkpoint.Agent {
			change, ok := agents[one.path]
			if !ok {
				continue
			}
			if change.newID != one.newID || change.newMode != one.newMode {
				p.conflicts = append(p.conflicts, checkpoint.Conflict{Path: checkpoint.EncodePath(one.path), Reason: "it was changed since"})
				continue
			}
		}
		if one.status == 'A' {
			p.remove = append(p.remove, one.path)
		} else {
			p.write = append(p.write, one.path)
		}
	}
	return p, nil
}

// scopeOf tells which raw paths are in the given ones; none means all.
func scopeOf(paths []string) (func(raw string) bool, error) {
	var clean []string
	for _, one := range paths {
		raw := path.Clean(checkpoint.DecodePath(one))
		if one == "" || path.IsAbs(raw) || raw == ".." || strings.HasPrefix(raw, "../") {
			return nil, fmt.Errorf("restoring %q: outside", one)
		}
		clean = append(clean, raw)
	}
	return func(raw string) bool {
		return len(clean) == 0 || slices.ContainsFunc(clean, func(one string) bool { return raw == one || strings.HasPrefix(raw, one+"/") })
	}, nil
}

func (s *shadowGit) Preview(ctx context.Context, r checkpoint.RestoreRequest) (checkpoint.Plan, error) {
	now, err := s.now(ctx)
	if err != nil {
		return checkpoint.Plan{}, err
	}
	p, err := s.plan(ctx, r, now)
	return p.export(), err
}

func (s *shadowGit) Restore(ctx context.Context, r checkpoint.RestoreRequest) (checkpoint.Result, error) {
	before, err := s.Create(ctx, checkpoint.CreateRequest{Reason: checkpoint.PreRestore})
	if err != nil {
		return checkpoint.Result{}, err
	}
	p, err := s.plan(ctx, r, before.ID)
	if err != nil {
		return checkpoint.Result{}, err
	}
	if p.whole {
		err = s.restoreAll(ctx, r.ID, p)
	} else {
		err = s.restoreSome(ctx, r.ID, p)
	}
	if err != nil {
		return checkpoint.Result{}, err
	}
	plan := p.export()
	return checkpoint.Result{Written: len(p.write), Deleted: len(p.remove), Conflicts: plan.Conflicts, Unknown: plan.Unknown, Undo: before.ID}, nil
}

func (s *shadowGit) restoreAll(ctx context.Context, id string, p gitPlan) error {
	commands := [][]string{{"reset", "-q", "--hard", id}, {"clean", "-q", "-f", "-d"}}
	if s.writeTree {
		if err := s.delete(p.remove); err != nil {
			return err
		}
		commands = [][]string{{"read-tree", id}, {"checkout-index", "-a", "-f"}}
	}
	for _, command := range commands {
		if _, err := s.git(ctx, nil, command...); err != nil {
			return err
		}
	}
	return nil
}

func (s *shadowGit) restoreSome(ctx context.Context, id string, p gitPlan) error {
	if err := s.delete(p.remove); err != nil {
		return err
	}
	for _, one := range p.write {
		if _, err := s.git(ctx, nil, "--literal-pathspecs", "checkout", "-q", id, "--", one); err != nil {
			return err
		}
	}
	return nil
}

// delete removes files and the folders they leave empty.
func (s *shadowGit) delete(paths []string) error {
	for _, one := range paths {
		if err := os.RemoveAll(filepath.Join(s.root, one)); err != nil {
			return err
		}
		for up := path.Dir(one); up != "."; up = path.Dir(up) {
			if os.Remove(filepath.Join(s.root, up)) != nil {
				break
			}
		}
	}
	return nil
}

// Undo goes back to the commit before a restore.
func (s *shadowGit) Undo(ctx context.Context, id string) (checkpoint.Result, error) {
	one, err := s.Get(ctx, id)
	if err != nil || one.Reason != checkpoint.PreRestore {
		return checkpoint.Result{}, fmt.Errorf("undoing %q: %w", id, checkpoint.ErrNothingToUndo)
	}
	return s.Restore(ctx, checkpoint.RestoreRequest{ID: id})
}
