package app

import (
	"context"
	"slices"
	"strconv"
	"sync"

	"github.com/keel-ide/keel/app/instance"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/link"
)

// maxRequests is how many requests wait for a page that does not take them.
const maxRequests = 64

// requests are what other starts of Keel, and links from outside, ask of this
// window. They wait until the page takes them, so none is lost while it loads.
type requests struct {
	mu      sync.Mutex // guards what follows
	last    int        // the number of the last id
	pending []wire.OpenRequest
	later   []wire.OpenRequest // of a folder that the page is about to open
	waits   map[string]wait
	links   map[string]link.Target
}

type wait struct {
	request wire.OpenRequest
	ended   chan struct{}
}

func newRequests() *requests {
	return &requests{waits: map[string]wait{}, links: map[string]link.Target{}}
}

func (r *requests) id() string {
	r.last++
	return strconv.Itoa(r.last)
}

// push adds a request; a folder that another one opens anyway is not asked for twice.
func (r *requests) push(request wire.OpenRequest) {
	opens := func(other wire.OpenRequest) bool {
		return other.Kind == wire.OpenPlace && other.Folder == request.Folder
	}
	only := request.Kind == wire.OpenPlace && request.File == "" && request.Wait == ""
	if len(r.pending) >= maxRequests || only && slices.ContainsFunc(r.pending, opens) {
		return
	}
	r.pending = append(r.pending, request)
}

// add takes a request; ended is closed when what it waits for has ended.
func (r *requests) add(ctx context.Context, asked instance.Request) (ended <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if asked.Link != "" {
		r.push(r.outside(asked.Link))
		return nil
	}
	request := wire.OpenRequest{
		Kind: wire.OpenPlace, Folder: asked.Folder, File: relative(asked.Folder, asked.File),
		Line: asked.Line, Column: asked.Column,
	}
	if asked.Wait {
		request.Wait = r.id()
		waiting := wait{request, make(chan struct{})}
		r.waits[request.Wait] = waiting
		ended = waiting.ended
		context.AfterFunc(ctx, func() { r.end(request.Wait) })
	}
	r.push(request)
	return ended
}

// outside is a link as the page asks about it: what it was made of is read again
// here, whoever has read it before.
func (r *requests) outside(address string) wire.OpenRequest {
	target, err := link.Parse(address)
	if err == nil {
		err = target.Check()
	}
	if err != nil {
		return wire.OpenRequest{Kind: wire.OpenRefused, Message: err.Error()}
	}
	if len(r.links) >= maxRequests {
		return wire.OpenRequest{Kind: wire.OpenRefused, Message: "This link was not followed: too many wait for an answer."}
	}
	id := r.id()
	r.links[id] = target
	return wire.OpenRequest{Kind: wire.OpenLink, Link: id, Path: target.Path, IsFile: target.File, Line: target.Line, Column: target.Column}
}

// take gives the page what waits for it. A page that has just been loaded is also
// told which editors are waited for. Of a request for another folder, what comes
// after opening it is kept.
func (r *requests) take(loaded bool, folder string) []wire.OpenRequest {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.pending
	r.pending = nil
	if loaded {
		for _, waiting := range r.waits {
			isPending := func(other wire.OpenRequest) bool { return other.Wait == waiting.request.Wait }
			if waiting.request.Folder == folder && waiting.request.File != "" && !slices.ContainsFunc(taken, isPending) {
				again := waiting.request
				again.Shown = true
				taken = append(taken, again)
			}
		}
	}
	for _, request := range taken {
		if request.Kind == wire.OpenPlace && request.Folder != folder && request.File != "" {
			r.later = append(r.later, request)
		}
	}
	return taken
}

// opened notes that the window shows another folder: who waited for the one before
// need not any more.
func (r *requests) opened(folder string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, request := range r.later {
		if request.Folder == folder {
			r.push(request)
		}
	}
	r.later = nil
	for id, waiting := range r.waits {
		if waiting.request.Folder != folder {
			close(waiting.ended)
			delete(r.waits, id)
		}
	}
}

// end ends a wait.
func (r *requests) end(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if waiting, ok := r.waits[id]; ok {
		close(waiting.ended)
		delete(r.waits, id)
	}
	r.later = slices.DeleteFunc(r.later, func(request wire.OpenRequest) bool { return id != "" && request.Wait == id })
}

// answer returns where a link leads, once.
func (r *requests) answer(id string) (link.Target, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	target, ok := r.links[id]
	delete(r.links, id)
	return target, ok
}
