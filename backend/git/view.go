package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// view is a folder that git takes for the repository's: it has nothing in it but
// what is written here. Objects and index are the repository's own.
type view struct {
	runner
	dir     string
	against string // the tree or commit that the changes are compared with
}

// Names of the empty tree, which every repository has.
const (
	emptyTree       = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
	emptyTreeSHA256 = "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
)

func newView(program string, own repository) (*view, error) {
	dir, err := os.MkdirTemp("", "keel-git-*")
	if err != nil {
		return nil, fmt.Errorf("making a folder for git: %w", err)
	}
	v := &view{dir: dir, against: own.head}
	if v.against == "" {
		v.against = emptyTree
		if own.format == "sha256" {
			v.against = emptyTreeSHA256
		}
	}
	v.runner = runner{program: program, folder: own.folder, environ: append(base(nil), v.environment(own)...)}
	if err := v.fill(own); err != nil {
		v.close()
		return nil, fmt.Errorf("making a folder for git: %w", err)
	}
	return v, nil
}

func (v *view) close() { _ = os.RemoveAll(v.dir) } // it is in the temporary folder

// environment tells git of the view, and of nobody's configuration.
func (v *view) environment(own repository) []string {
	values := append([]value{
		{"core.fsmonitor", "false"},
		{"core.hookspath", os.DevNull},
		{"core.attributesfile", os.DevNull},
		{"core.quotepath", "false"},
		{"diff.mnemonicprefix", "false"},
		{"diff.noprefix", "false"},
		{"submodule.recurse", "false"},
	}, own.values...)
	list := []string{
		"GIT_DIR=" + v.dir,
		"GIT_WORK_TREE=" + own.tree,
		"GIT_OBJECT_DIRECTORY=" + filepath.Join(own.common, "objects"),
		"GIT_INDEX_FILE=" + filepath.Join(own.dir, "index"),
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_SYSTEM=" + os.DevNull,
		"GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_CONFIG_COUNT=" + strconv.Itoa(len(values)),
	}
	for i, each := range values {
		n := strconv.Itoa(i)
		list = append(list, "GIT_CONFIG_KEY_"+n+"="+each.key, "GIT_CONFIG_VALUE_"+n+"="+each.value)
	}
	return list
}

// fill makes the view a repository.
func (v *view) fill(own repository) error {
	for _, folder := range []string{"objects", "refs", "info"} {
		if err := os.Mkdir(filepath.Join(v.dir, folder), 0o700); err != nil {
			return err
		}
	}
	config := "[core]\n\trepositoryformatversion = 1\n\tbare = false\n"
	if own.format != "sha1" {
		config += "[extensions]\n\tobjectformat = sha256\n"
	}
	exclude, err := readSmall(filepath.Join(own.common, "info", "exclude"))
	if err != nil {
		exclude = "" // there is none, or it cannot be read: then more is listed
	}
	for name, text := range map[string]string{"HEAD": "ref: refs/heads/none\n", "config": config, "info/exclude": exclude} {
		if err := os.WriteFile(filepath.Join(v.dir, filepath.FromSlash(name)), []byte(text), 0o600); err != nil {
			return err
		}
	}
	// An index may be written in two parts; git looks for the larger one here.
	parts, err := filepath.Glob(filepath.Join(escaped(own.dir), "sharedindex.*"))
	if err != nil {
		return err
	}
	for _, part := range parts {
		if err := os.Symlink(part, filepath.Join(v.dir, filepath.Base(part))); err != nil {
			return err
		}
	}
	return nil
}

// escaped is a path as a pattern that matches only itself.
func escaped(path string) string {
	if filepath.Separator == '\\' {
		return path
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// compare are the arguments that every comparison has.
func (v *view) compare(more ...string) []string {
	return append(append([]string{
		"diff", "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=dirty", "--submodule=short", "--relative",
	}, more...), v.against, "--")
}

// changed lists what has changed below the opened folder.
func (v *view) changed(ctx context.Context) ([]File, error) {
	out, err := v.output(ctx, append(v.compare("--name-status", "--no-renames", "-z"), ".")...)
	if err != nil {
		return nil, lacking(err)
	}
	fields := strings.Split(out, "\x00")
	var all []File
	for i := 0; i+1 < len(fields); i += 2 {
		file := File{Path: fields[i+1], Status: fields[i]}
		if last := len(all) - 1; last >= 0 && all[last].Path == file.Path { // in conflict, and changed
			continue
		}
		all = append(all, file)
	}
	return all, nil
}

// untracked lists what git does not know and does not ignore; a folder of which it
// knows nothing counts as one.
func (v *view) untracked(ctx context.Context) (names []string, more bool, err error) {
	const most = 200
	out, err := v.output(ctx, "ls-files", "--others", "--exclude-standard", "--directory", "--no-empty-directory", "-z")
	if err != nil {
		return nil, false, err
	}
	all := strings.Split(out, "\x00")
	all = all[:len(all)-1]
	return all[:min(len(all), most)], len(all) > most, nil
}

// diff fills in the diff of the files that are shown.
func (v *view) diff(ctx context.Context, c *Changes, limit int) error {
	text := &beginning{most: limit + 1}
	err := v.run(ctx, append(v.compare(), c.pathspecs()...), func(out io.Reader) error {
		n, err := io.Copy(text, io.LimitReader(out, mostCounted))
		c.Size = n
		if err == nil && n == mostCounted {
			return errEnough
		}
		return err
	})
	if err != nil {
		return lacking(err)
	}
	whole := text.String()
	if len(whole) > limit {
		c.Cut = true
		whole = whole[:limit]
		whole = whole[:strings.LastIndexByte(whole, '\n')+1]
	}
	c.Diff = strings.ToValidUTF8(whole, "\uFFFD")
	return nil
}

// lacking says so where objects are missing, which git would have to fetch.
func lacking(err error) error {
	said, ok := errors.AsType[*failure](err)
	if !ok {
		return err
	}
	for _, sign := range []string{"bad object", "unable to read", "missing", "could not get object"} {
		if strings.Contains(said.text, sign) {
			return fmt.Errorf("%w (%w)", ErrMissing, err)
		}
	}
	return err
}

// userExcludes is where git keeps what a user ignores everywhere when nothing else
// is said.
func userExcludes(environ []string) string {
	if folder := variable(environ, "XDG_CONFIG_HOME"); folder != "" {
		return filepath.Join(folder, "git", "ignore")
	}
	if home := variable(environ, "HOME"); home != "" {
		return filepath.Join(home, ".config", "git", "ignore")
	}
	return os.DevNull
}

// inHome is a path with the home folder in the place of its ~.
func inHome(path string, environ []string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		return filepath.Join(variable(environ, "HOME"), rest)
	}
	return path
}
