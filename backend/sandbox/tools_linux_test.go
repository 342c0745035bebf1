package sandbox_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/command"
)

// Outcome, signals, marks, output and the end of a process tree are as without.
func TestCommandsBehaveAsWithout(t *testing.T) {
	b := newBench(t)
	plain := command.New(command.Options{Grace: 200 * time.Millisecond, Environ: func() []string { return b.environ }})
	defer plain.Close()
	for _, line := range []string{
		"exit 7", "kill -KILL $$", "kill -SEGV $$", "echo 1; echo 2 >&2; echo 3", "-x 2>/dev/null", "no-such-program 2>/dev/null",
		"ulimit -n; ulimit -u; umask", "env | grep -v ^KEEL_COMMAND= | sort", "echo $KEEL_COMMAND | grep -c .", "ls /proc/self/fd | wc -l",
		"[ $(ps -o sid= -p $$) = $$ ] && echo session", "grep -E '^Sig(Blk|Ign)' /proc/self/status", "cat", "echo \"$0\" $#; pwd",
		"(echo x > /dev/tty) 2>/dev/null || echo none", "seq 1 100000 | tail -n 1",
	} {
		want, err := plain.Run(t.Context(), command.Spec{Command: line, Folder: b.workspace}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.run(line); got.ExitCode != want.ExitCode || got.Signal != want.Signal || got.Head != want.Head || got.Tail != want.Tail {
			t.Errorf("%s: %d %s %q, without a sandbox %d %s %q", line, got.ExitCode, got.Signal, got.Head, want.ExitCode, want.Signal, want.Head)
		}
	}
	got, err := b.runner.Run(t.Context(), command.Spec{Command: "setsid sleep 60 & sleep 60 & wait", Folder: b.workspace, Timeout: 300 * time.Millisecond}, nil)
	if err != nil || !got.TimedOut || len(got.Remaining) > 0 {
		t.Errorf("timed out: %+v, %v", got, err)
	}
	got, err = b.runner.Run(t.Context(), command.Spec{Command: "echo begins; sleep 60", Folder: b.workspace, Keep: 300 * time.Millisecond}, nil)
	if err != nil || !got.Running || got.Limits == "" {
		t.Fatalf("in the background: %+v, %v", got, err)
	}
	output := got.Head
	for output != "begins\n" {
		seen, err := b.runner.Look(t.Context(), got.ID, time.Minute)
		if err != nil || !seen.Running {
			t.Fatalf("looking: %+v, %v", seen, err)
		}
		output += seen.Head
	}
	if err := b.runner.Stop(t.Context(), got.ID); err != nil || got.Living() {
		t.Errorf("stopping: %v", err)
	}
}

func TestToolsWork(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		line  string
	}{
		"go": {map[string]string{
			"go.mod": "module example.com/x\n\ngo 1.26\n", "x.go": "package main\n\nfunc main() { println(\"built\") }\n",
			"x_test.go": "package main\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestX(t *testing.T) {\n\tif err := os.WriteFile(t.TempDir()+\"/x\", nil, 0o600); err != nil {\n\t\tt.Fatal(err)\n\t}\n}\n",
		}, "go build -o x . && ./x && go test . && go vet ."},
		"npm": {map[string]string{
			"package.json": `{"name": "x", "version": "1.0.0", "scripts": {"test": "node -e 'require(\"fs\").writeFileSync(\"done\", \"\")'"}}`,
		}, "npm test && npm install && [ -e done ] && [ -e package-lock.json ]"},
		"git": {map[string]string{"a": "a"}, "git init -q . && git add . && git -c user.name=x -c user.email=x@example.com commit -qm first && git branch other && git switch -q other && git gc -q && git log --oneline | grep first"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			for path, text := range test.files {
				b.write("workspace/"+path, text)
			}
			if got := b.run(test.line); got.ExitCode != 0 {
				t.Errorf("exit code %d:\n%s%s", got.ExitCode, got.Head, got.Tail)
			}
		})
	}
}

// A linked worktree keeps its index and commits in the main repository; a .git
// file that a command has written reaches nothing.
func TestWorktree(t *testing.T) {
	b := newBench(t)
	const identity = "git -c user.name=x -c user.email=x@example.com "
	b.write("main/file", "main")
	setUp := exec.CommandContext(t.Context(), "bash", "-ec", "cd $HOME/main; git init -q; git add .; "+identity+"commit -qm first; rm -r $HOME/workspace; git worktree add -q $HOME/workspace")
	setUp.Env = b.environ
	if out, err := setUp.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := b.run("echo x > new && git add . && " + identity + "commit -qm second && git log --oneline | grep second"); got.ExitCode != 0 {
		t.Errorf("committing: %s", got.Head)
	}
	for _, line := range []string{
		"echo x > ~/main/.git/hooks/pre-commit", "git config core.fsmonitor evil", "echo x > ~/main/file",
		"mkdir -p ~/main/.git/worktrees/other",
	} {
		if got := b.run(line); got.ExitCode == 0 {
			t.Errorf("it went well: %s", line)
		}
	}
	b.write("outside/worktrees/x/gitdir", filepath.Join(b.workspace, ".gitx")+"\n")
	b.write("outside/objects/x", "")
	for _, forged := range []string{"~/outside/worktrees/x", "$PWD/forged/worktrees/x"} {
		line := "mkdir -p forged/worktrees/x; ln -sfn ~/outside forged/objects; echo $PWD/.git > forged/worktrees/x/gitdir; rm -f .git; echo gitdir: " + forged + " > .git"
		if got := b.run(line); got.ExitCode != 0 {
			t.Fatal(got.Head)
		}
		if got := b.run("echo x > ~/outside/objects/x || echo x > ~/outside/file"); got.ExitCode == 0 {
			t.Errorf("%s widens to %q", forged, b.policy.Write)
		}
	}
}

// BenchmarkStart is what a command costs beside what it does, confined and not,
// with the small helper and with a program as large as this test.
func BenchmarkStart(b *testing.B) {
	bench := newBench(b)
	helper := filepath.Join(b.TempDir(), "keel-helper")
	build := exec.CommandContext(context.Background(), "go", "build", "-o", helper, "github.com/keel-ide/keel/app/helper")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("building the helper: %v\n%s", err, out)
	}
	launch := func(helper string) func(environ []string) (command.Launcher, error) {
		return func(environ []string) (command.Launcher, error) {
			launcher, err := bench.launch(environ)
			launcher.Arguments[0] = helper
			return launcher, err
		}
	}
	for _, each := range []struct {
		name     string
		launcher func([]string) (command.Launcher, error)
	}{{"plain", nil}, {"confined", launch(helper)}, {"confined by itself", launch("/proc/self/exe")}} {
		b.Run(each.name, func(b *testing.B) {
			r := command.New(command.Options{Environ: func() []string { return bench.environ }, Launcher: each.launcher})
			defer r.Close()
			for b.Loop() {
				if got, err := r.Run(b.Context(), command.Spec{Command: "true", Folder: bench.workspace}, nil); err != nil || got.ExitCode != 0 {
					b.Fatal(got, err)
				}
			}
		})
	}
}
