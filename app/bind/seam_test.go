package bind

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"syscall"
	"testing"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/workspace"
)

// empty is a desk without an opened folder.
type empty struct{}

func (empty) Folder() *folder.Folder { return &folder.Folder{} }

func TestAPanicBecomesAnError(t *testing.T) {
	var log strings.Builder
	seam := NewSeam(t.Context(), slog.New(slog.NewTextHandler(&log, nil)), empty{})
	_, err := call(seam, "Test.Panics", func(context.Context) (string, error) {
		var missing []string
		return missing[len(missing)], nil
	})
	failure, ok := errors.AsType[*wire.Error](err)
	if !ok || failure.Code != wire.CodeInternal || failure.Hint == "" {
		t.Fatalf("a panic came back as %#v", err)
	}
	if !strings.Contains(log.String(), "Test.Panics") {
		t.Errorf("the log does not name the method: %s", log.String())
	}
}

func TestWithoutAFolderItSaysSo(t *testing.T) {
	seam := NewSeam(t.Context(), slog.New(slog.DiscardHandler), empty{})
	_, err := NewSessions(seam).List()
	failure, ok := errors.AsType[*wire.Error](err)
	if !ok || failure.Code != wire.CodeNoWorkspace {
		t.Errorf("listing sessions without a folder gave %v", err)
	}
}

func TestExplain(t *testing.T) {
	for _, test := range []struct {
		name string
		err  error
		want wire.Code
		hint bool
	}{
		{"missing file", fmt.Errorf("reading %q: %w", "a", fs.ErrNotExist), wire.CodeNotFound, false},
		{"full disk", fmt.Errorf("writing: %w", syscall.ENOSPC), wire.CodeDiskFull, true},
		{"full disk, a file", fmt.Errorf("writing: %w (%w)", workspace.ErrDiskFull, syscall.ENOSPC), wire.CodeDiskFull, true},
		{"too late", fmt.Errorf("asking: %w", context.DeadlineExceeded), wire.CodeBusy, true},
		{"after closing", fmt.Errorf("creating: %w", agent.ErrClosed), wire.CodeNoWorkspace, true},
		{"session in use", fmt.Errorf("opening: %w", session.ErrBusy), wire.CodeBusy, true},
		{"queued message gone", fmt.Errorf("editing: %w", agent.ErrNotFound), wire.CodeNotFound, false},
		{"not an answer", fmt.Errorf("answering: %w", agent.ErrAnswer), wire.CodeInvalid, true},
		{"question gone", fmt.Errorf("answering: %w", approval.ErrGone), wire.CodeNotFound, false},
		{"command ended", fmt.Errorf("stopping: %w", agent.ErrNoCommand), wire.CodeNotFound, false},
		{"odd image", fmt.Errorf("sending: %w", &agent.ImageError{Name: "a.png", Reason: "is empty"}), wire.CodeInvalid, true},
		{"empty message", agent.ErrEmpty, wire.CodeInvalid, true},
		{"changed", fmt.Errorf("writing: %w", workspace.ErrChanged), wire.CodeChanged, true},
		{"home folder", fmt.Errorf("opening: %w", workspace.ErrNeedsConsent), wire.CodeNeedsConsent, true},
		{"no permission", fmt.Errorf("reading: %w", fs.ErrPermission), wire.CodeNotAllowed, true},
		{"provider", fmt.Errorf("asking: %w", &provider.Error{Class: provider.ClassAuth, Message: "Signed out.", Hint: "Sign in."}), wire.CodeProvider, true},
		{"anything else", errors.New("odd thing"), wire.CodeInternal, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			failure, ok := errors.AsType[*wire.Error](Explain(test.err))
			if !ok || failure.Code != test.want {
				t.Fatalf("got %#v, want code %q", Explain(test.err), test.want)
			}
			if failure.Message == "" || (test.hint && failure.Hint == "") {
				t.Errorf("message %q, hint %q", failure.Message, failure.Hint)
			}
		})
	}
	if Explain(nil) != nil {
		t.Error("no error was explained as one")
	}
}
