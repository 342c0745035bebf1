package bind

import (
	"context"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/terminal"
)

// Terminals are shells in pseudo-terminals.
type Terminals struct{ seam *Seam }

// NewTerminals binds terminals.
func NewTerminals(seam *Seam) *Terminals { return &Terminals{seam} }

// Shells lists the shells of this machine.
func (b *Terminals) Shells() ([]wire.Shell, error) {
	return with(b.seam, "Terminals.Shells", func(ctx context.Context, f *folder.Folder) ([]wire.Shell, error) {
		shells := f.Terminals.Shells(ctx)
		out := make([]wire.Shell, len(shells))
		for i, s := range shells {
			out[i] = wire.Shell{Name: s.Name, Path: s.Path, Args: s.Args, Default: s.Default}
		}
		return out, nil
	})
}

// Open starts a shell. Its output comes after Attach.
func (b *Terminals) Open(request wire.OpenTerminal) (wire.Terminal, error) {
	return with(b.seam, "Terminals.Open", func(ctx context.Context, f *folder.Folder) (wire.Terminal, error) {
		if request.Folder == "" {
			request.Folder = f.Workspace.Path()
		}
		info, err := f.Terminals.Open(ctx, terminal.Spec{
			Shell:   request.Shell,
			Args:    request.Args,
			Folder:  request.Folder,
			Env:     request.Env,
			Columns: request.Columns,
			Rows:    request.Rows,
		})
		return terminalInfo(info), err
	})
}

// List returns the running terminals, so that a page that was loaded again can
// attach to them.
func (b *Terminals) List() ([]wire.Terminal, error) {
	return with(b.seam, "Terminals.List", func(ctx context.Context, f *folder.Folder) ([]wire.Terminal, error) {
		var out []wire.Terminal
		for _, info := range f.Terminals.List(ctx) {
			out = append(out, terminalInfo(info))
		}
		return out, nil
	})
}

// Attach sends a terminal's output from a byte offset on (0: all that is kept)
// as "terminal" events, which carry the returned stream number. An earlier
// attachment of the same terminal ends. Again says that it was this page's: its
// keystrokes go on counting.
func (b *Terminals) Attach(id string, from int64, again bool) (int64, error) {
	return with(b.seam, "Terminals.Attach", func(ctx context.Context, f *folder.Folder) (int64, error) {
		return f.Attachments.Attach(ctx, id, from, again)
	})
}

// Acknowledge says that bytes of output were drawn; a terminal whose output is
// not acknowledged is made to wait.
func (b *Terminals) Acknowledge(id string, bytes int64) error {
	return do(b.seam, "Terminals.Acknowledge", func(_ context.Context, f *folder.Folder) error {
		f.Attachments.Acknowledge(id, bytes)
		return nil
	})
}

// Write types text. Seq counts from 1 for each terminal and page: calls can
// overtake each other on their way, keystrokes must not.
func (b *Terminals) Write(id string, seq int64, text string) error {
	return do(b.seam, "Terminals.Write", func(ctx context.Context, f *folder.Folder) error {
		return f.Attachments.Write(ctx, id, seq, text)
	})
}

// Resize says how large the terminal is drawn.
func (b *Terminals) Resize(id string, columns, rows int) error {
	return do(b.seam, "Terminals.Resize", func(ctx context.Context, f *folder.Folder) error {
		return f.Terminals.Resize(ctx, id, columns, rows)
	})
}

// Kill ends a shell and everything it started.
func (b *Terminals) Kill(id string) error {
	return do(b.seam, "Terminals.Kill", func(ctx context.Context, f *folder.Folder) error {
		return f.Terminals.Kill(ctx, id)
	})
}

func terminalInfo(i terminal.Info) wire.Terminal {
	return wire.Terminal{ID: i.ID, Process: i.Process, Title: i.Title, Shell: i.Shell, Folder: i.Folder}
}
