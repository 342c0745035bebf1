package git

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// repo is a real repository in a folder of its own.
type repo struct {
	*testing.T
	dir     string
	environ []string
}

func newRepo(t *testing.T) *repo {
	t.Helper()
	top := t.TempDir()
	real, err := filepath.EvalSymlinks(top)
	if err != nil {
		t.Fatal(err)
	}
	home := filepath.Join(real, "home")
	r := &repo{T: t, dir: filepath.Join(real, "work"), environ: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home}}
	for _, folder := range []string{home, r.dir} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r.git("init", "-q", "-b", "main")
	return r
}

// git runs git as a person would, in the folder.
func (r *repo) git(arguments ...string) string { return r.gitIn(r.dir, arguments...) }

func (r *repo) gitIn(dir string, arguments ...string) string {
	r.Helper()
	command := exec.CommandContext(r.Context(), "git", append([]string{"-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"}, arguments...)...)
	command.Dir, command.Env = dir, r.environ
	out, err := command.CombinedOutput()
	if err != nil {
		r.Fatalf("git %v: %v\n%s", arguments, err, out)
	}
	return string(out)
}

func (r *repo) write(name, text string) {
	r.Helper()
	full := filepath.Join(r.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		r.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
		r.Fatal(err)
	}
}

func (r *repo) commit() {
	r.Helper()
	r.git("add", "-A")
	r.git("commit", "-q", "-m", "x")
}

func (r *repo) diff(o Options) Changes {
	r.Helper()
	o.Environ = r.environ
	found, err := Diff(r.Context(), r.dir, o)
	if err != nil {
		r.Fatal(err)
	}
	return found
}

func TestStagedUnstagedAndUntracked(t *testing.T) {
	r := newRepo(t)
	r.write(".gitignore", "ignored\n")
	r.write("a.txt", "one\ntwo\n")
	r.write("b.txt", "b\n")
	r.write("gone.txt", "gone\n")
	r.write("ü \"q\".txt", "x\n")
	r.write("picture.bin", "\x00\x01\x02")
	r.commit()
	r.write("a.txt", "one\nTWO\n")
	r.write("b.txt", "B\n")
	r.git("add", "b.txt")
	r.write("ü \"q\".txt", "y\xff\n")
	r.write("picture.bin", "\x00\x01\x03")
	r.write("staged.txt", "new\n")
	r.git("add", "staged.txt")
	r.git("rm", "-q", "gone.txt")
	r.write("untracked.txt", "u\n")
	r.write("folder/untracked.txt", "u\n")
	r.write("ignored", "i\n")
	index, err := os.ReadFile(filepath.Join(r.dir, ".git", "index"))
	if err != nil {
		t.Fatal(err)
	}
	got := r.diff(Options{})
	diff := got.Diff
	want := Changes{
		Branch: "main", Commit: strings.TrimSpace(r.git("rev-parse", "HEAD")),
		Files:     []File{{"a.txt", "M"}, {"b.txt", "M"}, {"gone.txt", "D"}, {"picture.bin", "M"}, {"staged.txt", "A"}, {"ü \"q\".txt", "M"}},
		Untracked: []string{"folder/", "untracked.txt"}, Size: got.Size,
	}
	got.Diff = ""
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("changes (-want +got):\n%s", d)
	}
	for _, part := range []string{"-two\n+TWO\n", "-b\n+B\n", "-gone\n", "+new\n", "Binary files a/picture.bin and b/picture.bin differ", "+y\uFFFD\n", "ü"} {
		if !strings.Contains(diff, part) {
			t.Errorf("the diff lacks %q:\n%s", part, diff)
		}
	}
	after, err := os.ReadFile(filepath.Join(r.dir, ".git", "index"))
	if err != nil || !bytes.Equal(index, after) {
		t.Errorf("the index was written: %v", err)
	}
}

func TestBeforeTheFirstCommitAndWithNothing(t *testing.T) {
	r := newRepo(t)
	if got := r.diff(Options{}); !got.None() || got.Branch != "main" {
		t.Errorf("an empty repository: %+v", got)
	}
	r.write("a.txt", "one\n")
	if got := r.diff(Options{}); got.None() || len(got.Files) != 0 {
		t.Errorf("an untracked file: %+v", got)
	}
	r.git("add", "a.txt")
	if got := r.diff(Options{}); !strings.Contains(got.Diff, "+one\n") || got.Commit != "" {
		t.Errorf("before the first commit: %+v", got)
	}
	r.commit()
	if got := r.diff(Options{}); !got.None() {
		t.Errorf("all is committed: %+v", got)
	}
	r.git("checkout", "-q", "--detach")
	if got := r.diff(Options{}); got.Branch != "" || got.Commit == "" {
		t.Errorf("without a branch: %+v", got)
	}
}

func TestOnlyTheOpenedFolderShows(t *testing.T) {
	r := newRepo(t)
	r.write("sub/a.txt", "one\n")
	r.write("other.txt", "one\n")
	r.commit()
	r.write("sub/a.txt", "two\n")
	r.write("other.txt", "secret\n")
	r.write("beside.txt", "u\n")
	got, err := Diff(t.Context(), filepath.Join(r.dir, "sub"), Options{Environ: r.environ})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]File{{"a.txt", "M"}}, got.Files); d != "" || len(got.Untracked) != 0 || strings.Contains(got.Diff, "secret") {
		t.Errorf("%s%+v", d, got)
	}
}

func TestKeptFilesAreLeftOut(t *testing.T) {
	r := newRepo(t)
	r.write(".env", "PASSWORD=old\n")
	r.write("a.txt", "one\n")
	r.write("was", "a file\n")
	r.commit()
	r.write(".env", "PASSWORD=new\n")
	r.write("a.txt", "two\n")
	if err := os.Remove(filepath.Join(r.dir, "was")); err != nil {
		t.Fatal(err)
	}
	r.write("was/.env", "PASSWORD=other\n") // below what the diff names as a file
	r.write("[a].txt", "glob\n")
	r.git("add", "-A")
	got := r.diff(Options{Withhold: func(_ context.Context, path string) bool { return filepath.Base(path) == ".env" }})
	if d := cmp.Diff([]string{".env", "was/.env"}, got.Kept); d != "" || strings.Contains(got.Diff, "PASSWORD") || !strings.Contains(got.Diff, "+two") || !strings.Contains(got.Diff, "+glob") {
		t.Errorf("%s%s", d, got.Diff)
	}
}

func TestAHugeDiffIsCut(t *testing.T) {
	r := newRepo(t)
	r.write("a.txt", "")
	r.commit()
	r.write("a.txt", strings.Repeat("é line\n", 100_000))
	got := r.diff(Options{Limit: 1001})
	if !got.Cut || len(got.Diff) > 1001 || !strings.HasSuffix(got.Diff, "line\n") || got.Size < 800_000 {
		t.Errorf("%d bytes of %d, cut %v", len(got.Diff), got.Size, got.Cut)
	}
}

func TestManyChangesAreBounded(t *testing.T) {
	r := newRepo(t)
	for i := range mostFiles + 5 {
		r.write("f/"+strings.Repeat("x", 20)+string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676)), "x\n")
	}
	r.git("add", "-A")
	got := r.diff(Options{})
	if got.More == 0 || len(got.Files)+got.More != mostFiles+5 {
		t.Errorf("%d files and %d more", len(got.Files), got.More)
	}
}

func TestWithoutGitOrARepository(t *testing.T) {
	r := newRepo(t)
	if _, err := Diff(t.Context(), r.dir, Options{Environ: []string{"PATH=" + t.TempDir()}}); !errors.Is(err, ErrNoGit) {
		t.Errorf("without git: %v", err)
	}
	if _, err := Diff(t.Context(), filepath.Dir(r.dir), Options{Environ: r.environ}); !errors.Is(err, ErrNoRepository) {
		t.Errorf("outside of a repository: %v", err)
	}
	bare := filepath.Join(filepath.Dir(r.dir), "bare")
	r.git("clone", "-q", "--bare", ".", bare)
	if _, err := Diff(t.Context(), bare, Options{Environ: r.environ}); !errors.Is(err, ErrNoRepository) {
		t.Errorf("a folder that looks like a repository: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Diff(ctx, r.dir, Options{Environ: r.environ}); !errors.Is(err, context.Canceled) {
		t.Errorf("after a stop: %v", err)
	}
}

func TestGitOfTheFolderIsNotRun(t *testing.T) {
	r := newRepo(t)
	canary := filepath.Join(filepath.Dir(r.dir), "canary")
	r.write("bin/git", "#!/bin/sh\ntouch '"+canary+"'\n")
	if err := os.Chmod(filepath.Join(r.dir, "bin", "git"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Diff(t.Context(), r.dir, Options{Environ: []string{"PATH=" + filepath.Join(r.dir, "bin") + string(filepath.ListSeparator) + "."}})
	if !errors.Is(err, ErrNoGit) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(canary); err == nil {
		t.Error("the folder's own git was run")
	}
}

// Every place of a configuration that names a program leaves a canary. A control
// shows that the traps work: git itself springs them.
func TestNothingThatARepositoryNamesIsRun(t *testing.T) {
	for _, trapped := range []bool{false, true} {
		r := newRepo(t)
		canary := filepath.Join(filepath.Dir(r.dir), "canary")
		program := filepath.Join(filepath.Dir(r.dir), "trap")
		if err := os.WriteFile(program, []byte("#!/bin/sh\necho \"$0 $*\" >>'"+canary+"'\ncat\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		r.write("a.txt", "one\n")
		r.write("nested/inner.txt", "one\n")
		r.gitIn(filepath.Join(r.dir, "nested"), "init", "-q")
		r.gitIn(filepath.Join(r.dir, "nested"), "add", "-A")
		r.gitIn(filepath.Join(r.dir, "nested"), "commit", "-q", "-m", "x")
		r.commit()
		for _, dir := range []string{r.dir, filepath.Join(r.dir, "nested")} {
			for _, setting := range []string{
				"core.fsmonitor", "core.pager", "core.editor", "core.askpass", "core.sshcommand", "core.gitproxy", "core.alternaterefscommand",
				"pager.diff", "pager.rev-parse", "pager.config", "pager.ls-files", "diff.external", "diff.trap.command", "diff.trap.textconv",
				"filter.trap.clean", "filter.trap.smudge", "filter.trap.process", "credential.helper", "interactive.difffilter",
				"gpg.program", "uploadpack.packobjectshook", "remote.origin.uploadpack", "merge.trap.driver", "trace2.eventtarget",
			} {
				r.gitIn(dir, "config", setting, program)
			}
			for name, value := range map[string]string{
				"alias.diff": "!" + program, "alias.rev-parse": "!" + program, "core.hookspath": filepath.Join(r.dir, "hooks"),
				"filter.trap.required": "true", "remote.origin.url": "ext::" + program, "remote.origin.promisor": "true",
				"protocol.ext.allow": "always", "protocol.allow": "always", "extensions.partialclone": "origin", "core.repositoryformatversion": "1",
				"submodule.recurse": "true", "diff.submodule": "diff", "diff.ignoresubmodules": "none", "status.submodulesummary": "true",
			} {
				r.gitIn(dir, "config", name, value)
			}
		}
		hook, err := os.ReadFile(program)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"post-index-change", "reference-transaction", "fsmonitor-watchman", "post-checkout"} {
			for _, place := range []string{"hooks", ".git/hooks"} {
				r.write(place+"/"+name, string(hook))
				if err := os.Chmod(filepath.Join(r.dir, place, name), 0o755); err != nil {
					t.Fatal(err)
				}
			}
		}
		const attributes = "* filter=trap diff=trap merge=trap\n"
		r.write(".gitattributes", attributes)
		r.write(".git/info/attributes", attributes)
		r.write("a.txt", "two\n")
		r.write("nested/inner.txt", "two\n")
		if trapped {
			command := exec.CommandContext(t.Context(), "git", "diff", "HEAD")
			command.Dir, command.Env = r.dir, r.environ
			out, err := command.CombinedOutput()
			if _, missing := os.Stat(canary); missing != nil {
				t.Errorf("git springs no trap, so that this test shows nothing: %v\n%s", err, out)
			}
			continue
		}
		_ = os.Remove(canary) // setting the traps may have sprung some
		got := r.diff(Options{})
		if sprung, err := os.ReadFile(canary); err == nil {
			t.Errorf("it ran:\n%s", sprung)
		}
		if !strings.Contains(got.Diff, "-one\n+two\n") {
			t.Errorf("the diff is not there:\n%s", got.Diff)
		}
		// A commit that is not there must not be fetched.
		r.write(".git/refs/heads/main", strings.Repeat("1", 40)+"\n")
		if _, err := Diff(t.Context(), r.dir, Options{Environ: r.environ}); !errors.Is(err, ErrMissing) {
			t.Errorf("without its commit: %v", err)
		}
		if sprung, err := os.ReadFile(canary); err == nil {
			t.Errorf("for a missing commit it ran:\n%s", sprung)
		}
	}
}

// A folder can name any repository of the user's; only one that knows it is read.
func TestARepositoryElsewhereMustKnowTheFolder(t *testing.T) {
	r := newRepo(t)
	r.write("secret.txt", "secret\n")
	r.commit()
	tree := filepath.Join(filepath.Dir(r.dir), "tree")
	r.git("worktree", "add", "-q", tree)
	if err := os.WriteFile(filepath.Join(tree, "secret.txt"), []byte("changed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Diff(t.Context(), tree, Options{Environ: r.environ})
	if err != nil || !strings.Contains(got.Diff, "+changed") {
		t.Errorf("a work tree of it: %v, %v", got, err)
	}
	stranger := func(name string, make func(dir string)) {
		dir := filepath.Join(filepath.Dir(r.dir), name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		make(dir)
		if got, err := Diff(t.Context(), dir, Options{Environ: r.environ}); !errors.Is(err, ErrElsewhere) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stranger("pointer", func(dir string) { write(filepath.Join(dir, ".git"), "gitdir: "+filepath.Join(r.dir, ".git")+"\n") })
	stranger("tree-pointer", func(dir string) {
		write(filepath.Join(dir, ".git"), "gitdir: "+filepath.Join(r.dir, ".git", "worktrees", "tree")+"\n")
	})
	stranger("link", func(dir string) {
		if err := os.Symlink(filepath.Join(r.dir, ".git"), filepath.Join(dir, ".git")); err != nil {
			t.Fatal(err)
		}
	})
	stranger("common", func(dir string) {
		r.gitIn(dir, "init", "-q", "-b", "main")
		write(filepath.Join(dir, ".git", "commondir"), filepath.Join(r.dir, ".git")+"\n")
	})
	stranger("objects", func(dir string) {
		r.gitIn(dir, "init", "-q", "-b", "main")
		if err := os.RemoveAll(filepath.Join(dir, ".git", "objects")); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(r.dir, ".git", "objects"), filepath.Join(dir, ".git", "objects")); err != nil {
			t.Fatal(err)
		}
	})
}

// A name that leads to another repository's, with its objects borrowed, would show
// what is committed there.
func TestNamesThatLeadElsewhere(t *testing.T) {
	private := newRepo(t)
	private.write("plan.txt", "PRIVATE\n")
	private.commit()
	theirs := filepath.Join(private.dir, ".git", "refs", "heads", "main")
	link := func(t *testing.T, to, name string) {
		t.Helper()
		if err := errors.Join(os.RemoveAll(name), os.MkdirAll(filepath.Dir(name), 0o755), os.Symlink(to, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, lead := range map[string]func(t *testing.T, r *repo, dir string){
		"a branch": func(t *testing.T, _ *repo, dir string) { link(t, theirs, filepath.Join(dir, "refs", "heads", "main")) },
		"a folder": func(t *testing.T, r *repo, dir string) {
			r.write(".git/HEAD", "ref: refs/heads/a/main\n")
			link(t, filepath.Dir(theirs), filepath.Join(dir, "refs", "heads", "a"))
		},
		"over another name": func(t *testing.T, r *repo, dir string) {
			r.write(".git/refs/heads/main", "ref: refs/heads/b\n")
			link(t, "refs/heads/c", filepath.Join(dir, "refs", "heads", "b"))
			link(t, theirs, filepath.Join(dir, "refs", "heads", "c"))
		},
		"beside the branches": func(t *testing.T, r *repo, dir string) {
			r.write(".git/HEAD", "ref: refs/bisect/main\n")
			link(t, filepath.Dir(theirs), filepath.Join(dir, "refs", "bisect"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepo(t)
			dir := filepath.Join(r.dir, ".git")
			r.write("a.txt", "a\n")
			r.write(".git/objects/info/alternates", filepath.Join(private.dir, ".git", "objects")+"\n")
			lead(t, r, dir)
			head := exec.CommandContext(t.Context(), "git", "cat-file", "-p", "HEAD:plan.txt")
			head.Dir, head.Env = r.dir, r.environ
			if out, err := head.CombinedOutput(); err != nil || string(out) != "PRIVATE\n" {
				t.Fatalf("git itself is not led there: %s, %v", out, err)
			}
			if got, err := Diff(t.Context(), r.dir, Options{Environ: r.environ}); !errors.Is(err, ErrElsewhere) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	t.Run("within it", func(t *testing.T) {
		r := newRepo(t)
		r.write("a.txt", "one\n")
		r.commit()
		link(t, "refs/heads/main", filepath.Join(r.dir, ".git", "HEAD"))
		r.write("a.txt", "two\n")
		if got := r.diff(Options{}); !strings.Contains(got.Diff, "+two") || got.Branch != "main" {
			t.Errorf("%+v", got)
		}
	})
}

func TestUnusualRepositories(t *testing.T) {
	t.Run("split index", func(t *testing.T) {
		r := newRepo(t)
		r.write("a.txt", "one\n")
		r.commit()
		r.git("update-index", "--split-index")
		r.write("a.txt", "two\n")
		if got := r.diff(Options{}); !strings.Contains(got.Diff, "+two") {
			t.Errorf("%+v", got)
		}
	})
	t.Run("sha256", func(t *testing.T) {
		r := newRepo(t)
		if err := os.RemoveAll(filepath.Join(r.dir, ".git")); err != nil {
			t.Fatal(err)
		}
		r.git("init", "-q", "--object-format=sha256")
		r.write("a.txt", "one\n")
		r.git("add", "-A")
		if got := r.diff(Options{}); !strings.Contains(got.Diff, "+one") {
			t.Errorf("%+v", got)
		}
		r.commit()
		r.write("a.txt", "two\n")
		if got := r.diff(Options{}); !strings.Contains(got.Diff, "+two") {
			t.Errorf("%+v", got)
		}
	})
	t.Run("line endings", func(t *testing.T) {
		r := newRepo(t)
		r.git("config", "core.autocrlf", "true")
		r.write("a.txt", "one\r\ntwo\r\n")
		r.commit()
		r.write("a.txt", "one\r\nTWO\r\n")
		if got := r.diff(Options{}); !strings.Contains(got.Diff, " one\n-two\n+TWO") {
			t.Errorf("%q", got.Diff)
		}
	})
	t.Run("conflict", func(t *testing.T) {
		r := newRepo(t)
		r.write("a.txt", "one\n")
		r.commit()
		r.git("checkout", "-q", "-b", "side")
		r.write("a.txt", "side\n")
		r.commit()
		r.git("checkout", "-q", "main")
		r.write("a.txt", "main\n")
		r.commit()
		merge := exec.CommandContext(t.Context(), "git", "-c", "user.name=A", "-c", "user.email=a@example.com", "merge", "side")
		merge.Dir, merge.Env = r.dir, r.environ
		if err := merge.Run(); err == nil {
			t.Fatal("there is no conflict")
		}
		got := r.diff(Options{})
		if len(got.Files) != 1 || got.Files[0].Path != "a.txt" || !strings.Contains(got.Diff, "<<<<<<<") {
			t.Errorf("%v\n%s", got.Files, got.Diff)
		}
	})
	t.Run("the user's excludes", func(t *testing.T) {
		r := newRepo(t)
		r.write("../home/.config/git/ignore", "*.mine\n")
		r.write(".git/info/exclude", "*.here\n")
		for _, name := range []string{"a.mine", "b.here", "c.txt"} {
			r.write(name, "x")
		}
		if d := cmp.Diff([]string{"c.txt"}, r.diff(Options{}).Untracked); d != "" {
			t.Error(d)
		}
	})
}
