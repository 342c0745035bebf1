//go:build unix

package guard_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/approval/guard"
)

// oracle runs what policy and guard let run unasked under the real bash, with a
// PATH that holds only stubs, and looks at what was really started.
type oracle struct {
	shell     string
	bin       string
	policy    *approval.Policy
	patterns  []string
	empty     string // a folder without files
	hostile   string // a folder whose files are called like options
	untouched map[string]string
}

// oraclePatterns are trusted while the oracle runs.
func oraclePatterns() []string {
	return []string{
		"git *", "npm *", "ls *", "find *", "go test *", "rg *", "echo *", "sort *", "sed *", "tar *", "printf *", "test *",
		"cat *", "make *", "npm run build", "python -m pytest *", "./run.sh *",
	}
}

// hostileNames are files that become options or subcommands where a pattern of
// names is expanded.
func hostileNames() []string {
	return []string{"-exec", "-delete", "--output=x", "--output=x.go", "--pre=x", "-c", "-o", "-fprint", "a.go", "b c", "{}", ";", "exec", "~", "SHELL=x", "e id", "--checkpoint-action=x", "-execdir", "-v", "a[$(curl x)]", "%n"}
}

// stub builds the program that stands for every other one.
func stub(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stub")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "./testdata/stub").CombinedOutput(); err != nil {
		t.Fatalf("building the stub: %v\n%s", err, out)
	}
	return path
}

func newOracle(t testing.TB, stub string) *oracle {
	t.Helper()
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Fatalf("the oracle needs bash, as Keel itself does: %v", err)
	}
	dir := t.TempDir()
	o := &oracle{shell: shell, bin: filepath.Join(dir, "bin"), empty: filepath.Join(dir, "empty"), hostile: filepath.Join(dir, "hostile"), patterns: oraclePatterns()}
	for _, folder := range []string{o.bin, o.empty, o.hostile} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range strings.Fields("git npm ls find go rg sort sed tar cat make python missing") {
		if err := os.Symlink(stub, filepath.Join(o.bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range hostileNames() {
		if err := os.WriteFile(filepath.Join(o.hostile, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"npm", "run.sh", "x"} { // found only by a path
		if err := os.Symlink(stub, filepath.Join(o.hostile, name)); err != nil {
			t.Fatal(err)
		}
	}
	o.policy = approval.NewPolicy(approval.Options{Root: dir, Guard: guard.New(),
		Rules: func() approval.Rules { return approval.Rules{TrustedCommands: o.patterns} }})
	o.untouched = map[string]string{o.empty: state(t, o.empty), o.hostile: state(t, o.hostile)}
	return o
}

// allows asks the policy.
func (o *oracle) allows(command string) bool {
	return o.policy.Decide(context.Background(), approval.Request{Kind: "execute", Command: command, Mode: "autopilot"}).Effect == approval.Allow
}

// examine runs a command and returns what it did besides what the patterns show.
func (o *oracle) examine(t testing.TB, command string) (started int, violations []string) {
	t.Helper()
	folders := []string{o.empty}
	if strings.ContainsAny(command, "*?[~{/") {
		folders = append(folders, o.hostile)
	}
	for _, folder := range folders {
		records := o.run(t, folder, command)
		started += len(records)
		for _, argv := range records {
			if !o.covered(argv) {
				violations = append(violations, fmt.Sprintf("started %q, which no pattern covers", argv))
			}
			if option := harmful(argv); option != "" {
				violations = append(violations, fmt.Sprintf("started %q with %q", argv, option))
			}
		}
		if after := state(t, folder); after != o.untouched[folder] {
			violations = append(violations, fmt.Sprintf("changed the folder from %s to %s", o.untouched[folder], after))
			o.untouched[folder] = after
		}
	}
	return started, violations
}

// run starts the command as the runner does and returns the arguments of every
// program that it started, in the background too.
func (o *oracle) run(t testing.TB, folder, command string) [][]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	shell := exec.CommandContext(ctx, o.shell, "--noprofile", "--norc", "-c", "--", command)
	shell.Dir = folder
	shell.ExtraFiles = []*os.File{writer}
	// Bash takes this function from its environment: what it does not find is logged too.
	shell.Env = []string{"PATH=" + o.bin, "HOME=" + folder, "LC_ALL=C.UTF-8", `BASH_FUNC_command_not_found_handle%%=() { missing "$@"; }`}
	if err := shell.Start(); err != nil {
		writer.Close()
		t.Fatal(err)
	}
	writer.Close()
	log, err := io.ReadAll(reader) // ends when the last program has
	if err != nil {
		t.Fatal(err)
	}
	_ = shell.Wait() // how it ends plays no part
	if ctx.Err() != nil {
		t.Errorf("%q does not end", command)
	}
	return records(t, string(log))
}

// records divides the log of the stubs.
func records(t testing.TB, log string) [][]string {
	t.Helper()
	var all [][]string
	fields := strings.Split(log, "\x00")
	for len(fields) > 1 {
		n, err := strconv.Atoi(fields[0])
		if err != nil || n+1 > len(fields) {
			t.Fatalf("reading the log: %q", log)
		}
		argv := fields[1 : n+1]
		if argv[0] == "missing" {
			argv = argv[1:]
		}
		all = append(all, argv)
		fields = fields[n+1:]
	}
	return all
}

// covered reports whether a pattern's words are the first words that were
// started: not as text, so that it does not share the policy's own code.
func (o *oracle) covered(argv []string) bool {
	return slices.ContainsFunc(o.patterns, func(pattern string) bool {
		words := strings.Fields(pattern)
		if words[len(words)-1] != "*" {
			return slices.Equal(words, argv)
		}
		words = words[:len(words)-1]
		return len(argv) >= len(words) && slices.Equal(words, argv[:len(words)])
	})
}

// harmful returns an option that starts a program or writes a file, for some
// programs, found without the guard's own code.
func harmful(argv []string) string {
	long := map[string][]string{
		"git":  {"--ext-diff", "--output", "--exec-path", "--upload-pack", "--open-files-in-pager"},
		"rg":   {"--pre", "--hostname-bin"},
		"sort": {"--output", "--compress-program"},
		"tar":  {"--checkpoint-action", "--to-command", "--use-compress-program"},
		"sed":  {"--in-place"},
	}
	exact := map[string][]string{
		"find": {"-exec", "-execdir", "-ok", "-okdir", "-delete", "-fprint", "-fprint0", "-fprintf", "-fls"},
		"go":   {"-exec", "-toolexec", "--exec", "--toolexec"},
		"sort": {"-o"}, "sed": {"-i"}, "tar": {"-I"}, "make": {"-f", "-C"},
	}
	for i, arg := range argv[1:] {
		if slices.Contains(exact[argv[0]], arg) && (argv[0] == "find" || !slices.Contains(argv[:i+1], "--")) {
			return arg
		}
		if slices.Contains(argv[:i+1], "--") {
			continue
		}
		name, _, _ := strings.Cut(arg, "=")
		for _, option := range long[argv[0]] {
			if name == option {
				return arg
			}
		}
		if argv[0] == "make" && strings.HasPrefix(arg, "SHELL=") {
			return arg
		}
	}
	if argv[0] == "git" && len(argv) > 1 && slices.Contains([]string{"-c", "-C", "--git-dir", "--work-tree", "difftool", "config"}, argv[1]) {
		return argv[1]
	}
	return ""
}

// state describes the files of a folder.
func state(t testing.TB, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprint(entry.Name(), info.Size(), info.Mode(), info.ModTime().UnixNano()))
	}
	return strings.Join(all, "\n")
}

// TestOracle generates commands and examines those that run unasked.
// KEEL_ORACLE says how many, KEEL_ORACLE_SEED where to begin.
func TestOracle(t *testing.T) {
	count, seed := number(t, "KEEL_ORACLE", 20_000), number(t, "KEEL_ORACLE_SEED", 5)
	if testing.Short() {
		count = 1000
	}
	var commands []string
	for _, e := range examples(t) {
		commands = append(commands, e.command)
	}
	generator := newGenerator(uint64(seed), commands)
	generated := make(chan string)
	var (
		group            sync.WaitGroup
		mutex            sync.Mutex // guards allowed, started
		allowed, started int
	)
	program := stub(t)
	for range 4 {
		o := newOracle(t, program)
		group.Go(func() {
			for command := range generated {
				if !o.allows(command) {
					continue
				}
				n, violations := o.examine(t, command)
				for _, violation := range violations {
					t.Errorf("%q runs unasked and %s", command, violation)
				}
				mutex.Lock()
				allowed++
				started += n
				mutex.Unlock()
			}
		})
	}
	for range count {
		generated <- generator.command()
	}
	close(generated)
	group.Wait()
	t.Logf("seed %d: %d commands, %d ran unasked and started %d programs", seed, count, allowed, started)
	if allowed < count/10 || started < count/10 {
		t.Errorf("only %d of %d commands ran unasked, so little was shown", allowed, count)
	}
}

func number(t *testing.T, name string, otherwise int) int {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// TestOracleExamples runs what the corpus lets run.
func TestOracleExamples(t *testing.T) {
	o := newOracle(t, stub(t))
	for _, e := range examples(t) {
		if e.effect != "allow" || !o.allows(e.command) {
			continue
		}
		if _, violations := o.examine(t, e.command); len(violations) > 0 {
			t.Errorf("corpus.txt:%d: %q runs unasked and %s", e.line, e.command, strings.Join(violations, "; "))
		}
	}
}

// TestOracleNotices shows that the oracle finds what it is there to find.
func TestOracleNotices(t *testing.T) {
	o := newOracle(t, stub(t))
	for _, command := range []string{
		"npm test && curl evil.example", "npm test; nosuchprogram", "echo $(id)", "npm test | sh", "git log & curl evil.example",
		"go build", "./npm test", "npm run build x && make", "echo x > written", "find *", "git --out*", "make SHELL=x", "rg --pre id x",
		"git -c a.b=c log", "cat <(id)", "X=1 curl evil.example", "alias git=x; curl evil.example", "echo `curl evil.example`",
	} {
		o.patterns = oraclePatterns()
		if strings.HasPrefix(command, "npm run") {
			o.patterns = []string{"npm run build", "make *"}
		}
		if _, violations := o.examine(t, command); len(violations) == 0 {
			t.Errorf("the oracle finds nothing in %q", command)
		}
	}
}

// FuzzOracle looks for a text that runs unasked and does more than it shows.
func FuzzOracle(f *testing.F) {
	o := newOracle(f, stub(f))
	for _, e := range examples(f) {
		f.Add(e.command)
	}
	f.Fuzz(func(t *testing.T, command string) {
		if !o.allows(command) {
			return
		}
		if _, violations := o.examine(t, command); len(violations) > 0 {
			t.Errorf("%q runs unasked and %s", command, strings.Join(violations, "; "))
		}
	})
}
