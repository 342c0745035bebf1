package folder

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/terminal"
)

// What is typed while a page attaches again has numbers that the page goes on
// from; a new page begins anew.
func TestTypingGoesOnAcrossAttachments(t *testing.T) {
	terminals := terminal.New(terminal.Options{})
	defer terminals.Close()
	running, cancel := context.WithCancel(t.Context())
	output := make(chan wire.TerminalOutput, 1024)
	a := &Attachments{
		ctx:       running,
		terminals: terminals,
		send:      func(piece wire.TerminalOutput) { output <- piece },
		open:      map[string]attachment{},
		typed:     map[string]*typing{},
	}
	defer a.Close()
	defer cancel()
	opened, err := terminals.Open(t.Context(), terminal.Spec{Shell: "/bin/cat", Folder: t.TempDir(), Columns: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	attach := func(again bool) {
		if _, err := a.Attach(t.Context(), opened.ID, 0, again); err != nil {
			t.Fatal(err)
		}
	}
	write := func(seq int64, text string) {
		if err := a.Write(t.Context(), opened.ID, seq, text); err != nil {
			t.Fatal(err)
		}
	}
	attach(false)
	write(2, "two-")
	write(1, "one-")
	attach(true)
	write(3, "three-")
	attach(false)
	write(1, "new\n")
	shown := ""
	for deadline := time.After(30 * time.Second); !strings.Contains(shown, "one-two-three-new"); {
		select {
		case piece := <-output:
			shown += piece.Text
		case <-deadline:
			t.Fatalf("the terminal shows %q", shown)
		}
	}
}
