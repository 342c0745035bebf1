//go:build unix

package checkpointtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// gitRows have real repositories in the workspace. They are skipped where there
// is no git.
func gitRows() []row {
	return []row{
		{"R5 a nested repository keeps its commits", nestedCommits, everyones},
		{"R6 branch, index, stash and excludes stay", gitState, everyones},
		{"R6 a submodule and a worktree", submoduleAndWorktree, everyones},
		{"R7 core.autocrlf=true", autocrlf, everyones},
		{"R9 what git's own rules exclude", gitExcluded, everyones},
		{"R24 GIT_DIR and the like in the environment", gitEnvironment, everyones},
		{"R19 the home folder as the workspace", homeFolder, everyones},
	}
}

// setenv sets a variable for the rest of the test.
func (d *desk) setenv(name, value string) {
	d.Helper()
	old, was := os.LookupEnv(name)
	d.must(os.Setenv(name, value))
	d.Cleanup(func() {
		if was {
			d.must(os.Setenv(name, old))
		} else {
			d.must(os.Unsetenv(name))
		}
	})
}

// git runs git as a user would, in a folder of the workspace.
func (d *desk) git(folder string, arguments ...string) string {
	d.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		d.Skip("there is no git here")
	}
	command := exec.CommandContext(d.Context(), "git", append([]string{
		"-C", d.at(folder), "-c", "user.name=Test", "-c", "user.email=test@localhost", "-c", "protocol.file.allow=always", "-c", "commit.gpgsign=false",
	}, arguments...)...)
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "GIT_") {
			command.Env = append(command.Env, variable)
		}
	}
	out, err := command.CombinedOutput()
	if err != nil {
		d.Fatalf("git %q: %v\n%s", arguments, err, out)
	}
	return string(out)
}

// repository makes one with a commit of what is in the folder.
func (d *desk) repository(folder string) {
	d.Helper()
	d.folder(folder)
	d.git(folder, "init", "-q", "-b", "main")
	d.git(folder, "add", "-A")
	d.git(folder, "commit", "-q", "--allow-empty", "-m", "first")
}

// state is all that git would tell of a repository.
func (d *desk) state(folder string) string {
	d.Helper()
	return strings.Join([]string{
		d.git(folder, "rev-parse", "HEAD"), d.git(folder, "branch", "--all", "--verbose"), d.git(folder, "stash", "list"),
		d.git(folder, "ls-files", "--stage"), d.git(folder, "log", "--all", "--oneline"), d.git(folder, "config", "--list", "--local"),
	}, "\n")
}

func nestedCommits(d *desk) {
	d.write("top.txt", "1")
	d.write("nested/file", "1")
	d.repository("nested")
	first := d.create()
	state := d.state("nested")
	d.write("nested/file", "2")
	d.write("nested/second", "2")
	d.git("nested", "add", "-A")
	d.git("nested", "commit", "-q", "-m", "second")
	d.write("nested/untracked", "2")
	second := d.create()
	after := d.state("nested")
	d.exact(first)
	d.wantRead(first, "nested/file", "1", nil)
	if content := d.tree()["nested/file"].Content; content != "1" {
		d.Fatalf("nested/file: %q", content)
	}
	if _, err := os.Lstat(d.at("nested/second")); err == nil {
		d.Fatal("nested/second is still there")
	}
	if diff := cmp.Diff(after, d.state("nested")); diff != "" || state == after {
		d.Fatalf("the nested repository (-before +after):\n%s", diff)
	}
	d.exact(second)
	if out := d.git("nested", "status", "--porcelain"); out != "?? untracked\n" {
		d.Fatalf("status: %q", out)
	}
}

func gitState(d *desk) {
	d.write("tracked", "1")
	d.write("stashed", "1")
	d.repository(".")
	d.git(".", "branch", "other")
	d.write("stashed", "2")
	d.git(".", "stash", "-q")
	d.write(".git/info/exclude", "private\n")
	d.write("private", "1")
	d.write("tracked", "2")
	d.git(".", "add", "tracked")
	d.write("tracked", "3")
	d.write("untracked", "1")
	id := d.create()
	state, status := d.state("."), d.git(".", "status", "--porcelain")
	before, err := Walk(d.at(".git"))
	d.must(err)
	d.write("tracked", "4")
	d.remove("untracked")
	d.write("private", "2")
	d.exact(id)
	after, err := Walk(d.at(".git"))
	d.must(err)
	if diff := cmp.Diff(before, after); diff != "" {
		d.Fatalf("below .git (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(state+status, d.state(".")+d.git(".", "status", "--porcelain")); diff != "" {
		d.Fatalf("repository (-before +after):\n%s", diff)
	}
	if content := d.tree()["private"].Content; content != "1" {
		d.Fatalf("private: %q", content)
	}
}

// visible is the workspace without anything of git's own.
func (d *desk) visible() Tree {
	d.Helper()
	tree := d.tree()
	for path := range tree {
		if strings.Contains("/"+path+"/", "/.git/") {
			delete(tree, path)
		}
	}
	return tree
}

func (d *desk) wantVisible(want Tree) {
	d.Helper()
	if diff := cmp.Diff(want, d.visible()); diff != "" {
		d.Fatalf("workspace (-want +got):\n%s", diff)
	}
}

func submoduleAndWorktree(d *desk) {
	d.write("library/code", "1")
	d.repository("library")
	d.write("main/file", "1")
	d.repository("main")
	d.git("main", "submodule", "--quiet", "add", d.at("library"), "module")
	d.git("main", "commit", "-q", "-m", "with a submodule")
	d.git("main", "worktree", "add", "-q", "-b", "second", d.at("tree"))
	id := d.create()
	want := d.visible()
	states := d.state("library") + d.state("main") + d.state("main/module") + d.state("tree")
	d.write("main/module/code", "2")
	d.write("main/module/new", "2")
	d.write("tree/file", "2")
	d.write("tree/new", "2")
	d.remove("main/file")
	changed := d.visible()
	result := d.exact(id)
	d.wantVisible(want)
	d.undo(result.Undo)
	d.wantVisible(changed)
	if diff := cmp.Diff(states, d.state("library")+d.state("main")+d.state("main/module")+d.state("tree")); diff != "" {
		d.Fatalf("repositories (-before +after):\n%s", diff)
	}
}

func autocrlf(d *desk) {
	d.setenv("GIT_CONFIG_COUNT", "2")
	d.setenv("GIT_CONFIG_KEY_0", "core.autocrlf")
	d.setenv("GIT_CONFIG_VALUE_0", "true")
	d.setenv("GIT_CONFIG_KEY_1", "core.safecrlf")
	d.setenv("GIT_CONFIG_VALUE_1", "false")
	for path, content := range map[string]string{"crlf": "a\r\nb\r\n", "lf": "a\nb\n", "mixed": "a\r\nb\n", "script.sh": "#!/bin/sh\necho\n"} {
		d.write(path, content)
	}
	d.reopen(checkpoint.Options{})
	want := d.tree()
	id := d.create()
	for path := range want {
		d.write(path, "changed")
	}
	d.exact(id)
	d.wantTree(want)
}

// gitExcluded has what the user's own ignore rules, of all kinds, leave out.
func gitExcluded(d *desk) {
	excludes := d.root + "-excludes"
	d.must(os.WriteFile(excludes, []byte("*.local\n"), 0o644))
	d.setenv("GIT_CONFIG_COUNT", "1")
	d.setenv("GIT_CONFIG_KEY_0", "core.excludesFile")
	d.setenv("GIT_CONFIG_VALUE_0", excludes)
	d.write(".gitignore", "*.secret\n/build/\n")
	d.write("sub/.gitignore", "*\n")
	for _, path := range []string{"settings.local", "key.secret", "build/out", "sub/inside", "plain"} {
		d.write(path, "1")
	}
	d.reopen(checkpoint.Options{})
	want := d.tree()
	id := d.create()
	for _, path := range []string{"settings.local", "key.secret", "build/out", "sub/inside", "plain"} {
		d.write(path, "2")
	}
	d.remove("build")
	d.exact(id)
	d.wantTree(want)
}

func gitEnvironment(d *desk) {
	d.write("elsewhere/file", "1")
	d.repository("elsewhere")
	for name, value := range map[string]string{
		"GIT_DIR": d.at("elsewhere/.git"), "GIT_WORK_TREE": d.at("elsewhere"), "GIT_INDEX_FILE": d.at("elsewhere/.git/index"), "GIT_CEILING_DIRECTORIES": d.root,
	} {
		d.setenv(name, value)
	}
	d.reopen(checkpoint.Options{})
	d.write("file", "1")
	state := d.state("elsewhere")
	id := d.create()
	want := d.visible()
	d.write("file", "2")
	d.write("elsewhere/file", "2")
	d.exact(id)
	d.wantVisible(want)
	if diff := cmp.Diff(state, d.state("elsewhere")); diff != "" {
		d.Fatalf("repository (-before +after):\n%s", diff)
	}
}

// homeFolder has what a home folder has: keys that only their owner may read,
// caches, a rule that ignores everything, and the program's own data.
func homeFolder(d *desk) {
	d.close()
	d.setenv("HOME", d.root)
	own := d.at(".local/share/keel")
	d.dir = filepath.Join(own, "checkpoints")
	d.must(os.MkdirAll(own, 0o700))
	d.reopen(checkpoint.Options{Own: []string{own}})
	d.write(".gitignore", "*\n") // as where the settings are kept in a repository
	d.write(".ssh/id", "key")
	d.chmod(".ssh/id", 0o600)
	d.chmod(".ssh", 0o700)
	d.write(".gitconfig", "[core]\n\tautocrlf = true\n")
	d.write("notes.txt", "one\r\n")
	d.write(".local/share/keel/sessions", "1")
	id := d.create()
	d.write(".ssh/id", "other")
	d.chmod(".ssh/id", 0o644)
	d.write("notes.txt", "two\n")
	d.write(".local/share/keel/sessions", "2")
	d.exact(id)
	got := d.tree()
	for path, want := range map[string]Item{
		".ssh/id": {"-", 0o600, "key"}, ".ssh": {"d", 0o700, ""}, "notes.txt": {"-", 0o644, "one\r\n"}, ".local/share/keel/sessions": {"-", 0o644, "2"},
	} {
		if diff := cmp.Diff(want, got[path]); diff != "" {
			d.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}
