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
		got := b.set.Run(t.Context(), b.view, p, func(data []byte) {
			mu.Lock()
			defer mu.Unlock()
			live.Write(data)
		})
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
		if p := b.prepare("run_command", "command", "ls", "cwd", cwd); p.Folder != want || p.Timeout != 2*time.Minute {
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
