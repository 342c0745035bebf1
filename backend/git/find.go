package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// find returns the git program that PATH names outside of the folder.
func find(environ []string, folder string) (string, error) {
	for _, entry := range filepath.SplitList(variable(environ, "PATH")) {
		if !filepath.IsAbs(entry) || below(entry, folder) {
			continue
		}
		program, err := exec.LookPath(filepath.Join(entry, "git"))
		if err == nil && !below(program, folder) {
			return program, nil
		}
	}
	return "", fmt.Errorf("looking for git: %w", ErrNoGit)
}

// below reports whether a path is in a folder, as it is written or as links lead.
func below(path, folder string) bool {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		real = path
	}
	top, err := filepath.EvalSymlinks(folder)
	if err != nil {
		top = folder
	}
	return inside(path, folder) || inside(real, top)
}

func inside(path, folder string) bool {
	relative, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(relative)
}

func variable(environ []string, name string) string {
	for _, entry := range environ {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}

// repository is where the parts of a repository are, all absolute.
type repository struct {
	folder string // the opened one
	tree   string // the top of the work tree, which holds folder
	dir    string // the .git folder, of this work tree
	common string // the .git folder that all work trees share
	format string // of objects: sha1 or sha256
	head   string // the commit; empty before the first
	branch string
	values []value
}

// locate finds the repository of a folder. The commands that it runs do no more than
// read references and configuration.
func locate(ctx context.Context, program, folder string, environ []string) (repository, error) {
	plain := runner{program: program, folder: folder, environ: plainEnvironment(environ)}
	out, err := plain.output(ctx, "-c", "safe.bareRepository=explicit", "rev-parse", "--path-format=absolute",
		"--show-object-format", "--git-dir", "--git-common-dir", "--show-toplevel")
	if err != nil {
		return repository{}, located(err)
	}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(lines) != 4 {
		return repository{}, fmt.Errorf("finding the repository of %q: a name with a line break in it", folder)
	}
	own := repository{folder: folder, format: lines[0]}
	for i, place := range []*string{&own.dir, &own.common, &own.tree} {
		if *place, err = filepath.EvalSymlinks(filepath.FromSlash(lines[i+1])); err != nil {
			return repository{}, fmt.Errorf("finding the repository of %q: %w", folder, err)
		}
	}
	if err := own.known(); err != nil {
		return repository{}, err
	}
	if err := own.headed(); err != nil {
		return repository{}, err
	}
	plain.environ = append(plain.environ, "GIT_DIR="+own.dir)
	if own.head, err = plain.reference(ctx, "rev-parse", "--verify", "--quiet", "HEAD"); err != nil {
		return repository{}, err
	}
	if own.branch, err = plain.reference(ctx, "symbolic-ref", "--quiet", "--short", "HEAD"); err != nil {
		return repository{}, err
	}
	own.values, err = plain.values(ctx, environ)
	return own, err
}

// located says why there is no repository, as far as git's words tell.
func located(err error) error {
	said, ok := errors.AsType[*failure](err)
	switch {
	case !ok:
		return err
	case strings.Contains(said.text, "dubious ownership"):
		return fmt.Errorf("finding the repository: %w", ErrOwner)
	case strings.Contains(said.text, "not a git repository"), strings.Contains(said.text, "must be run in a work tree"), strings.Contains(said.text, "cannot use bare repository"):
		return fmt.Errorf("finding the repository: %w", ErrNoRepository)
	}
	return err
}

// known refuses a repository that does not know its work tree: the files of an
// opened folder could name any other of the user's, whose commits would show.
func (r repository) known() error {
	if !inside(r.folder, r.tree) && !below(r.folder, r.tree) {
		return fmt.Errorf("finding the repository: %w", ErrNoRepository)
	}
	ordinary := r.dir == filepath.Join(r.tree, ".git")
	switch {
	case ordinary && r.common == r.dir:
		return r.whole()
	case ordinary, r.common != r.dir && filepath.Dir(filepath.Dir(r.dir)) != r.common:
		return fmt.Errorf("reading %q: %w", r.dir, ErrElsewhere)
	case r.common == r.dir: // a submodule, or one that was made with --separate-git-dir
		return r.claimed()
	}
	back, err := readSmall(filepath.Join(r.dir, "gitdir"))
	if err != nil || !same(strings.TrimSpace(back), filepath.Join(r.tree, ".git")) {
		return fmt.Errorf("reading %q: %w", r.dir, ErrElsewhere)
	}
	return r.whole()
}

// claimed accepts a folder of git's that lies elsewhere where that is below a .git
// folder of a repository around the work tree, as submodules' are.
func (r repository) claimed() error {
	for around := filepath.Dir(r.tree); ; around = filepath.Dir(around) {
		if inside(r.dir, filepath.Join(around, ".git", "modules")) {
			return r.whole()
		}
		if around == filepath.Dir(around) {
			return fmt.Errorf("reading %q: %w", r.dir, ErrElsewhere)
		}
	}
}

// whole refuses a repository of which a part is a link to another place.
func (r repository) whole() error {
	for _, part := range []string{
		filepath.Join(r.dir, "HEAD"), filepath.Join(r.dir, "index"), filepath.Join(r.common, "objects"),
		filepath.Join(r.common, "refs"), filepath.Join(r.common, "refs", "heads"), filepath.Join(r.common, "packed-refs"),
		filepath.Join(r.common, "reftable"), filepath.Join(r.dir, "reftable"),
	} {
		real, err := filepath.EvalSymlinks(part)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil || !inside(real, r.common) {
			return fmt.Errorf("reading %q: %w", part, ErrElsewhere)
		}
	}
	return nil
}

// headed refuses a HEAD for which git would follow a link out of the repository:
// the commit that it names there would be another repository's, and where objects
// are borrowed, so would what shows.
func (r repository) headed() error {
	const mostHops = 10
	name := "HEAD"
	for range mostHops {
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return fmt.Errorf("reading %q: %w", name, ErrElsewhere)
		}
		next := ""
		for _, top := range []string{r.common, r.dir} { // a work tree's own comes before what all share
			file := filepath.Join(top, filepath.FromSlash(name))
			if link, err := os.Readlink(file); err == nil && strings.HasPrefix(link, "refs/") {
				next = link // git takes it for a name
				continue
			}
			real, err := filepath.EvalSymlinks(file)
			if errors.Is(err, os.ErrNotExist) {
				continue
			}
			if err != nil || !inside(real, r.common) {
				return fmt.Errorf("reading %q: %w", file, ErrElsewhere)
			}
			text, _ := readSmall(real) // a folder, or what git cannot read either, leads nowhere
			if to, ok := strings.CutPrefix(text, "ref:"); ok {
				next = strings.TrimSpace(to)
			}
		}
		if next == "" {
			return nil
		}
		name = next
	}
	return fmt.Errorf("reading %q: %w", filepath.Join(r.dir, "HEAD"), ErrElsewhere)
}

func same(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}
