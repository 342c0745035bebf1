package folder

import (
	"context"
	"errors"
	"sync"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/search"
	"github.com/keel-ide/keel/backend/workspace"
)

// Searches runs the window's text searches and sends their matches as events.
type Searches struct {
	ctx    context.Context
	engine func() (*search.Engine, error)
	root   string
	send   func(wire.TextMatches)
	fail   func(error) *wire.Error
	group  sync.WaitGroup

	mu      sync.Mutex // guards what follows
	running map[string]context.CancelFunc
	closed  bool
}

// Start runs a search until it ends or is cancelled. Its ID is its alone.
func (s *Searches) Start(request wire.TextSearch) error {
	engine, err := s.engine()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(s.ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		cancel()
		return workspace.ErrClosed
	}
	s.running[request.ID] = cancel
	s.group.Go(func() {
		defer s.Cancel(request.ID)
		s.run(ctx, engine, request)
	})
	return nil
}

// Cancel ends a search if it still runs; its last event still comes.
func (s *Searches) Cancel(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel, ok := s.running[id]; ok {
		cancel()
		delete(s.running, id)
	}
}

// Close waits for all searches; their context has ended. None starts any more.
func (s *Searches) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.group.Wait()
}

func (s *Searches) run(ctx context.Context, engine *search.Engine, request wire.TextSearch) {
	var seq int64
	summary, err := engine.Text(ctx, s.root, search.TextQuery{
		Pattern:        request.Pattern,
		Regex:          request.Regex,
		CaseSensitive:  request.CaseSensitive,
		WholeWord:      request.WholeWord,
		Multiline:      request.Multiline,
		Include:        request.Include,
		Exclude:        request.Exclude,
		UseIgnoreFiles: request.UseIgnoreFiles,
		Hidden:         true,
		MaxResults:     request.MaxResults,
		Folder:         request.Folder,
	}, func(files []search.FileMatch) error {
		seq++
		s.send(wire.TextMatches{ID: request.ID, Seq: seq, Files: textMatches(files)})
		return nil
	})
	last := wire.TextMatches{ID: request.ID, Seq: seq + 1, Done: true, LimitHit: summary.LimitHit}
	if err != nil && !errors.Is(err, context.Canceled) {
		last.Error = s.fail(err)
	}
	s.send(last)
}

func textMatches(files []search.FileMatch) []wire.TextMatch {
	out := make([]wire.TextMatch, len(files))
	for i, file := range files {
		lines := make([]wire.TextLine, len(file.Lines))
		for j, line := range file.Lines {
			ranges := make([]wire.TextRange, len(line.Ranges))
			for k, r := range line.Ranges {
				ranges[k] = wire.TextRange{Start: r.Start, End: r.End}
			}
			lines[j] = wire.TextLine{Line: line.Line, Offset: line.Offset, Text: line.Text, Ranges: ranges}
		}
		out[i] = wire.TextMatch{Path: file.Path, Lines: lines}
	}
	return out
}
