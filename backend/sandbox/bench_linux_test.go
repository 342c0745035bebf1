package sandbox_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/sandbox"
)

// bench is a home folder with a workspace in it, beside which Keel has its own.
// It does not lie where temporary files may be written: those have a folder of
// their own, as /tmp may hold this repository.
type bench struct {
	t                             testing.TB
	home, workspace, data, config string
	environ                       []string
	network                       bool
	policy                        sandbox.Policy
	runner                        *command.Runner
}

func newBench(t testing.TB) *bench {
	t.Helper()
	if state := sandbox.Look(); !state.Available {
		t.Fatalf("this machine has no sandbox to test: %s", state.Detail)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	home, err := os.MkdirTemp(here, ".home-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(home); err != nil {
			t.Error(err)
		}
	})
	b := &bench{
		t: t, home: home, workspace: filepath.Join(home, "workspace"), network: true,
		data: filepath.Join(home, ".local", "share", "keel"), config: filepath.Join(home, ".config", "keel"),
	}
	b.environ = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir()}
	b.environ = append(b.environ, goEnvironment(t)...)
	b.write(".bashrc", "# mine")
	b.write(".config/keel/settings.json", "{}")
	b.write(".local/share/keel/checkpoints/store", "store")
	b.write(".local/share/other/file", "other")
	b.write("outside/file", "outside")
	b.write("workspace/file", "file")
	b.runner = command.New(command.Options{
		Grace: 200 * time.Millisecond, Workspace: b.workspace,
		Environ: func() []string { return b.environ }, Launcher: b.launch,
	})
	t.Cleanup(func() {
		if err := b.runner.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// goEnvironment has the real caches used, so that the standard library is not
// built again for each home folder.
func goEnvironment(t testing.TB) []string {
	t.Helper()
	names := []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS", "GOROOT"}
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for i, value := range strings.Split(strings.TrimSuffix(string(out), "\n"), "\n") {
		all = append(all, names[i]+"="+value)
	}
	return all
}

func (b *bench) launch(environ []string) (command.Launcher, error) {
	own := []string{b.config, b.data}
	b.policy = sandbox.Policy{
		Write: sandbox.Places(b.workspace, environ, own), Keep: []string{b.config}, Hide: []string{b.data}, Network: b.network,
	}
	arguments, err := sandbox.Launch("/proc/self/exe", b.policy)
	return command.Launcher{Arguments: arguments, Limits: "limited"}, err
}

func (b *bench) write(path, text string) {
	b.t.Helper()
	full := filepath.Join(b.home, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) read(path string) string {
	text, err := os.ReadFile(filepath.Join(b.home, path))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func (b *bench) run(line string) command.Result {
	b.t.Helper()
	result, err := b.runner.Run(b.t.Context(), command.Spec{Command: line, Folder: b.workspace}, nil)
	if err != nil {
		b.t.Fatalf("%s: %v", line, err)
	}
	return result
}

// tree is everything outside the workspace with its content, once there are the
// folders for caches.
func (b *bench) tree() string {
	b.t.Helper()
	b.run("true")
	var all strings.Builder
	err := filepath.WalkDir(b.home, func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path == b.workspace:
			return filepath.SkipDir
		}
		text, _ := os.ReadFile(path) // of a folder there is none
		fmt.Fprintf(&all, "%s %v %q\n", path, d.Type(), text)
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return all.String()
}
