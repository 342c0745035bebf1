package tool_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/tool"
)

func TestRunCommand(t *testing.T) {
	b := newBench(t, map[string]string{"sub/x": ""})
	tests := []struct {
		call    []any
		title   string
		text    string // with durations as N
		code    int
		isError bool
	}{
		{[]any{"command", "echo out; echo err >&2"}, "Run echo out; echo err >&2", "out\nerr\n[exit code 0 after N]", 0, false},
		{[]any{"command", "printf x; exit 3"}, "Run printf x; exit 3", "x\n[exit code 3 after N]", 3, true},
		{[]any{"command", "true"}, "Run true", "[no output; exit code 0 after N]", 0, false},
		{[]any{"command", "basename \"$PWD\"", "cwd", "sub"}, "Run basename \"$PWD\"", "sub\n[exit code 0 after N]", 0, false},
		{[]any{"command", "echo a\necho b"}, "Run echo a …", "a\nb\n[exit code 0 after N]", 0, false},
		{[]any{"command", "sleep 60", "timeout_s", 1}, "Run sleep 60", "[no output; ended after its time limit of 1s; ended by SIGTERM; exit code 143 after N]", 143, true},
	}
	number := regexp.MustCompile(`after [0-9.]+(ms|s)\]`)
	for _, tt := range tests {
		p := b.prepare("run_command", tt.call...)
		if p.Title != tt.title || p.Kind != "execute" || !p.Mutates || len(p.Paths) != 0 || p.Command != tt.call[1] {
			t.Errorf("%v: prepared %+v", tt.call, p)
		}
		var mu sync.Mutex
		var live strings.Builder
		got := b.set.Run(t.Context(), b.view, p, tool.Alone(func(data []byte) {
			mu.Lock()
			defer mu.Unlock()
			live.Write(data)
		}))
		got.Text = number.ReplaceAllString(got.Text, "after N]")
		output, _, _ := strings.Cut(tt.text, "[")
		if got.Output != live.String() {
			t.Errorf("%v: output %q, live %q", tt.call, got.Output, live.String())
		}
		got.Output = strings.TrimSuffix(got.Output, "\n")
		want := tool.Result{Text: tt.text, IsError: tt.isError, ExitCode: tt.code, HasExit: true, Output: strings.TrimSuffix(output, "\n")}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", tt.call, diff)
		}
	}
}

func TestRunCommandPrepared(t *testing.T) {
	b := newBench(t, map[string]string{"sub/x": ""})
	if err := os.Symlink("sub", filepath.Join(b.folder, "link")); err != nil {
		t.Fatal(err)
	}
	for cwd, want := range map[string]string{"": ".", ".": ".", "sub/": "sub", b.folder: ".", b.folder + "/sub": "sub", "link": "link"} {
		if p := b.prepare("run_command", "command", "ls", "cwd", cwd); p.Folder != want || p.Timeout != 0 {
			t.Errorf("cwd %q: folder %q, timeout %v", cwd, p.Folder, p.Timeout)
		}
	}
	b.wantRefused("is not a folder inside", "run_command", "command", "ls", "cwd", "sub/x")
	b.wantRefused("does not exist", "run_command", "command", "ls", "cwd", "nowhere")
	b.wantRefused("command is empty", "run_command", "command", " \n")
	b.wantRefused("null character", "run_command", "command", "ls\x00")
	b.wantRefused(`"timeout_s" must be a whole number from 1 to 600`, "run_command", "command", "ls", "timeout_s", 601)
	b.wantRefused("at most 65536 are taken", "run_command", "command", strings.Repeat("x", 70_000))
}

func TestRunCommandLongOutput(t *testing.T) {
	b := newBench(t, nil)
	got := b.run("run_command", "command", "seq 1 100000")
	if len(got) > 32<<10 || !strings.HasPrefix(got, "1\n2\n") || !strings.Contains(got, "bytes left out; use grep") || !strings.Contains(got, "\n100000\n[exit code 0") {
		t.Errorf("got %d bytes: %q … %q", len(got), got[:20], got[len(got)-60:])
	}
}

// inBackground runs a command that waits for the file "gate", in the background.
func (b *bench) inBackground(command string) (id string, result tool.Result) {
	b.t.Helper()
	p := b.prepare("run_command", "command", command, "background", true)
	if !strings.HasSuffix(p.Title, " in the background") {
		b.t.Errorf("title %q", p.Title)
	}
	result = b.set.Run(b.t.Context(), b.view, p, nil)
	if result.IsError || result.HasExit || result.Background == nil || result.Living == nil {
		b.t.Fatalf("not in the background: %+v", result)
	}
	return result.Background.ID, result
}

const untilGate = "until [ -e gate ]; do sleep 0.01; done; "

// masked replaces what differs from run to run.
func masked(text, id string) string {
	text = strings.ReplaceAll(text, id, "ID")
	return regexp.MustCompile(`after [0-9.]+m?s`).ReplaceAllString(text, "after N")
}

func TestBackgroundCommand(t *testing.T) {
	b := newBench(t, nil)
	b.view.Session = "mine"
	id, result := b.inBackground("echo begins; " + untilGate + "echo ends; exit 3")
	want := "begins\n[runs in the background with the id ID: command_output shows what it prints from here on and waits for its end, stop_command ends it]"
	if diff := cmp.Diff(want, masked(result.Text, id)); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	p := b.prepare("command_output", "id", id)
	if p.Kind != "read" || p.Mutates || !strings.HasPrefix(p.Title, "Look at echo begins") {
		t.Errorf("prepared %+v", p)
	}
	if got := masked(b.run("command_output", "id", id), id); got != "[nothing new; ID still runs after N]" {
		t.Errorf("nothing new: %q", got)
	}
	b.write("gate", "")
	var rest strings.Builder
	code, err := result.Background.Follow(t.Context(), func(data []byte) { rest.Write(data) })
	if code != 3 || err != nil || rest.String() != "ends\n" {
		t.Errorf("followed to %d, %v: %q", code, err, rest.String())
	}
	if got := masked(b.run("command_output", "id", id, "wait_s", 60), id); got != "ends\n[ID has ended: exit code 3 after N]" {
		t.Errorf("the end: %q", got)
	}
	// Another session does not see it.
	b.view.Session = "another"
	b.wantRefused("None was started in this session", "command_output", "id", id)
	b.wantRefused("None was started in this session", "stop_command", "id", id)
	b.view.Session = "mine"
	b.wantRefused("There are: "+id+": echo begins", "command_output", "id", "nothing")
	b.wantRefused(`"wait_s" must be a whole number from 0 to 60`, "command_output", "id", id, "wait_s", 61)
}

func TestStopCommand(t *testing.T) {
	b := newBench(t, nil)
	id, result := b.inBackground("trap 'echo tidy; exit 9' TERM; echo begins; " + untilGate)
	p := b.prepare("stop_command", "id", id)
	if p.Kind != "other" || p.Mutates {
		t.Errorf("prepared %+v", p)
	}
	got := masked(b.run("stop_command", "id", id), id)
	// bash may say what became of its own children, too.
	if !strings.HasPrefix(got, "Stopped ID.\n") || !strings.HasSuffix(got, "tidy\n[ID has ended: stopped; exit code 9 after N]") {
		t.Errorf("got %q", got)
	}
	if result.Living() {
		t.Error("it lives on")
	}
	b.run("stop_command", "id", id) // no harm
}

func TestALongCommandGoesToTheBackgroundByItself(t *testing.T) {
	b := newBenchWith(t, nil, tool.Options{Keep: 100 * time.Millisecond})
	p := b.prepare("run_command", "command", "echo begins; "+untilGate+"echo ends")
	result := b.set.Run(t.Context(), b.view, p, nil)
	if result.Background == nil || !strings.Contains(result.Text, "begins\n[still running after ") || result.IsError {
		t.Fatalf("got %+v", result)
	}
	b.write("gate", "")
	if _, err := result.Background.Follow(t.Context(), func([]byte) {}); err != nil {
		t.Fatal(err)
	}
	got := b.run("command_output", "id", result.Background.ID)
	if !strings.HasPrefix(got, "ends\n[") || !strings.Contains(got, "has ended: exit code 0") {
		t.Errorf("got %q", got)
	}
}

func TestTooManyBackgroundCommands(t *testing.T) {
	b := newBenchWith(t, nil, tool.Options{Keep: time.Millisecond})
	for range command.MostRunning {
		b.inBackground(untilGate)
	}
	result := b.set.Run(t.Context(), b.view, b.prepare("run_command", "command", "true"), nil)
	if !result.IsError || !strings.Contains(result.Text, "End one with stop_command first. There are: ") {
		t.Errorf("got %+v", result)
	}
	b.write("gate", "")
}

func TestBackgroundIsPartOfWhatIsApproved(t *testing.T) {
	b := newBench(t, nil)
	hashes := map[string]bool{}
	for _, more := range [][]any{nil, {"background", true}, {"timeout_s", 5}} {
		hashes[b.prepare("run_command", append([]any{"command", "ls"}, more...)...).Hash] = true
	}
	if len(hashes) != 3 {
		t.Errorf("%d hashes", len(hashes))
	}
}
