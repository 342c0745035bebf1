package sandbox_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/sandbox"
)

func TestMain(m *testing.M) {
	if sandbox.Is(os.Args[1:]) { // this binary is the helper of its own tests
		os.Exit(sandbox.Run(os.Args[1:]))
	}
	os.Exit(m.Run())
}

func TestWhatCannotBeWritten(t *testing.T) {
	tests := map[string]string{
		"the home folder":             "echo x > ~/new",
		"a start-up file":             "echo evil >> ~/.bashrc",
		"programs of the user":        "mkdir -p ~/.local/bin/x",
		"Keel's settings":             "echo '{\"keelAgent.trustedCommands\":[\"*\"]}' > ~/.config/keel/settings.json",
		"Keel's data":                 "echo x > ~/.local/share/keel/new",
		"the checkpoint store":        "echo x > ~/.local/share/keel/checkpoints/store",
		"cutting a file":              "truncate -s 0 ~/outside/file",
		"removing a file":             "rm -f ~/outside/file",
		"removing a folder":           "rm -rf ~/.local/share/keel",
		"renaming a file":             "mv -f ~/outside/file ~/outside/other",
		"moving a file out":           "mv file ~/outside/",
		"moving a file in":            "mv ~/outside/file .",
		"a symbolic link out":         "ln -s ~/outside link; echo x > link/file",
		"a symbolic link to a file":   "ln -s ~/.bashrc link2; echo x > link2",
		"a hard link in":              "ln ~/.bashrc hard && echo x > hard",
		"a hard link out":             "ln file ~/outside/hard",
		"a link made outside":         "ln -s x ~/outside/link",
		"a named pipe":                "mkfifo ~/pipe",
		"up from another folder":      "cd /; echo x > .." + "/new; cd ~/outside && echo x > new",
		"by its own root":             "echo x > /proc/self/root$HOME/new",
		"by its working folder":       "cd ~/outside; echo x > /proc/self/cwd/new",
		"an open folder":              "exec 9< ~/outside; echo x > /proc/self/fd/9/new",
		"the parent's root":           "echo x > /proc/$PPID/root$HOME/new",
		"mounting over it":            "mount --bind . ~/outside; echo x > ~/outside/new",
		"a namespace of its own":      "unshare -Urm sh -c 'mount --bind . ~/outside; echo x > ~/new'",
		"the helper again":            `/proc/self/exe __sandbox x; "$HELPER" __sandbox '{"write":["/"],"keep":[],"hide":[],"open":true,"network":true}' -- /bin/sh -c 'echo x > ~/new'`,
		"a background process of its": "(setsid sh -c 'echo x > ~/new' &) ; sleep 0.1",
		"a device file":               "mknod disk b 259 0 && echo x > disk",
		"as another user":             "sudo -n sh -c 'echo x > ~/new'; su -c 'echo x > ~/new'",
	}
	b := newBench(t)
	helper, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	before := b.tree()
	for name, line := range tests {
		t.Run(name, func(t *testing.T) {
			result := b.run("HELPER=" + helper + "; " + line)
			if result.ExitCode == 0 && !strings.HasPrefix(name, "a background") {
				t.Errorf("it went well: %q", result.Head)
			}
			if d := cmp.Diff(before, b.tree()); d != "" {
				t.Errorf("outside (-before +after):\n%s\n%s", d, result.Head)
			}
		})
	}
}

func TestWhatCanBeWritten(t *testing.T) {
	for name, line := range map[string]string{
		"a new file":              "echo new > new && [ $(cat new) = new ]",
		"a file at the top":       "echo more >> file && truncate -s 2 file && rm file",
		"folders":                 "mkdir -p a/b && touch a/b/c && rm -r a",
		"a rename across folders": "mkdir from to && touch from/x && mv from/x to/ && mv to from/",
		"a hard link":             "mkdir d && touch one && ln one d/two",
		"links and pipes":         "ln -s file link && mkfifo pipe",
		".git":                    "mkdir -p .git/hooks && echo x > .git/config",
		"temporary files":         "f=$(mktemp) && echo x > $f && mv $f moved && cat <<< here > $(mktemp -d)/x",
		"shared memory":           "f=$(mktemp -p /dev/shm) && rm $f",
		"devices":                 "echo x > /dev/null && cat /dev/zero | head -c 3 > z && echo x > /dev/stderr",
		"a cache":                 "echo x > ~/.npm/x",
		"a socket of its own":     `node -e 'require("net").createServer().listen("sock", () => process.exit())'`,
		"its own processes":       "sleep 60 & kill $! && ! wait $!",
		"a mode":                  "touch m && chmod 755 m && [ -x m ]",
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.write(".npm/old", "")
			if got := b.run(line); got.ExitCode != 0 || got.Limits != "limited" {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestWhatCanBeRead(t *testing.T) {
	b := newBench(t)
	for name, test := range map[string]struct {
		line string
		code int
	}{
		"outside":               {"cat ~/outside/file ~/.bashrc ~/.local/share/other/file /etc/passwd", 0},
		"a listing":             {"ls -la ~ ~/.local/share / >/dev/null", 0},
		"Keel's settings":       {"cat ~/.config/keel/settings.json", 0},
		"Keel's data":           {"cat ~/.local/share/keel/checkpoints/store", 1},
		"a link to it":          {"ln -s ~/.local/share/keel own; cat own/checkpoints/store", 1},
		"a hard link to it":     {"ln ~/.local/share/keel/checkpoints/store own2", 1},
		"moving it":             {"mv ~/.local/share/keel here", 1},
		"the parent's memory":   {"head -c 1 /proc/$PPID/mem", 1},
		"the parent's secrets":  {"cat /proc/$PPID/environ", 1},
		"the parent's files":    {"readlink /proc/$PPID/fd/1", 1},
		"tracing the parent":    {"! gdb -p $PPID --batch 2>&1 | grep -q 'Operation not permitted'", 1},
		"signalling the parent": {"kill -0 $PPID", 1},
	} {
		t.Run(name, func(t *testing.T) {
			got := b.run(test.line)
			if (got.ExitCode != 0) != (test.code != 0) {
				t.Errorf("exit code %d: %s", got.ExitCode, got.Head)
			}
		})
	}
}

// Where Keel's own data lies in the workspace, all but that can be written.
func TestOwnDataInsideTheWorkspace(t *testing.T) {
	b := newBench(t)
	b.workspace = b.home
	for line, works := range map[string]bool{
		"echo x > outside/file && echo x > outside/new": true,
		"echo x > .local/share/other/file":              true,
		"echo x > .local/share/keel/new":                false,
		"echo x > .config/keel/settings.json":           false,
		"mv .local/share/keel outside/":                 false,
		"mv .local outside/":                            false,
		"rm -r .local/share/keel":                       false,
		"cat .local/share/keel/checkpoints/store":       false,
		"echo x > new":                                  false, // said in the package comment
	} {
		if got := b.run(line); (got.ExitCode == 0) != works {
			t.Errorf("%s: %d, %s", line, got.ExitCode, got.Head)
		}
	}
	if got := b.read(".local/share/keel/checkpoints/store") + b.read(".config/keel/settings.json"); got != "store{}" {
		t.Errorf("now it is %q", got)
	}
}

// A folder that the agent has chosen does not widen what can be written (Cursor
// CVE-2026-50548, Codex CVE-2025-59532), nor does a link in its place.
func TestTheWorkingFolderDoesNotWiden(t *testing.T) {
	b := newBench(t)
	before := b.tree()
	for _, folder := range []string{b.home, filepath.Join(b.home, "outside"), b.data} {
		got, err := b.runner.Run(t.Context(), command.Spec{Command: "echo x > new; echo x > file; cd ..; echo x > new", Folder: folder}, nil)
		if err != nil || got.ExitCode == 0 {
			t.Errorf("in %s: %+v, %v", folder, got, err)
		}
	}
	if d := cmp.Diff(before, b.tree()); d != "" {
		t.Errorf("outside (-before +after):\n%s", d)
	}
}

// What one command leaves behind does not widen what the next may do.
func TestLinksInWritablePlacesDoNotWiden(t *testing.T) {
	b := newBench(t)
	temporary := filepath.Join(b.workspace, "tmp")
	b.environ = append(b.environ, "TMPDIR="+temporary, "npm_config_cache="+filepath.Join(b.workspace, "npm"), "GOCACHE="+filepath.Join(temporary, "go", "deep"))
	before := b.tree()
	if got := b.run("mkdir tmp; rmdir tmp; ln -s ~/outside tmp; ln -s ~ npm"); got.ExitCode != 0 {
		t.Fatal(got.Head)
	}
	if got := b.run("echo x > tmp/new; echo x > npm/new; echo x > ~/outside/file"); got.ExitCode == 0 {
		t.Errorf("%q with %q", got.Head, b.policy.Write)
	}
	if d := cmp.Diff(before, b.tree()); d != "" {
		t.Errorf("outside (-before +after):\n%s", d)
	}
}

// A command that cannot be confined does not run.
func TestRefusesWhatItCannotDo(t *testing.T) {
	b := newBench(t)
	for name, arguments := range map[string][]string{
		"a policy of another version": {"/proc/self/exe", sandbox.Argument, `{"write":[],"sockets":false}`, "--"},
		"no policy":                   {"/proc/self/exe", sandbox.Argument, "", "--"},
		"nothing to say":              {"/proc/self/exe", sandbox.Argument},
		"a shell that is not there":   {"/proc/self/exe", sandbox.Argument, `{"write":[]}`, "--", "/no/such/shell"},
	} {
		r := command.New(command.Options{Launcher: func([]string) (command.Launcher, error) {
			return command.Launcher{Arguments: arguments}, nil
		}})
		_, err := r.Run(t.Context(), command.Spec{Command: "touch ran", Folder: b.workspace}, nil)
		if !errors.Is(err, command.ErrNotConfined) {
			t.Errorf("%s: %v", name, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if b.read("workspace/ran") == "" {
		t.Error("it ran")
	}
}

func TestNetwork(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
		}
	}()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	node := func(line string) string { return `node -e '` + line + `'` }
	for name, line := range map[string]string{
		"TCP":                "exec 5<>/dev/tcp/127.0.0.1/" + port,
		"UDP":                "echo x > /dev/udp/127.0.0.1/9",
		"IPv6":               node(`require("dgram").createSocket("udp6").on("error", () => process.exit(1)).bind(0, () => process.exit())`),
		"a listener":         node(`require("net").createServer().listen(0, "127.0.0.1", () => process.exit())`),
		"a named socket":     node(`require("net").createServer().listen("sock", () => process.exit())`),
		"a child of a child": "sh -c 'sh -c \"exec 5<>/dev/tcp/127.0.0.1/" + port + "\"' || bash -c 'exec 5<>/dev/tcp/127.0.0.1/" + port + "'",
	} {
		for _, on := range []bool{true, false} {
			b := newBench(t)
			b.network = on
			if got := b.run(line); (got.ExitCode == 0) != on {
				t.Errorf("%s, network %v: exit code %d, %s", name, on, got.ExitCode, got.Head)
			}
		}
	}
	b := newBench(t)
	b.network = false
	for name, line := range map[string]string{
		"a pair":          `echo 'process.send("x", () => process.disconnect())' > child.js; ` + node(`require("child_process").fork("./child.js").on("message", m => process.exitCode = m === "x" ? 0 : 1)`),
		"pipes and files": "echo x | cat > new && [ $(cat new) = x ]",
		"interfaces":      node(`process.exit(require("os").networkInterfaces().lo ? 0 : 1)`),
	} {
		if got := b.run(line); got.ExitCode != 0 {
			t.Errorf("%s: %s", name, got.Head)
		}
	}
}
